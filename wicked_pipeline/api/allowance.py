"""The budget's rules over the table in `slots.py`: when a request may go out, and what we learn from its answer.

A slot is busy from the moment it is taken until the rate's seconds (60 by default) after its answer. The server counts
the request somewhere in between, so this is safe for a sliding and for a fixed window of the server. The answers'
headers then correct the count. `budget.py` has threads, waits and priorities.
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
"""Seconds between two looks while we wait for an answer, whose time is unknown."""


@dataclass(frozen=True)
class Taken:
    """The slot is the caller's."""

    slot: int


@dataclass(frozen=True)
class Full:
    """No slot is free. Try again after `wait` seconds."""

    wait: float


class Allowance:
    """The rules for one user of `slots`, whose requests stay below `ceilings` (each over at most a minute)."""

    def __init__(self, slots: Slots, ceilings: Sequence[Rate] = ()) -> None:
        self._slots = slots
        self._ceilings = ceilings

    def take(self, endpoint: str = "", own: Rate | None = None) -> Taken | Full:
        """Takes a slot, or returns how long to wait. `own` is the rate of this `endpoint` alone (None: it has none)."""
        with self._slots.transaction() as now:
            server = self._slots.server()
            if now < server.blocked_until:
                return Full(server.blocked_until - now)
            if server.throttles and self._slots.count(f"{IN_FLIGHT} AND taken >= :since", since=server.blocked_until):
                return Full(POLL)  # after a 429 one request goes alone; the others wait for its answer
            capped = self._wait_for_ceilings(now, endpoint, own)
            if capped > 0:
                return Full(capped)
            wait = self._wait(now)
            until_reset = server.reset_at - now if server.reset_at is not None else server.per_seconds + DRIFT
            if wait > 0 and until_reset > 0:
                return Full(min(wait, until_reset))
            if wait > 0 and self._slots.count(IN_FLIGHT):
                return Full(POLL)  # requests in flight may use up the room after the reset; their answers will say
            if server.reset_at is not None:  # one request may go; its answer says how many may follow
                self._slots.set_server(reset_at=None, renewed_at=now)
            return Taken(self._slots.add(now, endpoint))

    def answer(self, slot: int, rate: RateLimit | None, throttled: bool = False) -> float:
        """Records that a request was answered (`rate` None: given up). Returns for how long no request may go now."""
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
                # Assumed: at the reset a server with nothing remaining has room for at least one request.
                self._slots.set_server(reset_at=max(now + rate.resets_in, self._slots.server().reset_at or 0.0))
            if throttled:
                return self._block(now, taken, rate)
            if taken >= self._slots.server().blocked_until:
                self._slots.set_server(throttles=0)
            return 0.0

    def _wait(self, now: float) -> float:
        """Seconds until a slot is free by our own count; 0: one is free.

        While others use the key, a few slots stay free for requests that they sent after the server's last answer.
        """
        rate = self._rate()
        others = self._slots.count(f"{OTHERS} AND {BUSY}", now=self._slots.as_of(now, rate))
        reserve = 1 + others // 20 if others else 0
        return self._wait_for("true", Rate(max(rate.requests - reserve, 1), rate.seconds), now)

    def _wait_for_ceilings(self, now: float, endpoint: str, own: Rate | None) -> float:
        """Seconds until our own ceilings and the endpoint's rate allow one more request."""
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
        """Corrects our count by the server's, which it took at some time between `taken` and `now`.

        If the server has more room than we counted, our oldest slots are freed. The newest slots stay, so that none
        is freed before the server frees its own.
        """
        rate = self._rate()
        limit, as_of = rate.requests, self._slots.as_of(now, rate)
        if remaining >= limit:  # the server has not counted the request that it answers
            self._slots.set_server(counts_late=True)
        remaining -= self._slots.server().counts_late
        self._slots.set_remaining(slot, remaining)
        self._add_others(now, as_of, taken, limit - remaining, throttled and remaining <= 0)
        room = self._slots.room()
        thought = limit - self._slots.count(BUSY, now=as_of)
        # A ceiling below the server's rate: the server's room is not ours to use.
        is_capped = any(ceiling.requests / ceiling.seconds < limit / rate.seconds for ceiling in self._ceilings)
        if room is not None and room > thought and not is_capped:
            self._slots.release_oldest(room - thought, now, as_of)
            self._slots.set_server(reset_at=None, renewed_at=taken)

    def _add_others(self, now: float, as_of: float, taken: float, counted: int, refused: bool) -> None:
        """Adds slots for requests that the server counted and we didn't send: another user has the key.

        Either of two things proves it: a count higher than all our requests that could be in it, or a refusal, since
        we keep within the limit. For the rate's seconds after such proof, each request that isn't surely ours counts
        as theirs.
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
        """After a 429, blocks all requests for as long as the server says, and at least twice as long each time."""
        server = self._slots.server()
        if taken < server.blocked_until:  # sent before the block began, so it teaches nothing
            return max(server.blocked_until - now, 0.0)
        told = rate.resets_in if rate.retry_after is None else rate.retry_after
        wait: float = min(max(told or 0.0, 2.0 ** min(server.throttles, 6)), LONGEST_WAIT)
        self._slots.set_server(blocked_until=now + wait, throttles=server.throttles + 1)
        return wait

    def _rate(self) -> Rate:
        server = self._slots.server()
        return Rate(server.request_limit or DEFAULT_LIMIT, server.per_seconds)
