"""A simulated server, simulated processes with chains of requests, and a clock that jumps from event to event.

The processes share one real file of slots; nothing waits in earnest. What `budget.py` does with threads (the chain
with most requests left goes first, a look once a second at most) is mirrored by `Process`.
"""

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from wicked_pipeline.api.allowance import POLL, Allowance, Full
from wicked_pipeline.api.headers import RateLimit
from wicked_pipeline.api.slots import Slots
from wicked_pipeline.endpoints import Rate


class Events:
    """A clock (seconds) and what happens when."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self.now + seconds, next(self._order), action))

    def run(self, until: float = float("inf")) -> None:
        while self._queue and self._queue[0][0] <= until:
            self.now, _, action = heapq.heappop(self._queue)
            action()


@dataclass
class Server:
    """Allows `limit` requests a `window`, sliding or fixed; keeps when each came and which it refused.

    `tells`: with the three headers and the window, the reset in whole seconds. `counts_late`: `remaining` leaves out
    the request that it answers.
    """

    events: Events
    limit: int = 120
    window: float = 60.0
    fixed: bool = False
    tells: bool = True
    counts_late: bool = False
    accepted: list[float] = field(default_factory=list)
    others: int = 0
    refused: list[float] = field(default_factory=list)

    def ask(self, other: bool = False) -> tuple[bool, RateLimit | None]:
        """Whether the request that comes now is let in, and what the headers say."""
        now = self.events.now
        begin = now - now % self.window if self.fixed else now - self.window
        while self._counted and self._counted[0] <= begin - (1e-9 if self.fixed else 0):
            self._counted.pop(0)
        remaining = self.limit - len(self._counted)
        ok = remaining > 0
        if ok:
            self._counted.append(now)
        if other:
            self.others += ok
        else:
            (self.accepted if ok else self.refused).append(now)
        if not self.tells:
            return ok, None
        reset = begin + self.window if self.fixed else self._counted[0] + self.window
        told = remaining if self.counts_late else remaining - ok
        resets_in = min(math.ceil(reset) - now + 1, 60.0)
        return ok, RateLimit(self.limit, told, resets_in=resets_in, per_seconds=self.window)

    def __post_init__(self) -> None:
        self._counted: list[float] = []

    def utilisation(self) -> float:
        """The mean over requests of the window ÷ the time since the request `limit` before it."""
        times = self.accepted
        shares = [self.window / (times[k] - times[k - self.limit]) for k in range(self.limit, len(times))]
        return sum(shares) / len(shares)


@dataclass
class Chain:
    """Requests that follow one another, `left` of them."""

    left: int


class Process:
    """One process: its chains wait in line for the shared slots, each up to `pause` seconds after an answer."""

    def __init__(
        self,
        events: Events,
        server: Server,
        path: Path,
        pid: int,
        chains: list[Chain],
        *,
        seed: int = 0,
        latency: float = 0.5,
        pause: float = 0.0,
        ceilings: Sequence[Rate] = (),
        alive: set[int] | None = None,
    ) -> None:
        self.events, self.server, self.latency, self.pause = events, server, latency, pause
        self.alive = alive if alive is not None else {pid}
        slots = Slots(path, lambda: events.now, pid=pid, is_alive=lambda p: p in self.alive)
        self.allowance = Allowance(slots, ceilings)
        self.pid, self.waiting = pid, list(chains)
        self.random = random.Random(seed * 1000 + pid)
        self.is_proved = False
        self.looks = 0
        self.done = 0
        events.after(self.random.random(), self.look)

    def look(self) -> None:
        """Give the first in line a slot, and the next, until there is none; the very first request goes alone."""
        self.looks += 1
        this_look = self.looks
        while self.waiting and self.pid in self.alive:
            match self.allowance.take():
                case Full(wait):
                    pause = min(wait, POLL) + self.random.uniform(0, 0.003)
                    self.events.after(pause, lambda: self.look() if self.looks == this_look else None)
                    return
                case taken:
                    chain = max(self.waiting, key=lambda chain: chain.left)
                    self.waiting.remove(chain)
                    self.send(chain, taken.slot)
                    if not self.is_proved:
                        return

    def send(self, chain: Chain, slot: int) -> None:
        """The request reaches the server after some of its latency, and the answer comes after the rest."""
        latency = self.latency * self.random.uniform(0.5, 1.5)
        before = latency * self.random.random()

        def arrive() -> None:
            ok, rate = self.server.ask()
            if rate and rate.resets_in is not None:
                rate = replace(rate, resets_in=max(rate.resets_in - (latency - before), 0.0))
            self.events.after(latency - before, lambda: self.answered(chain, slot, ok, rate))

        self.events.after(before, arrive)

    def answered(self, chain: Chain, slot: int, ok: bool, rate: RateLimit | None) -> None:
        if self.pid not in self.alive:
            return
        self.allowance.answer(slot, rate or RateLimit(), throttled=not ok)
        self.is_proved = True
        chain.left -= ok
        self.done += ok
        self.look()
        if chain.left > 0:
            self.events.after(self.random.random() * self.pause, lambda: self.wait(chain))

    def wait(self, chain: Chain) -> None:
        self.waiting.append(chain)
        self.look()
