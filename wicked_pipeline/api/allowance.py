"""When a request may go out, and what its answer teaches: the rules of the budget, over the table in `slots.py`.

A slot is busy from its taking until its answer and as many seconds more as the rate is for, 60 by default. Wherever in
between the server counted the request, that is on the safe side of a sliding and of a fixed window. The server's own
words then correct the count. Threads, waiting and priorities live in `budget.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from wicked_pipeline.api.headers import LONGEST_WAIT, RateLimit
from wicked_pipeline.api.slots import BUSY, DRIFT, IN_FLIGHT, OTHERS, OURS, Slots
from wicked_pipeline.endpoints import Rate

DEFAULT_LIMIT = 120
"""Requests a minute until the server says otherwise (specification, "Throttling")."""

POLL = 1.0
"""Seconds after which to look again when what is waited for, an answer, has no known time."""


@dataclass(frozen=True)
class Taken:
    """The slot is the caller's."""

    slot: int


@dataclass(frozen=True)
class Full:
    """No slot is free; look again after `wait` seconds."""

    wait: float


class Allowance:
    """The rules, for one user of `slots` whose own requests are capped at `ceilings` (each in a minute at most)."""

    def __init__(self, slots: Slots, ceilings: Sequence[Rate] = ()) -> None:
        self._slots = slots
        self._ceilings = ceilings

    def take(self, endpoint: str = "", own: Rate | None = None) -> Taken | Full:
        """A slot, or for how long there is none. `own` is the rate that the API allows this `endpoint` (None: none)."""
        with self._slots.transaction() as now:
            server = self._slots.server()
            if now < server.blocked_until:
                return Full(server.blocked_until - now)
            if server.throttles and self._slots.count(f"{IN_FLIGHT} AND taken >= :since", since=server.blocked_until):
                return Full(POLL)  # after a 429 one request goes ahead, and its answer lets the others go
            capped = self._wait_for_ceilings(now, endpoint, own)
            if capped > 0:
                return Full(capped)
            wait = self._wait(now)
            until_reset = server.reset_at - now if server.reset_at is not None else server.per_seconds + DRIFT
            if wait > 0 and until_reset > 0:
                return Full(min(wait, until_reset))
            if wait > 0 and self._slots.count(IN_FLIGHT):
                return Full(POLL)  # what is under way may have the room that the reset told of; its answer tells
            if server.reset_at is not None:  # good for one request, whose answer tells how many may follow
                self._slots.set_server(reset_at=None, renewed_at=now)
            return Taken(self._slots.add(now, endpoint))

    def answer(self, slot: int, rate: RateLimit | None, throttled: bool = False) -> float:
        """Record that a request was answered (`rate` None: given up); for how many seconds nobody may ask now."""
        with self._slots.transaction() as now:
            taken = self._slots.end(slot, now)
            if rate is None:
                return 0.0
            if rate.limit:
                self._slots.set_server(request_limit=rate.limit)
            if rate.per_seconds:
                self._slots.set_server(per_seconds=rate.per_seconds)
            if rate.remaining is not None:
                self._learn(now, slot, taken, rate.remaining, throttled)
            if rate.remaining == 0 and rate.resets_in is not None and taken >= self._slots.server().renewed_at:
                # Assumed: the reset of a server with nothing remaining is when it has room for one at least.
                self._slots.set_server(reset_at=max(now + rate.resets_in, self._slots.server().reset_at or 0.0))
            if throttled:
                return self._block(now, taken, rate)
            if taken >= self._slots.server().blocked_until:
                self._slots.set_server(throttles=0)
            return 0.0

    def _wait(self, now: float) -> float:
        """Seconds until a slot is free by our own count; 0: one is.

        While others use the key, a few slots are left for what they have sent since the server's last word.
        """
        rate = self._rate()
        others = self._slots.count(f"{OTHERS} AND {BUSY}", now=self._slots.as_of(now, rate))
        reserve = 1 + others // 20 if others else 0
        return self._wait_for("true", Rate(max(rate.requests - reserve, 1), rate.seconds), now)

    def _wait_for_ceilings(self, now: float, endpoint: str, own: Rate | None) -> float:
        """Seconds until our own ceilings, and the endpoint's, let one more go."""
        waits = [self._wait_for(OURS, ceiling, now) for ceiling in self._ceilings]
        if own is not None:
            waits.append(self._wait_for("endpoint = :endpoint", own, now, endpoint=endpoint))
        return max(waits, default=0.0)

    def _wait_for(self, which: str, rate: Rate, now: float, **values: str) -> float:
        as_of = self._slots.as_of(now, rate)
        too_many = self._slots.count(f"{which} AND {BUSY}", now=as_of, **values) - rate.requests + 1
        if too_many <= 0:
            return 0.0
        wait = self._slots.frees_at(which, too_many, now=as_of, **values) - as_of
        return wait if isfinite(wait) else POLL

    def _learn(self, now: float, slot: int, taken: float, remaining: int, throttled: bool) -> None:
        """Correct our count by the server's, which is as of some moment between `taken` and `now`.

        Where it has more room than we thought, our oldest slots are released. Those left are the newest, so that none
        frees before its like in the server's count does.
        """
        rate = self._rate()
        limit, as_of = rate.requests, self._slots.as_of(now, rate)
        if remaining >= limit:  # it can't have counted the request that it answered
            self._slots.set_server(counts_late=True)
        remaining -= self._slots.server().counts_late
        self._slots.set_remaining(slot, remaining)
        self._add_others(now, as_of, taken, limit - remaining, throttled and remaining <= 0)
        room = self._slots.room()
        thought = limit - self._slots.count(BUSY, now=as_of)
        # Below the server's rate its room isn't ours.
        is_capped = any(ceiling.requests / ceiling.seconds < limit / rate.seconds for ceiling in self._ceilings)
        if room is not None and room > thought and not is_capped:
            self._slots.release_oldest(room - thought, now, as_of)
            self._slots.set_server(reset_at=None, renewed_at=taken)

    def _add_others(self, now: float, as_of: float, taken: float, counted: int, refused: bool) -> None:
        """Slots for what the server counted and we didn't send: somebody else uses the key.

        Proof is a count above all of ours that could be in it, or a refusal, since we keep within the limit. For a
        window after such proof all that isn't surely ours is taken for theirs.
        """
        server = self._slots.server()
        if refused or counted > self._slots.count(f"{OURS} AND frees > :taken", taken=taken):
            self._slots.set_server(others_seen=now)
        elif server.others_seen is None or server.others_seen < now - server.per_seconds - DRIFT:
            return
        surely_ours = f"{OURS} AND taken > :since AND answered <= :taken"
        ours = 1 + self._slots.count(surely_ours, since=now - LONGEST_WAIT, taken=taken)
        missing = counted - ours - self._slots.count(f"{OTHERS} AND {BUSY}", now=as_of)
        self._slots.add_others(max(missing, 0), now)

    def _block(self, now: float, taken: float, rate: RateLimit) -> float:
        """After a 429, let nobody ask for as long as the server says, or for twice as long each time."""
        server = self._slots.server()
        if taken < server.blocked_until:  # sent before the others were stopped: no news
            return max(server.blocked_until - now, 0.0)
        told = rate.resets_in if rate.retry_after is None else rate.retry_after
        wait: float = min(max(told or 0.0, 2.0 ** min(server.throttles, 6)), LONGEST_WAIT)
        self._slots.set_server(blocked_until=now + wait, throttles=server.throttles + 1)
        return wait

    def _rate(self) -> Rate:
        server = self._slots.server()
        return Rate(server.request_limit or DEFAULT_LIMIT, server.per_seconds)
