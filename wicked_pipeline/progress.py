"""A run's progress in figures, which any thread can read at any time."""

import threading
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Counts of a run. `expected_requests` is the planner's estimate for the whole run (0: no estimate yet).
    `waiting_seconds` is the current wait for the request budget, `waiting_for` the reason of any other wait."""

    windows: int = 0
    records: int = 0
    requests: int = 0
    expected_requests: float = 0
    waiting_seconds: float = 0
    waiting_for: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def page(self, records: int, requests: int) -> None:
        """A page has come, after so many requests."""
        with self._lock:
            self.records += records
            self.requests += requests
            self.waiting_seconds = 0
            self.waiting_for = ""

    def window(self) -> None:
        """A window has been read."""
        with self._lock:
            self.windows += 1

    def waits_for_budget(self, seconds: float) -> None:
        """The request budget allows no request for so many seconds."""
        self.waiting_seconds = seconds

    def waits_for_next_try(self, failure: Exception, seconds: float) -> None:
        """A request has failed and will be sent again in so many seconds."""
        if seconds >= 1:
            self.waiting_for = f"{failure}; the next try is in {seconds:.0f} s"

    def waits_for(self, what: str) -> None:
        """The run waits for `what`, which is not the request budget; `""`: the wait is over."""
        self.waiting_for = what
