"""`wicked-pipeline plan`: what a backfill would ask for, before anything is asked."""

import argparse
import math

from wicked_pipeline import landing
from wicked_pipeline.api import DEFAULT_LIMIT
from wicked_pipeline.commands.backfill import check_days
from wicked_pipeline.commands.errors import tell_once
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.extract import expected_requests
from wicked_pipeline.settings import load_settings
from wicked_pipeline.windows import DayRange


def run(arguments: argparse.Namespace) -> int:
    """Prints a line an endpoint, and what all come to. Raises `Refused` for days that no backfill takes."""
    settings = load_settings()
    check_days(arguments.first, arguments.last, settings)
    days = DayRange(arguments.first, arguments.last)
    with landing.open_warehouse(settings.duckdb_path, on_wait=tell_once()) as connection:
        landing.prepare(connection, settings.account, settings.account_timezone)
        densities = landing.densities(connection, settings.account)
        due = {
            endpoint: [days]
            if arguments.refetch
            else landing.missing(connection, endpoint, settings.account, days, settings.lookback_days)
            for endpoint in LISTS.values()
        }
    total = 0
    for endpoint, ranges in due.items():
        per_day = densities.get(endpoint.name)
        requests = math.ceil(expected_requests(endpoint, ranges, per_day or 0))
        total += requests
        days_due = sum(part.days for part in ranges)
        told = f"{per_day:,.0f} records a day" if per_day is not None else "records a day unknown, so at least"
        asks = f"{days_due:,} days to read, {told}: {requests:,} requests" if ranges else "nothing to read"
        _print(f"{endpoint.name}: {days.days - days_due:,} of {days.days:,} days landed, {asks}")
    limit = settings.requests_per_minute or DEFAULT_LIMIT
    _print(f"In all {total:,} requests, {math.ceil(total / limit):,} minutes at {limit} a minute")
    return 0


def _print(line: str) -> None:
    print(line)  # noqa: T201  # the command's own output
