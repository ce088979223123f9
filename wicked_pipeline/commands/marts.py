"""`wicked-pipeline marts`: dbt alone, on what is landed."""

import argparse

from wicked_pipeline import landing, transform
from wicked_pipeline.building import built_aside
from wicked_pipeline.commands.errors import CommandFailed, report_once
from wicked_pipeline.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Builds and tests all models; the tables they read are made where there are none. Raises `CommandFailed`."""
    settings = load_settings()
    with landing.open_warehouse(settings.duckdb_path, on_wait=report_once()) as connection:
        landing.prepare(connection, settings.account, settings.account_timezone)
    options = ["--vars", arguments.vars] if arguments.vars else []
    options += ["--full-refresh"] if arguments.full_refresh else []
    with built_aside(settings.duckdb_path, on_wait=report_once()) as copy:
        status = transform.build(copy, options)
    if status:
        raise CommandFailed("dbt failed; its own output above says where")
    return 0
