"""A raw backfill as a process of its own: `python -m wicked_pipeline_tests.backfill_process URL KEY WAREHOUSE FROM TO`.

It does what `wicked-pipeline backfill --raw-only` does, without the seconds that Dagster takes to start.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from wicked_pipeline.account import Account
from wicked_pipeline.api import Client, PagedSource, errors
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.extract import WindowsFailed
from wicked_pipeline.ingest import fetch_and_land
from wicked_pipeline.progress import Progress
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline.warehouse import WarehouseError
from wicked_pipeline.windows import DayRange


def main(url: str, key: str, warehouse: str, first: str, last: str) -> int:
    """Reads the days; status 1 and one line where it can't."""
    account, lists = Account(api_url=url, api_key=key), list(LISTS.values())
    days = DayRange(date.fromisoformat(first), date.fromisoformat(last))
    try:
        source = PagedSource(Client(url, key))
        fetch_and_land(
            source,
            account,
            Path(warehouse),
            lists,
            days,
            "run",
            today=account.date_now(),
            refetch=False,
            progress=Progress(),
        )
    except (errors.ApiError, WarehouseError, WindowsFailed) as error:
        print(error)
        return 1
    return 0


def start(url: str, key: str, warehouse: Path, first: date, last: date, state: Path) -> "subprocess.Popen[str]":
    """Starts one, in a process group of its own; `state` is where its request budget lies."""
    command = [sys.executable, "-m", __name__, url, key, str(warehouse), str(first), str(last)]
    return subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env={**os.environ, "XDG_STATE_HOME": str(state), "PYTHONPATH": str(PROJECT_ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
