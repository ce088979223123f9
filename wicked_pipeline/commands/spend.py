"""`wicked-pipeline spend`: loads advertising spend from files into the warehouse."""

import argparse
from datetime import UTC, datetime

from wicked_pipeline import landing
from wicked_pipeline.commands.errors import Refused, report_once
from wicked_pipeline.reporting import counted
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import write_warehouse


def run(arguments: argparse.Namespace) -> int:
    """Loads all files or none. Raises `Refused` if a file is missing, and `SpendError` for the first wrong file."""
    settings = load_settings()
    for file in arguments.files:
        if not file.is_file():
            raise Refused(f"there is no file {file}")
    now = datetime.now(UTC).replace(tzinfo=None)
    with (
        landing.checked_spend(settings.account.name, arguments.files, now) as spend,
        write_warehouse(settings.duckdb_path, on_wait=report_once()) as connection,
    ):
        landing.note_account(connection, settings.account)
        loaded = landing.load_spend(connection, spend)
    replaced = f", in place of {counted(loaded.replaced, 'row')} loaded before" if loaded.replaced else ""
    print(
        f"Loaded {counted(loaded.rows, 'row')} of {counted(loaded.files, 'file')}{replaced}; "
        "`wicked-pipeline marts` builds with them"
    )
    return 0
