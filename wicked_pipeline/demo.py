"""`make demo` and `make dev`: run the pipeline on the sandbox, with a separate warehouse that never holds real rows.

The sandbox is a child process. It ends with its parent, even if that is killed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from wicked_pipeline import cli
from wicked_pipeline.home import DEFAULT, ensure_home
from wicked_pipeline.settings import PROJECT_ROOT, load_settings
from wicked_pipeline.warehouse import read_warehouse

FIRST, DAYS = date(2024, 1, 1), 120
TODAY = FIRST + timedelta(DAYS)
WAREHOUSE = PROJECT_ROOT / "data" / "demo.duckdb"
HOME = DEFAULT / "demo"
SPEND = PROJECT_ROOT / "data" / "demo_spend"
TICK = re.compile(r"\.SensorDaemon\b.* - (Checking for new runs for sensor: |Sensor \w+ skipped: no raw asset )")
FIRST_LINES = {
    "attribution_daily": """
        select order_date, attribution_model, source, medium, currency, orders, attributed_net
        from marts.attribution_daily order by order_date desc, attributed_net desc limit 5""",
    "channel_performance": """
        select channel, sum(spend) as spend, sum(orders) as orders, sum(attributed_net) as attributed_net,
            round(sum(attributed_net) / nullif(sum(spend), 0), 2) as roas,
            round(sum(spend) / nullif(sum(orders), 0), 2) as cost_per_order
        from marts.channel_performance where attribution_model = 'last_touch' and currency = 'USD'
        group by channel order by spend desc nulls last limit 5""",
    "customer_ltv": """
        select contact_id, currency, order_count, gross_revenue, net_revenue, average_order_value, reported_ltv
        from marts.customer_ltv order by net_revenue desc limit 5""",
    "ltv_cohorts": """
        select cohort_month, currency, months_since_first_order as months, customers, active_customers as active,
            cumulative_net_revenue_per_customer as net_per_customer
        from marts.ltv_cohorts order by customers desc, cohort_month, months limit 5""",
}


def main(arguments: Sequence[str]) -> int:
    """`demo`: backfill and show; `dev`: open the Dagster UI; `sandbox`: serve the sandbox, as the child process."""
    return {"demo": demo, "dev": dev, "sandbox": _serve}[arguments[0]]()


def demo() -> int:
    """Backfills all days of the sandbox into the demo's warehouse, then shows the marts' first lines."""
    with sandbox() as url:
        os.environ.update(environment(url))
        last = TODAY - timedelta(1)
        status = cli.main(["backfill", FIRST.isoformat(), last.isoformat(), "--refetch"])
    if status == 0:
        show()
    return status


def dev() -> int:
    """Runs Dagster's UI and daemon: on the user's warehouse if a key is set, else on the demo's, with the sandbox."""
    if load_settings().account.api_key is not None:
        return _dagster_dev(ensure_home())
    say("No WICKED_API_KEY is set, so this is the demo: an invented shop, on a warehouse of its own.")
    with sandbox() as url:
        os.environ.update(environment(url))
        return _dagster_dev(ensure_home(HOME))


def environment(url: str) -> dict[str, str]:
    """The variables with which all commands use the sandbox at `url` and none of the user's own data."""
    return {
        "WICKED_ENV_FILE": "",  # .env has the user's own settings
        "WICKED_API_URL": url,
        "WICKED_API_KEY": "sandbox-key",
        "WICKED_ACCOUNT": "demo",
        "WICKED_ACCOUNT_TIMEZONE": "America/New_York",
        "WICKED_DUCKDB_PATH": str(WAREHOUSE),
        "WICKED_AD_SPEND_PATH": str(SPEND),
        "WICKED_START_DATE": FIRST.isoformat(),
        "WICKED_TODAY": TODAY.isoformat(),
        "DAGSTER_HOME": str(HOME),
        "XDG_STATE_HOME": str(HOME / "state"),  # the request budget's
    }


@contextmanager
def sandbox() -> Iterator[str]:
    """The URL of a sandbox on a free port, without a request limit. It ends with the `with` block.

    If the sandbox can't start, the command ends with a line that says so.
    """
    shutil.rmtree(HOME / "state", ignore_errors=True)  # budgets of earlier sandboxes' ports
    command = [sys.executable, "-m", "wicked_pipeline.demo", "sandbox"]
    child = subprocess.Popen(command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    try:
        said = child.stdout.readline().split()
        if not said:
            sys.exit(f"The demo's sandbox did not start: its process ended with status {child.wait()}, see above")
        yield said[-1]
    finally:
        child.terminate()
        child.wait()


def _serve() -> int:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    SPEND.mkdir(parents=True, exist_ok=True)
    options = ["--port", "0", "--requests-per-minute", "0", "--first-day", FIRST.isoformat(), "--days", str(DAYS)]
    return cli.main(["sandbox", *options, "--spend", str(SPEND / "advertising.csv")])


def _end_with_parent() -> None:
    sys.stdin.read()  # returns when the parent's end of the pipe is closed, for any reason
    os._exit(0)


def _dagster_dev(home: Path) -> int:
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(PROJECT_ROOT / "workspace.yaml")]
    # `dagster dev` recommends `dg dev`, which needs another package that we don't install.
    quiet = {"PYTHONWARNINGS": "ignore:Function `dev_command` is superseded"}
    # A shell without job control starts background processes with SIGINT ignored, and Dagster would ignore it too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # In Dagster's home: in a folder with another dagster.yaml it warns that it doesn't read that one.
    child = subprocess.Popen(command, cwd=home, env={**os.environ, **quiet}, stderr=subprocess.PIPE, text=True)
    threading.Thread(target=_pass_on, args=(child.stderr or (), sys.stderr), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGINT))  # on SIGINT it ends its children
    interrupted = False
    while True:
        try:
            status = child.wait()
            return 0 if interrupted else status  # an end by Ctrl-C is no failure
        except KeyboardInterrupt:  # Dagster got it too, and ends its children
            interrupted = True


def _pass_on(lines: Iterable[str], output: TextIO) -> None:
    """Writes Dagster's output, without the two lines that the sensor logs each half minute if no data has come."""
    for line in lines:
        if not TICK.search(line):
            output.write(line)
            output.flush()


def show() -> None:
    """Prints the warehouse's path, each mart's first lines, and the next steps."""
    say(f"\nThe warehouse is {WAREHOUSE}")
    with read_warehouse(WAREHOUSE) as connection:
        for mart, sql in FIRST_LINES.items():
            say(f"\nmarts.{mart}")
            connection.sql(sql).show(max_width=120)
    say("Next: `make dev` opens the Dagster UI on it. Your own data: README.md")


def say(line: str) -> None:
    """Prints a line on standard output."""
    print(line, flush=True)  # noqa: T201  # the output of make


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
