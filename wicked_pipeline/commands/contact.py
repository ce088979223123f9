"""`wicked-pipeline contact`: one contact of the API, as JSON on standard output, and with `--land` in raw."""

import argparse
import sys

import msgspec

from wicked_pipeline import landing
from wicked_pipeline.api import open_client
from wicked_pipeline.commands.errors import report_once
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import write_warehouse


def run(arguments: argparse.Namespace) -> int:
    """Prints the contact's record, indented. Raises `ApiError`; `NotFound` if there is no such contact."""
    settings = load_settings()
    account = settings.account
    with open_client(account) as client:
        answer = client.contact(arguments.name)
    sys.stdout.buffer.write(msgspec.json.format(bytes(answer.record), indent=2) + b"\n")
    if arguments.land:
        with write_warehouse(settings.duckdb_path, on_wait=report_once()) as connection:
            landing.note_account(connection, account)
            landing.land_contact(connection, account, answer, "contact", settings.current_date())
    return 0
