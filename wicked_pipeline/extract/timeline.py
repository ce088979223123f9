"""The windows of one range of days in their order, and which instants each of them answers for.

How the API cuts its days, and whether `to` is included, isn't told, so neighbouring windows may both return a record,
and a window may lack some of its first or last day. But what one window lacks its neighbour holds: each window
answers for the time from its own first record to the first record of the next. These spans lie edge to edge, so what
is landed by them is there once, and what was deleted at the API is deleted here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TypeVar

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.fetched import FetchedWindow, WindowRead
from wicked_pipeline.windows import (
    DAY,
    EARLIEST_ZONE,
    INSTANT,
    LATEST_ZONE,
    DayRange,
    begins,
    day_of,
    midnight,
    to_ask_for,
)

_Day = TypeVar("_Day", date, datetime)


@dataclass(frozen=True, eq=False)
class Chain:
    """Days that are to be read by one window after the other."""

    timeline: "Timeline"  # what it is a part of
    days: DayRange  # those not read yet
    measured: bool = False  # whether there are as many as there should be by the density of their records


class Timeline:
    """The account's `days` in `zone` of an endpoint: windows that were read, chains still to be, and gaps, in order.

    It goes from the instant `begin` to before `end`, and begins as one chain of the API's days that hold these, however
    it cuts days. A gap is the date from which on days can't be read.
    """

    def __init__(self, endpoint: Endpoint, days: DayRange, zone: tzinfo) -> None:
        self.endpoint = endpoint
        self.begin, self.end = begins(days.first, zone), begins(days.last + DAY, zone)
        self._days, self._zone = days, zone
        self._asked = to_ask_for(days, zone)
        self._parts: list[WindowRead | Chain | date] = self._unread(self._asked.first, self._asked.last)
        self._handed_on: set[int] = set()

    @property
    def chains(self) -> list[Chain]:
        """What is still to be read, the newest first."""
        return [part for part in reversed(self._parts) if isinstance(part, Chain)]

    def cut(self, chain: Chain, parts: Sequence[DayRange], *, measured: bool) -> Chain:
        """Makes the chain several that can be read beside each other; returns the newest of them."""
        chains = [Chain(self, days, measured) for days in sorted(parts)]
        self._replace(chain, *chains)
        return chains[-1]

    def put(self, chain: Chain, read: WindowRead) -> None:
        """The first window of the chain has come."""
        self._replace(chain, read, *self._unread(read.until, chain.days.last, chain.measured))

    def skip(self, chain: Chain, until: date) -> None:
        """The chain's days before `until` can't be read."""
        self._replace(chain, chain.days.first, *self._unread(until, chain.days.last, chain.measured))

    def take_over(self, reads: list[WindowRead]) -> None:
        """Takes windows that were read earlier out of `reads`, the latest first, and puts them in their places."""
        for read in tuple(reads):
            days = DayRange(read.window.days.first, read.until - DAY)
            touched = [part for part in self.chains if part.days.first <= days.last and days.first <= part.days.last]
            if len(touched) == 1 and self._fits(days, touched[0].days):
                reads.remove(read)
                before = self._unread(touched[0].days.first, days.first - DAY)
                self._replace(touched[0], *before, read, *self._unread(days.last + DAY, touched[0].days.last))

    def _fits(self, days: DayRange, hole: DayRange) -> bool:
        """Whether a window lies in the hole, but for what reaches beyond all that is asked for."""
        return (hole.first <= days.first or hole.first == self._asked.first) and (
            days.last <= hole.last or hole.last == self._asked.last
        )

    def _unread(self, first: date, last: date, measured: bool = False) -> list[WindowRead | Chain | date]:
        """A chain of these days, if there are any."""
        return [Chain(self, DayRange(first, last), measured)] if first <= last else []

    def _replace(self, chain: Chain, *parts: WindowRead | Chain | date) -> None:
        place = self._parts.index(chain)
        self._parts[place : place + 1] = parts

    def ready(self) -> Iterator[FetchedWindow]:
        """The windows whose spans have become known since the last call, the newest first."""
        begin, end = self.begin, self.end
        next_start: datetime | None = end
        for position, part in reversed(list(enumerate(self._parts))):
            start = self._start(part, next_start)
            if isinstance(part, WindowRead) and next_start is not None and id(part) not in self._handed_on:
                self._handed_on.add(id(part))
                covers_from = begin if position == 0 else _within(begin, start or next_start, end)
                yield self._fetched(part, covers_from, _within(begin, next_start, end))
            next_start = start

    @staticmethod
    def _start(part: WindowRead | Chain | date, next_start: datetime | None) -> datetime | None:
        """The instant up to which the window before this part answers; None while it can't be told."""
        if isinstance(part, Chain):
            return None
        if isinstance(part, date):
            return midnight(part) + EARLIEST_ZONE
        if part.earliest is not None and part.earliest < midnight(part.until) + EARLIEST_ZONE:
            return part.earliest
        start = part.earliest or midnight(part.window.days.first) + LATEST_ZONE
        return next_start and min(start, next_start)  # what it returned may be the next one's: spans never overlap

    def _fetched(self, window: WindowRead, covers_from: datetime, covers_to: datetime) -> FetchedWindow:
        first = _within(self._days.first, day_of(covers_from, self._zone), self._days.last)
        last = _within(first, day_of(covers_to - INSTANT, self._zone), self._days.last)
        return FetchedWindow(window, DayRange(first, last), covers_from, max(covers_from, covers_to))


def _within(lowest: _Day, value: _Day, highest: _Day) -> _Day:
    return max(lowest, min(value, highest))
