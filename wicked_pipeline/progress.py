"""How far a run has come, in figures that whoever shows them may read at any moment from any thread."""

import threading
from dataclasses import dataclass, field


@dataclass
class Progress:
    """Counts of a run. `expected_requests` is the planner's estimate of the whole (0 while it knows nothing);
    `waiting_seconds` is how long the request budget makes it wait just now, `waiting_for` what else it waits for."""

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
        """The request budget lets nobody ask for so many seconds."""
        self.waiting_seconds = seconds

    def waits_for_next_try(self, failure: Exception, seconds: float) -> None:
        """A request has failed, and is sent again in so many seconds."""
        if seconds >= 1:
            self.waiting_for = f"{failure}; the next try is in {seconds:.0f} s"

    def waits_for(self, what: str) -> None:
        """Something else than the request budget is waited for; `""`: no more."""
        self.waiting_for = what
