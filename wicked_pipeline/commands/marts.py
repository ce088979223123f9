"""`wicked-pipeline marts`: runs dbt alone, on landed data."""

import argparse
import re
from datetime import date

import msgspec

from wicked_pipeline import landing, transform
from wicked_pipeline.commands.checks import checks_of
from wicked_pipeline.commands.errors import CommandFailed, Refused, report_once
from wicked_pipeline.commands.terminal import Terminal
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import build_warehouse, copy_of, read_warehouse, write_warehouse

_DATES = re.compile(r"(\w+)['\"]?\s*:\s*(\d{4}-\d\d-\d\d)")


def run(arguments: argparse.Namespace) -> int:
    """Builds and tests all models. Raises `CommandFailed` if no data is landed, or a model or check fails.

    If a model can't be built, the warehouse stays as it was.
    """
    options = ["--vars", _readable(arguments.vars)] if arguments.vars else []
    options += ["--full-refresh"] if arguments.full_refresh else []
    settings, terminal = load_settings(), Terminal()
    with read_warehouse(settings.duckdb_path, on_wait=report_once()) as connection:
        if landing.is_empty(connection):
            raise CommandFailed(f"no data is landed in {settings.duckdb_path}; run `wicked-pipeline backfill` first")
    try:
        with (
            build_warehouse(settings.duckdb_path, on_wait=report_once()) as copy,
            terminal.steps(verbose=arguments.verbose) as on_step,
        ):
            with write_warehouse(copy) as connection:
                landing.note_account(connection, settings.account)
            results = transform.build(copy, options, on_step)
    except transform.ModelsFailed as error:
        raise CommandFailed(f"{error}. The warehouse is unchanged") from None
    checks = checks_of(results, transform.tests_in(transform.manifest(copy_of(settings.duckdb_path))))
    for line in checks.lines():
        terminal.say(line)
    if failure := checks.failure():
        raise CommandFailed(failure)
    return 0


def _readable(variables: str) -> str:
    """`variables`, unchanged. Raises `Refused` for broken YAML or a wrong date, which dbt reports in many lines."""
    for name, written in _DATES.findall(variables):
        try:
            date.fromisoformat(written)
        except ValueError as error:
            raise Refused(f"{name} is {written}: {error}") from None
    try:
        msgspec.yaml.decode(variables, type=dict)
    except msgspec.DecodeError:
        raise Refused(
            "--vars must be names with values, such as '{refund_semantics: entry}', not " + variables
        ) from None
    return variables
