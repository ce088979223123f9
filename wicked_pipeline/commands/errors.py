"""How a command's errors are told: one line on standard error, and the exit status that fits."""

import sys
from collections.abc import Callable

import duckdb

from wicked_pipeline.api.errors import ApiError
from wicked_pipeline.landing import SpendError, WarehouseError
from wicked_pipeline.settings import SettingsError
from wicked_pipeline.transform import TransformError


class CommandFailed(Exception):
    """What a command set out to do failed; the text is one line. Status 1."""


class Refused(Exception):
    """What was asked for can't be right; the text is one line, nothing was touched. Status 2."""


def told_in_one_line(command: Callable[[], int]) -> int:
    """The command's status, or that of the error it ended with, once that is told."""
    try:
        return command()
    except (SettingsError, Refused) as error:
        return _tell(error, 2)
    except (ApiError, WarehouseError, SpendError, TransformError, CommandFailed, duckdb.Error, OSError) as error:
        return _tell(error, 1)


def tell_once() -> Callable[[str], None]:
    """What to tell a wait to: its first line goes to standard error, the others are like it."""
    told: list[str] = []

    def tell(what: str) -> None:
        if what and not told:
            told.append(what)
            print(f"wicked-pipeline: {what}; waiting", file=sys.stderr)  # the command's own output

    return tell


def _tell(what: object, status: int) -> int:
    print(f"wicked-pipeline: {' '.join(str(what).split())}", file=sys.stderr)  # the command's own output
    return status
