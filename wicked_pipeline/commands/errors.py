"""How a command's errors are reported: one line on standard error, and the exit status that fits."""

import sys
from collections.abc import Callable

from wicked_pipeline.api.errors import ApiError
from wicked_pipeline.landing import SpendError
from wicked_pipeline.reporting import first_only
from wicked_pipeline.settings import SettingsError
from wicked_pipeline.transform import TransformError
from wicked_pipeline.warehouse import DatabaseError, WarehouseError


class CommandFailed(Exception):
    """What a command set out to do failed; the text is one line. Status 1."""


class Refused(Exception):
    """What was asked for can't be right; the text is one line, nothing was touched. Status 2."""


def with_errors_in_one_line(command: Callable[[], int]) -> int:
    """The command's status, or that of the error it ended with, once that is reported."""
    try:
        return command()
    except (SettingsError, Refused) as error:
        return _report(error, 2)
    except (ApiError, WarehouseError, SpendError, TransformError, CommandFailed, DatabaseError, OSError) as error:
        return _report(error, 1)


def report_once() -> Callable[[str], None]:
    """What to call with each line about a wait: the first goes to standard error, the command's own output follows."""
    return first_only(lambda what: print(f"wicked-pipeline: {what}; waiting", file=sys.stderr))


def _report(what: object, status: int) -> int:
    print(f"wicked-pipeline: {' '.join(str(what).split())}", file=sys.stderr)  # the command's own output
    return status
