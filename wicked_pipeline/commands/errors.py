"""Reports a command's errors: one line on standard error, and an exit status."""

import sys
from collections.abc import Callable

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.reporting import first_only
from wicked_pipeline.warehouse import DatabaseError


class CommandFailed(ExpectedError):
    """A command started its work and failed."""


class Refused(ExpectedError):
    """A command's arguments are wrong. Nothing was changed."""

    status = 2


def with_errors_in_one_line(command: Callable[[], int]) -> int:
    """Runs the command and returns its status. Reports an expected error and returns the error's status."""
    try:
        return command()
    except ExpectedError as error:
        return _report(error, error.status)
    except (DatabaseError, OSError) as error:
        return _report(error, 1)


def report_once() -> Callable[[str], None]:
    """A function for lines about a wait. It prints only the first, to standard error."""
    return first_only(lambda what: print(f"wicked-pipeline: {what}; waiting", file=sys.stderr))


def _report(what: object, status: int) -> int:
    print(f"wicked-pipeline: {' '.join(str(what).split())}", file=sys.stderr)  # the command's own output
    return status
