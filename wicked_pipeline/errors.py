"""The one base of what can be expected to go wrong: who catches it shows its line, and no traceback."""

from typing import ClassVar


class ExpectedError(Exception):
    """Something that a person can mend or wait out. The text is one line, without the key or an e-mail address."""

    status: ClassVar[int] = 1
    """What a command ends with: 1, it set out and failed; 2, what it was asked for can't be right."""


class SettingsError(ExpectedError):
    """A setting is missing or wrong. The text names it."""

    status = 2
