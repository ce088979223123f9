"""The command `wicked-pipeline`: its arguments and exit statuses. `commands/` has the commands' code.

Exit status 0: done; 1: it failed; 2: an argument or a setting is wrong, and nothing was changed; 130: Ctrl-C.
"""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

DESCRIPTION = "Loads Wicked Reports' Outbound API into a DuckDB warehouse with attribution and lifetime-value marts."
EPILOGUE = "Settings are WICKED_* variables, in the environment or in .env; see .env.example."


class OneLineParser(argparse.ArgumentParser):
    """Reports a wrong argument in one line."""

    def error(self, message: str) -> NoReturn:
        """Prints the line and exits with status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command in `arguments` (None: the process's own) and returns its exit status."""
    os.umask(0o077)  # files that commands and dbt write hold people's e-mail addresses
    parser = _parser(arguments if arguments is not None else sys.argv[1:])
    parsed = parser.parse_args(arguments)
    if parsed.module is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        from wicked_pipeline.commands.errors import with_errors_in_one_line  # --help needn't wait for its imports

        return with_errors_in_one_line(lambda: int(importlib.import_module(parsed.module).run(parsed)))
    except KeyboardInterrupt:
        print("wicked-pipeline: interrupted", file=sys.stderr)  # noqa: T201  # the command's own output
        return 130


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = OneLineParser("wicked-pipeline", description=DESCRIPTION, epilog=EPILOGUE)
    parser.add_argument("--version", action="version", version=f"wicked-pipeline {version('wicked-pipeline')}")
    parser.set_defaults(module=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    backfill = commands.add_parser(
        "backfill",
        help="read days from the API into raw, and build staging and marts",
        description="Reads days, both included, in one Dagster run. Skips the days that are landed for good.",
    )
    _add_days(backfill)
    backfill.add_argument("-v", "--verbose", action="store_true", help="show each window, wait and repeated request")
    backfill.add_argument("--raw-only", action="store_true", help="leave staging and marts as they are")
    backfill.set_defaults(module="wicked_pipeline.commands.backfill")

    sync = commands.add_parser(
        "sync",
        help="read from the API what may have changed, and build staging and marts",
        description="Reads what today's plan says, in one Dagster run. Leaves out what was read today.",
    )
    sync.add_argument("--full", action="store_true", help="read everything, whatever WICKED_DAILY_REQUESTS")
    sync.add_argument("-v", "--verbose", action="store_true", help="show each window, wait and repeated request")
    sync.set_defaults(module="wicked_pipeline.commands.sync")

    plan = commands.add_parser(
        "plan",
        help="show what a sync or a backfill would request, and how long it would take",
        description="Without days: what a sync would read now, why, and what waits. With days: what of them is landed, "
        "and the requests and minutes for the rest. Sends no request.",
    )
    _add_days(plan, nargs="?")
    plan.add_argument("--full", action="store_true", help="without days: show what `sync --full` would read")
    plan.set_defaults(module="wicked_pipeline.commands.plan")

    marts = commands.add_parser(
        "marts", help="build staging and marts from what is landed", description="Runs dbt. Sends no request."
    )
    marts.add_argument("--vars", metavar="YAML", help="dbt variables, such as '{refund_semantics: entry}'")
    marts.add_argument("-v", "--verbose", action="store_true", help="show each line of dbt's output")
    marts.add_argument("--full-refresh", action="store_true", help="rebuild incremental models")
    marts.set_defaults(module="wicked_pipeline.commands.marts")

    as_of = commands.add_parser(
        "as-of",
        help="build the marts as they stood on a past day, in a file of their own",
        description="Copies the warehouse, makes raw what it was after that day's last load, and runs dbt. "
        "The warehouse stays as it is. Sends no request.",
    )
    as_of.add_argument("day", metavar="DATE", type=_day, help="the day, YYYY-MM-DD")
    as_of.add_argument("--out", metavar="FILE", type=Path, help="the new file; default: beside the warehouse")
    as_of.add_argument("-v", "--verbose", action="store_true", help="show each line of dbt's output")
    as_of.set_defaults(module="wicked_pipeline.commands.as_of")

    spend = commands.add_parser(
        "spend",
        help="load advertising spend from CSV or Parquet files",
        description="Columns: date, source, medium, campaign, currency, spend; optional: content, clicks, impressions, "
        "ad_account. A file replaces the days and sources that it, or its ad account, stated before. A file with a "
        "wrong line is refused as a whole. See docs/attribution.md.",
    )
    spend.add_argument("files", metavar="FILE", nargs="+", type=Path, help="a .csv or .parquet file")
    spend.set_defaults(module="wicked_pipeline.commands.spend")

    contact = commands.add_parser(
        "contact",
        help="show one contact of the API as JSON",
        description="Sends one request, and lands nothing without --land.",
    )
    contact.add_argument("--land", action="store_true", help="also land the contact's record in raw")
    contact.add_argument("name", metavar="ID-OR-EMAIL", help="the contact's id, sourceId or e-mail address")
    contact.set_defaults(module="wicked_pipeline.commands.contact")

    sandbox = commands.add_parser(
        "sandbox", help="serve the documented API over an invented shop", description="The API as a local server."
    )
    sandbox.set_defaults(module="wicked_pipeline.sandbox.command")
    if arguments[:1] == ["sandbox"]:  # its options need modules that slow down other commands
        importlib.import_module("wicked_pipeline.sandbox.command").add_arguments(sandbox)
    return parser


def _add_days(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument("first", metavar="FROM", nargs=nargs, type=_day, help="the first day, YYYY-MM-DD")
    parser.add_argument(
        "last", metavar="TO", nargs=nargs, type=_day, help="the last day, YYYY-MM-DD, at most yesterday"
    )
    parser.add_argument("--refetch", action="store_true", help="read landed days again")


def _day(text: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2024-01-31")


if __name__ == "__main__":
    sys.exit(main())
