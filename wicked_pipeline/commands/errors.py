"""How a command's errors are reported: one line on standard error, and the exit status that fits."""

import sys
from collections.abc import Callable

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.reporting import first_only
from wicked_pipeline.warehouse import DatabaseError


class CommandFailed(ExpectedError):
    """What a command set out to do failed."""


class Refused(ExpectedError):
    """What was asked for can't be right; nothing was touched."""

    status = 2


def with_errors_in_one_line(command: Callable[[], int]) -> int:
    """The command's status, or that of the error it ended with, once that is reported."""
    try:
        return command()
    except ExpectedError as error:
        return _report(error, error.status)
    except (DatabaseError, OSError) as error:
        return _report(error, 1)


def report_once() -> Callable[[str], None]:
    """What to call with each line about a wait: the first goes to standard error, the command's own output follows."""
    return first_only(lambda what: print(f"wicked-pipeline: {what}; waiting", file=sys.stderr))


def _report(what: object, status: int) -> int:
    print(f"wicked-pipeline: {' '.join(str(what).split())}", file=sys.stderr)  # the command's own output
    return status
