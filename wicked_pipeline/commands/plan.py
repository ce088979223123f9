"""`wicked-pipeline plan`: shows the requests that a sync or a backfill would send. Sends none itself."""

import argparse
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wicked_pipeline import landing
from wicked_pipeline.api import DEFAULT_LIMIT
from wicked_pipeline.commands.backfill import check_days
from wicked_pipeline.commands.errors import Refused, report_once
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.extract import expected_requests
from wicked_pipeline.ingest import plan_today
from wicked_pipeline.reporting import counted
from wicked_pipeline.settings import Settings, load_settings
from wicked_pipeline.warehouse import Connection, empty_warehouse, read_warehouse
from wicked_pipeline.windows import DayRange, joined


def run(arguments: argparse.Namespace) -> int:
    """Prints what a sync would read, or with days a line for each endpoint and the total.

    Raises `Refused` for days that `backfill` refuses.
    """
    settings = load_settings()
    if arguments.first is None:
        return _today(settings, full=arguments.full)
    if arguments.last is None or arguments.full:
        raise Refused("plan FROM TO needs both days, and plan --full needs none")
    check_days(arguments.first, arguments.last, settings)
    days = DayRange(arguments.first, arguments.last)
    account = settings.account
    with _ledger(settings.duckdb_path) as connection:
        densities = landing.densities(connection, account.name)
        missing = {endpoint: landing.missing_days(connection, endpoint, account, days) for endpoint in LISTS.values()}
    total = 0
    for endpoint, not_landed in missing.items():
        ranges = [days] if arguments.refetch else joined(not_landed)
        per_day = densities.get(endpoint.name)
        requests = math.ceil(expected_requests(endpoint, ranges, account.zone, per_day or 0))
        total += requests
        landed = f"{days.days - len(not_landed):,} of {counted(days.days, 'day')} landed"
        print(f"{endpoint.name}: {landed}, {_to_read(ranges, per_day, requests)}")
    limit = account.requests_per_minute or DEFAULT_LIMIT
    minutes = counted(math.ceil(total / limit), "minute")
    print(f"In all {counted(total, 'request')}, {minutes} at {limit} a minute")
    return 0


def _today(settings: Settings, *, full: bool) -> int:
    account, today = settings.account, settings.current_date()
    with _ledger(settings.duckdb_path) as connection:
        plan = plan_today(connection, account, list(LISTS.values()), today, full=full)
    print("\n".join(plan.lines(account.requests_per_minute or DEFAULT_LIMIT)))
    return 0


@contextmanager
def _ledger(warehouse: Path) -> Iterator[Connection]:
    """A connection that reads the warehouse, or an empty one in memory if there is none yet."""
    if warehouse.exists():
        with read_warehouse(warehouse, on_wait=report_once()) as connection:
            yield connection
    else:
        with empty_warehouse() as connection:
            yield connection


def _to_read(ranges: Sequence[DayRange], per_day: float | None, requests: int) -> str:
    """The days, density and requests of an endpoint's ranges. A range may include a few landed days between others."""
    if not ranges:
        return "nothing to read"
    density = "records a day unknown, so at least" if per_day is None else f"{counted(per_day, 'record')} a day"
    return f"{counted(sum(part.days for part in ranges), 'day')} to read, {density}: {counted(requests, 'request')}"
