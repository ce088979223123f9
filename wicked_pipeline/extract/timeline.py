"""The windows of one range of days in their order, and the span that each answers for.

The specification doesn't say in which zone the API cuts days, or whether `to` is included. So two neighbouring windows
may both return a record, and a window may lack a part of its first or last day, which its neighbour then holds. Each
window therefore answers for the span from its own first record to the next window's first record. These spans touch
without overlap, so each record is landed once, and a record deleted at the API is deleted here.
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
    """Unread days that windows read one after the other."""

    timeline: "Timeline"  # the timeline that it belongs to
    days: DayRange  # its days not yet read
    measured: bool = False  # whether the density of records set its length


class Timeline:
    """The account's `days` of one endpoint, in `zone`: windows already read, unread chains, and gaps, in order.

    It covers the instants from `begin` to before `end`. It starts as one chain of API days that hold these instants,
    in whichever zone the API cuts days. A gap is the first of the days that can't be read.
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
        """The unread chains, the newest first."""
        return [part for part in reversed(self._parts) if isinstance(part, Chain)]

    def cut(self, chain: Chain, parts: Sequence[DayRange], *, measured: bool) -> Chain:
        """Splits the chain into `parts` that can be read in parallel. Returns the newest of them."""
        chains = [Chain(self, days, measured) for days in sorted(parts)]
        self._replace(chain, *chains)
        return chains[-1]

    def put(self, chain: Chain, read: WindowRead) -> None:
        """Puts a window that was read in place of the chain's first days."""
        self._replace(chain, read, *self._unread(read.until, chain.days.last, chain.measured))

    def skip(self, chain: Chain, until: date) -> None:
        """Makes the chain's days before `until` a gap: they can't be read."""
        self._replace(chain, chain.days.first, *self._unread(until, chain.days.last, chain.measured))

    def take_over(self, reads: list[WindowRead]) -> None:
        """Moves windows of an earlier run that fit here from `reads` (the latest first) to their places."""
        for read in tuple(reads):
            days = DayRange(read.window.days.first, read.until - DAY)
            touched = [part for part in self.chains if part.days.first <= days.last and days.first <= part.days.last]
            if len(touched) == 1 and self._fits(days, touched[0].days):
                reads.remove(read)
                before = self._unread(touched[0].days.first, days.first - DAY)
                self._replace(touched[0], *before, read, *self._unread(days.last + DAY, touched[0].days.last))

    def _fits(self, days: DayRange, hole: DayRange) -> bool:
        """Whether a window's days lie in the hole. They may reach beyond the first and last day of this timeline."""
        return (hole.first <= days.first or hole.first == self._asked.first) and (
            days.last <= hole.last or hole.last == self._asked.last
        )

    def _unread(self, first: date, last: date, measured: bool = False) -> list[WindowRead | Chain | date]:
        """A list with a chain of these days, or an empty one if there are none."""
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
        """The instant at which the span of the window before this part ends; None while it is unknown."""
        if isinstance(part, Chain):
            return None
        if isinstance(part, date):
            return midnight(part) + EARLIEST_ZONE
        if part.earliest is not None and part.earliest < midnight(part.until) + EARLIEST_ZONE:
            return part.earliest
        start = part.earliest or midnight(part.window.days.first) + LATEST_ZONE
        return next_start and min(start, next_start)  # its records may be the next window's: spans never overlap

    def _fetched(self, window: WindowRead, covers_from: datetime, covers_to: datetime) -> FetchedWindow:
        first = _within(self._days.first, day_of(covers_from, self._zone), self._days.last)
        last = _within(first, day_of(covers_to - INSTANT, self._zone), self._days.last)
        return FetchedWindow(window, DayRange(first, last), covers_from, max(covers_from, covers_to))


def _within(lowest: _Day, value: _Day, highest: _Day) -> _Day:
    return max(lowest, min(value, highest))
