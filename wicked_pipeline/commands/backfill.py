"""`wicked-pipeline backfill`: one Dagster run over a range of days, in this process. Shows progress on the terminal."""

import argparse
from datetime import date

from wicked_pipeline.commands.errors import Refused
from wicked_pipeline.settings import Settings, load_settings
from wicked_pipeline.windows import DAY, DayRange


def run(arguments: argparse.Namespace) -> int:
    """Reads the days and builds the models. Raises `Refused` or `SettingsError` before it changes anything."""
    settings = load_settings()
    check_days(arguments.first, arguments.last, settings)
    settings.account.require_key()
    from wicked_pipeline.commands import dagster_run  # Dagster takes seconds to import

    dagster_run.backfill(
        settings,
        DayRange(arguments.first, arguments.last),
        raw_only=arguments.raw_only,
        refetch=arguments.refetch,
        verbose=arguments.verbose,
    )
    return 0


def check_days(first: date, last: date, settings: Settings) -> None:
    """Raises `Refused` for days that have no partition: before `WICKED_START_DATE`, today and later."""
    today = settings.current_date()
    if first > last:
        raise Refused(f"FROM {first} is after TO {last}")
    if last >= today:
        raise Refused(f"TO {last} is not over yet: the last day that can be read is {today - DAY}")
    if first < settings.account.start_date:
        raise Refused(f"FROM {first} is before WICKED_START_DATE {settings.account.start_date}")
