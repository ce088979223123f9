"""Faults of answers and their times: `Fault`s by rate or by number, `Outage`s by the clock.

`broken.py` makes broken pages, and `delivery.py` sends them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Literal, get_args

STATUSES = ("500", "502", "503", "504", "429")
REPLACED = ("html", "status-error")
PAGES = (
    "results-null", "results-object", "results-missing", "surrogate", "broken-record", "short-page", "long-page",
    "empty-page", "moving-total",
)  # fmt: skip
BODIES = ("cut", "cut-length", "bad-gzip")
CONNECTIONS = ("reset", "drop", "refused", "slow", "never")
UNANSWERED = ("drop", "refused", "never")
CHANGES = ("insert", "delete")
KINDS = STATUSES + REPLACED + PAGES + BODIES + CONNECTIONS + CHANGES

OutageKind = Literal["503", "drop", "refused"]


@dataclass(frozen=True)
class Fault:
    """A fault of one of the `KINDS`: in a `rate` (0 to 1) of the answers, or in the `nth` of them, counted from 1.

    It counts only calls whose path matches `path` (`*` and `?` as in a shell). `seconds` is the delay of a `slow`
    answer, and the time without a listening port after `refused`. The same `seed` breaks the same answers.
    """

    kind: str
    rate: float = 0.0
    nth: tuple[int, ...] = ()
    path: str = "*"
    seconds: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault {self.kind!r}: known are {', '.join(KINDS)}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"fault {self.kind}: the rate must be from 0 to 1")


@dataclass(frozen=True)
class Outage:
    """From `after` seconds since the start, for `seconds`, every request gets a 503, is dropped, or is refused."""

    after: float
    seconds: float
    kind: OutageKind = "503"


class Schedule:
    """Chooses the fault, if any, of the next answer. Each fault has its own count, so faults can be added later."""

    def __init__(self) -> None:
        self._seen: Counter[Fault] = Counter()
        self._chances: dict[Fault, Random] = {}

    def next_fault(self, faults: Iterable[Fault], path: str) -> Fault | None:
        """The first of `faults` that is due for an answer to a call of `path`; None if none is."""
        due = [fault for fault in tuple(faults) if fnmatchcase(path, fault.path) and self._is_due(fault)]
        return due[0] if due else None

    def _is_due(self, fault: Fault) -> bool:
        self._seen[fault] += 1
        chances = self._chances.setdefault(fault, Random(f"{fault.kind} {fault.seed}"))  # noqa: S311  # no secret
        return self._seen[fault] in fault.nth or chances.random() < fault.rate


def parse_fault(word: str) -> Fault:
    """A fault from `KIND[=SECONDS]:RATE[@PATH]` or `KIND[=SECONDS]:#N[,N…][@PATH]`. Raises `ValueError`."""
    what, _, when = word.partition(":")
    kind, _, seconds = what.partition("=")
    turn, _, path = when.partition("@")
    try:
        nth = tuple(int(number) for number in turn[1:].split(",")) if turn.startswith("#") else ()
        return Fault(kind, 0.0 if nth else float(turn), nth, path or "*", float(seconds or 5))
    except ValueError as error:
        raise ValueError(f"{word!r} is no fault such as 503:0.1 or slow=5:#3@/clicks ({error})") from None


def parse_outage(word: str) -> Outage:
    """An outage from `AFTER:SECONDS[:KIND]`. Raises `ValueError`."""
    after, _, rest = word.partition(":")
    seconds, _, kind = rest.partition(":")
    for known in get_args(OutageKind):
        if known == (kind or "503"):
            return Outage(float(after), float(seconds), known)
    raise ValueError(f"outage {word!r}: known are {', '.join(get_args(OutageKind))}")
