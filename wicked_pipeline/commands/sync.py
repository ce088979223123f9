"""`wicked-pipeline sync`: reads what today's plan says and builds the models, as one Dagster run in this process."""

import argparse

from wicked_pipeline.commands.errors import Refused
from wicked_pipeline.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Reads the days and builds the models. Raises `Refused` or `SettingsError` before it changes anything."""
    settings = load_settings()
    if settings.current_date() <= settings.account.start_date:
        raise Refused(f"WICKED_START_DATE {settings.account.start_date} is not over yet")
    settings.account.require_key()
    from wicked_pipeline.commands import dagster_run  # Dagster takes seconds to import

    dagster_run.sync(settings, full=arguments.full, verbose=arguments.verbose)
    return 0
