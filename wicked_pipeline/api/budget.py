"""The request budget: every request takes a slot of it first, and waits for one if none is free.

One budget per URL and key, shared by every thread and process of this machine that uses them. When there is a slot is
decided in `allowance.py`; here is who waits for it, and who goes first.
"""

import hashlib
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from wicked_pipeline.api.allowance import POLL, Allowance, Full, Taken
from wicked_pipeline.api.headers import RateLimit
from wicked_pipeline.api.slots import Slots
from wicked_pipeline.endpoints import Rate

OnWait = Callable[[float], None]
"""Told the seconds to go, about once a second, while a call waits; what it raises ends the wait."""


def boot_clock() -> float:
    """Seconds since the machine started, the same in every process; it counts sleep where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def state_directory() -> Path:
    """Where budgets are kept: `$XDG_STATE_HOME/wicked-pipeline`, by default below `~/.local/state`."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "wicked-pipeline"


class Slot:
    """A request's place in the budget, from before it is sent until its answer."""

    def __init__(self, budget: "Budget", slot: int) -> None:
        self._budget = budget
        self._slot = slot
        self._is_answered = False

    def answered(self, rate: RateLimit | None, throttled: bool = False) -> float:
        """Record the answer: what its headers say, and whether it was a 429. Gives the seconds nobody may ask for."""
        if self._is_answered:
            return 0.0
        self._is_answered = True
        return self._budget.answered(self._slot, rate, throttled)


class Budget:
    """The requests that may be sent with `key` to `url`.

    `ceilings` cap them below what the server allows. `clock` and `wait` (on a condition, for some seconds)
    are the time it goes by. Raises `errors.BudgetUnusable` where its file can't be used.
    """

    _shared: dict[tuple[Path, tuple[Rate, ...], int], "Budget"] = {}  # noqa: RUF012 - the one registry of this process
    _registry = threading.Lock()

    def __init__(
        self,
        url: str,
        key: str,
        *,
        ceilings: tuple[Rate, ...] = (),
        directory: Path | None = None,
        clock: Callable[[], float] = boot_clock,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self.path = _state_file(url, key, directory or state_directory())
        self._allowance = Allowance(Slots(self.path, clock), ceilings)
        self._wait = wait
        self._turn = threading.Condition()
        self._waiting: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self._arrivals = count()
        self._hint = POLL

    def __repr__(self) -> str:
        return f"Budget({self.path.name!r})"

    @classmethod
    def shared(cls, url: str, key: str, *, ceilings: tuple[Rate, ...] = ()) -> "Budget":
        """This process's one budget for `url` and `key`."""
        index = (_state_file(url, key, state_directory()), ceilings, os.getpid())
        with cls._registry:
            if index not in cls._shared:
                cls._shared[index] = cls(url, key, ceilings=ceilings)
            return cls._shared[index]

    @contextmanager
    def request(
        self, priority: float = 0.0, on_wait: OnWait | None = None, *, endpoint: str = "", own: Rate | None = None
    ) -> Iterator[Slot]:
        """A slot for one request while it is in flight; of those waiting the highest `priority` goes first.

        Requests to an `endpoint` that has a rate of its `own` keep that, too, and wait in a line of their own.
        """
        slot = Slot(self, self._take((-priority, next(self._arrivals)), on_wait, endpoint, own))
        try:
            yield slot
        finally:
            slot.answered(None)

    def answered(self, slot: int, rate: RateLimit | None, throttled: bool) -> float:
        """What `Slot.answered` does, for the slot with that id."""
        with self._turn:
            wait = self._allowance.answer(slot, rate, throttled)
            self._turn.notify_all()
            return wait

    def _take(self, ticket: tuple[float, int], on_wait: OnWait | None, endpoint: str, own: Rate | None) -> int:
        """The id of a slot, once it is this ticket's turn and one is free."""
        with self._turn:
            own_endpoint = endpoint if own else ""
            line = self._waiting[own_endpoint]
            line.append(ticket)
            try:
                while True:
                    if min(line) == ticket:
                        match self._allowance.take(own_endpoint, own):
                            case Taken(slot):
                                return slot
                            case Full(seconds):
                                self._hint = seconds
                    if on_wait:
                        on_wait(self._hint)
                    self._wait(self._turn, min(self._hint, POLL))
            finally:
                line.remove(ticket)
                self._turn.notify_all()


def _state_file(url: str, key: str, directory: Path) -> Path:
    """A file of its own for each URL and key; its name tells neither."""
    return directory / (hashlib.sha256(f"{url.rstrip('/')}\n{key}".encode()).hexdigest() + ".sqlite")
