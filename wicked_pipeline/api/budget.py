"""The request budget. Every request first takes a slot of it, and waits if none is free.

Each URL and key has one budget, which all threads and processes of this machine share. `allowance.py` decides when a
slot is free. This module makes requests wait and decides which goes first.
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
"""Gets the remaining seconds, about once a second, while a call waits. An error that it raises ends the wait."""


def boot_clock() -> float:
    """Seconds since the machine started, the same in every process. Includes sleep if the system can count it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def state_directory() -> Path:
    """The folder of all budgets: `$XDG_STATE_HOME/wicked-pipeline`, by default below `~/.local/state`."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "wicked-pipeline"


class Slot:
    """A request's place in the budget, from before it is sent until its answer."""

    def __init__(self, budget: "Budget", slot: int) -> None:
        self._budget = budget
        self._slot = slot
        self._is_answered = False

    def answered(self, rate: RateLimit | None, throttled: bool = False) -> float:
        """Records the answer's headers, and whether it was a 429. Returns for how many seconds no request may go."""
        if self._is_answered:
            return 0.0
        self._is_answered = True
        return self._budget.answered(self._slot, rate, throttled)


class Budget:
    """The requests that may be sent with `key` to `url`.

    `ceilings` keep them below the server's limit. `clock` tells the time, and `wait` waits on a condition for some
    seconds. Raises `errors.BudgetUnusable` if its file can't be used.
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
        """This process's object for the budget of `url` and `key`, which processes share by its `_state_file`."""
        index = (_state_file(url, key, state_directory()), ceilings, os.getpid())
        with cls._registry:
            if index not in cls._shared:
                cls._shared[index] = cls(url, key, ceilings=ceilings)
            return cls._shared[index]

    @contextmanager
    def request(
        self, priority: float = 0.0, on_wait: OnWait | None = None, *, endpoint: str = "", own: Rate | None = None
    ) -> Iterator[Slot]:
        """A slot for one request while it is in flight. Of the waiting requests, the highest `priority` goes first.

        Requests to an `endpoint` with a rate of its `own` keep to that too, and wait in a separate line.
        """
        slot = Slot(self, self._take((-priority, next(self._arrivals)), on_wait, endpoint, own))
        try:
            yield slot
        finally:
            slot.answered(None)

    def answered(self, slot: int, rate: RateLimit | None, throttled: bool) -> float:
        """As `Slot.answered`, for the slot with this id."""
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
    """The file of one URL and key. Its name reveals neither."""
    return directory / (hashlib.sha256(f"{url.rstrip('/')}\n{key}".encode()).hexdigest() + ".sqlite")
