"""A real HTTP server that throttles as the specification says, on real time, with answers that take a while."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from wicked_pipeline_tests.api.scripted import Answer, Scripted


class Limited:
    """`limit` requests a `window` of seconds, sliding or fixed; answers take about `latency` seconds.

    A request counts somewhere in its latency, as one that crosses a network does.
    """

    def __init__(self, limit: int = 120, window: float = 60.0, *, fixed: bool = False, latency: float = 0.5) -> None:
        self.limit, self.window, self.fixed, self.latency = limit, window, fixed, latency
        self.accepted: list[float] = []
        self.refused: list[float] = []
        self._counted: list[float] = []
        self._lock = threading.Lock()
        self._server = Scripted(self._answer)
        self.url = self._server.url

    @contextmanager
    def running(self) -> Iterator["Limited"]:
        with self._server.running():
            yield self

    def utilisation(self) -> float:
        """The mean over requests of the window ÷ the time since the request `limit` before it."""
        times = self.accepted
        shares = [self.window / (times[k] - times[k - self.limit]) for k in range(self.limit, len(times))]
        return sum(shares) / len(shares)

    def _answer(self, _: int) -> Answer:
        latency = self.latency * random.uniform(0.5, 1.5)
        before = latency * random.random()
        time.sleep(before)
        allowed, headers = self._count()
        time.sleep(latency - before)
        return Answer(headers=headers) if allowed else Answer(b"", 429, headers)

    def _count(self) -> tuple[bool, dict[str, str]]:
        with self._lock:
            now = time.monotonic()
            begin = now - now % self.window if self.fixed else now - self.window
            self._counted = [at for at in self._counted if at > begin]
            allowed = len(self._counted) < self.limit
            (self.accepted if allowed else self.refused).append(now)
            self._counted += [now] if allowed else []
            reset = (begin if self.fixed else self._counted[0]) + self.window - now
        told = (self.limit, self.limit - len(self._counted), f"{reset + 0.01:.3f}")
        names = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
        return allowed, dict(zip(names, map(str, told), strict=True))
