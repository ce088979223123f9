"""`wicked-pipeline marts`: dbt alone, on what is landed."""

import argparse
import re
from datetime import date

import msgspec

from wicked_pipeline import landing, transform
from wicked_pipeline.commands.errors import CommandFailed, Refused, report_once
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import build_warehouse, write_warehouse

_DATES = re.compile(r"(\w+)['\"]?\s*:\s*(\d{4}-\d\d-\d\d)")


def run(arguments: argparse.Namespace) -> int:
    """Builds and tests all models; the tables they read are made where there are none. Raises `CommandFailed`.

    Where a model can't be built, the warehouse stays as it was.
    """
    options = ["--vars", _readable(arguments.vars)] if arguments.vars else []
    options += ["--full-refresh"] if arguments.full_refresh else []
    settings = load_settings()
    with write_warehouse(settings.duckdb_path, on_wait=report_once()) as connection:
        landing.note_account(connection, settings.account, settings.account_timezone)
    try:
        with build_warehouse(settings.duckdb_path, on_wait=report_once()) as copy:
            all_passed = transform.build(copy, options)
    except transform.ModelsFailed as error:
        raise CommandFailed(f"{error}. The warehouse is as it was") from None
    if not all_passed:
        raise CommandFailed("a check of the marts failed; dbt's own output above says which. The marts are built")
    return 0


def _readable(variables: str) -> str:
    """`variables` as they came. Raises `Refused` for what dbt answers in many lines: no YAML, or a date that isn't."""
    for name, written in _DATES.findall(variables):
        try:
            date.fromisoformat(written)
        except ValueError as error:
            raise Refused(f"{name} is {written}: {error}") from None
    try:
        msgspec.yaml.decode(variables, type=dict)
    except msgspec.DecodeError:
        raise Refused(
            "--vars must hold names and values, as in '{refund_semantics: entry}', not " + variables
        ) from None
    return variables
