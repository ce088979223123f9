"""How long landing takes, against a floor measured in the same run: `python benchmarks/landing.py [--clicks N]`.

The floor is the least that anyone would write: `requests` page by page, a file a page, and one SQL statement over the
files. Both read the same sandbox, in a process of its own, over HTTP on this machine. Printed are the ratio of the
two times for each pair and their median, and each one's largest memory.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

FIRST, DAYS = date(2024, 1, 1), 90
KEY = "sandbox-key"


def floor(url: str, folder: Path) -> None:
    """Pages by `requests` into files, one SQL statement over them."""
    import duckdb
    import requests

    session = requests.Session()
    session.headers["apikey"] = KEY
    for endpoint, longest in (("contacts", DAYS), ("orders", DAYS), ("clicks", 30)):
        (folder / endpoint).mkdir()
        for start in range(0, DAYS, longest):
            first, until = FIRST + timedelta(days=start), FIRST + timedelta(days=min(start + longest, DAYS))
            asked = {"from": f"{first}", "to": f"{until}", "limit": "1000"}
            page, pages = 0, 1
            while page < pages:
                answer = session.get(f"{url}/{endpoint}", params=asked, timeout=60)
                frame = answer.json()
                page, pages, asked["next"] = page + 1, frame["totalPages"], frame["next"]
                (folder / endpoint / f"{start}-{page}.json").write_bytes(answer.content)
    connection = duckdb.connect(str(folder / "floor.duckdb"))
    for endpoint in ("contacts", "orders", "clicks"):
        connection.execute(
            f"""
            create table {endpoint} as
            select unnest(json_extract(content, '$.results[*]')) as record
            from read_text('{folder / endpoint}/*.json')
            """
        )
    connection.close()


def landing(url: str, folder: Path) -> None:
    """The pipeline's own way, without Dagster."""
    from wicked_pipeline.account import Account
    from wicked_pipeline.api import Client, PagedSource
    from wicked_pipeline.endpoints import LISTS
    from wicked_pipeline.ingest import fetch_and_land
    from wicked_pipeline.progress import Progress
    from wicked_pipeline.windows import DayRange

    os.environ["XDG_STATE_HOME"] = str(folder)
    days = DayRange(FIRST, FIRST + timedelta(days=DAYS - 1))
    source = PagedSource(Client(url, KEY))
    account, lists = Account(), list(LISTS.values())
    warehouse, today = folder / "ours.duckdb", account.date_now()
    fetch_and_land(
        source, account, warehouse, lists, days, "benchmark", today=today, refetch=False, progress=Progress()
    )


def measured(what: str, url: str) -> tuple[float, float]:
    """Seconds and megabytes of a process of its own that does `what`."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        command = [sys.executable, __file__, "--only", what, "--url", url, "--folder", folder]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return time.perf_counter() - started, float(told)


def compare(clicks: int, others: int, pairs: int) -> None:
    """Runs the pairs and prints what they took."""
    print(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"{clicks:,} clicks, {others:,} contacts, {others:,} orders in {DAYS} days")
    server = subprocess.Popen(
        [sys.executable, "-m", "wicked_pipeline.cli", "sandbox", "--port", "0", "--requests-per-minute", "0",
         "--clicks", f"{clicks // DAYS}", "--contacts", f"{others // DAYS}", "--orders", f"{others // DAYS}"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        ratios = []
        for pair in range(pairs + 1):
            least, ours = measured("floor", url), measured("landing", url)
            note = " (warm-up, not counted)" if pair == 0 else ""
            print(f"floor {least[0]:.1f} s {least[1]:.0f} MB, landing {ours[0]:.1f} s {ours[1]:.0f} MB: "
                  f"{ours[0] / least[0]:.2f}{note}", flush=True)  # fmt: skip
            ratios += [ours[0] / least[0]] if pair else []
        print(f"landing / floor: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=1_000_000)
    parser.add_argument("--others", type=int, default=100_000, help="contacts, and orders")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--only", choices=["floor", "landing"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        {"floor": floor, "landing": landing}[arguments.only](arguments.url, arguments.folder)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        compare(arguments.clicks, arguments.others, arguments.pairs)


if __name__ == "__main__":
    main()
