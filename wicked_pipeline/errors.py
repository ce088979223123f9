"""The base class of all expected errors. Code that catches one shows its line, without a traceback."""

from typing import ClassVar


class ExpectedError(Exception):
    """An error that a person can mend or wait out. The text is one line, without the key and e-mail addresses."""

    status: ClassVar[int] = 1
    """The command's exit status: 1, it started and failed; 2, its arguments or settings are wrong."""


class SettingsError(ExpectedError):
    """A setting is missing or wrong. The text names it."""

    status = 2
