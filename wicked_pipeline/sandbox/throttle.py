"""The API's throttling: a limit of requests per window, sliding or fixed, and the headers that state it."""

import math
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from wicked_pipeline.sandbox.reading import Reading

LIFTED = 1_000_000
"""The value of `x-ratelimit-limit` if the limit is lifted."""


@dataclass(frozen=True)
class Verdict:
    """Whether a request is allowed. `reset` is the epoch second at which requests become free again."""

    allowed: bool
    limit: int
    remaining: int
    reset: float


class Throttle:
    """Counts the requests of one key. A refused request doesn't count (assumed: the specification doesn't say)."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def ask(self, now: float, limit: int, reading: Reading) -> Verdict:
        """Counts a request at epoch second `now`, if it is allowed. A `limit` of 0 lifts the limit."""
        limit, times, window = limit or LIFTED, self._times, reading.window_seconds
        if reading.window == "sliding":
            while times and times[0] <= now - window:
                times.popleft()
        elif times and times[0] <= now - window:  # a fixed window opens with the first request after the last one
            times.clear()
        allowed = len(times) < limit
        if allowed:
            times.append(now)
        return Verdict(allowed, limit, max(0, limit - len(times)), times[0] + window)


def headers(verdict: Verdict, now: float, reading: Reading) -> dict[str, str]:
    """The three throttling headers of an answer, and `Retry-After` if the reading has it."""
    whole = math.ceil(verdict.reset)
    forms = {
        "epoch": str(whole),
        "epoch-ms": str(math.ceil(verdict.reset * 1000)),
        "seconds": str(math.ceil(verdict.reset - now)),
        "http-date": format_datetime(datetime.fromtimestamp(whole, UTC), usegmt=True),
        "iso": datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    found = {"x-ratelimit-limit": str(verdict.limit), "x-ratelimit-remaining": str(verdict.remaining)}
    if reading.reset in forms:
        found["x-ratelimit-reset"] = forms[reading.reset]
    if reading.retry_after == "yes" and not verdict.allowed:
        found["retry-after"] = str(math.ceil(verdict.reset - now))
    return found
