"""The windows of one range of days in their order, and which instants each of them answers for.

How the API cuts its days, and whether `to` is included, isn't told, so neighbouring windows may both return a record,
and a window may lack some of its first or last day. But what one window lacks its neighbour holds: each window
answers for the time from its own first record to the first record of the next. These spans lie edge to edge, so what
is landed by them is there once, and what was deleted at the API is deleted here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import TypeVar

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract.plan import split_into_chains
from wicked_pipeline.windows import (
    DAY,
    EARLIEST_ZONE,
    INSTANT,
    LATEST_ZONE,
    DayRange,
    FetchedWindow,
    WindowRead,
    begins,
    day_of,
    midnight,
    to_ask_for,
)

_Day = TypeVar("_Day", date, datetime)


@dataclass(frozen=True)
class Gap:
    """Days from `ask_from` on that could not be read."""

    ask_from: date


@dataclass(eq=False)
class Chain:
    """Consecutive windows over `days`, as far as they are read; `closed` when none will follow.

    `measured` says that it is as long as it should be by the density of its records.
    """

    timeline: "Timeline"
    days: DayRange
    measured: bool = False
    windows: list[WindowRead | Gap] = field(default_factory=list)
    closed: bool = False

    @property
    def endpoint(self) -> Endpoint:
        return self.timeline.endpoint

    def days_left(self) -> int:
        """How many of its days no window of it has reached."""
        if self.closed:
            return 0
        reached = [window.until for window in self.windows if isinstance(window, WindowRead)]
        return (self.days.last + DAY - max(reached, default=self.days.first)).days

    def close(self, unread_from: date | None = None) -> None:
        """No window will follow; the days from `unread_from` on (None: none) could not be read."""
        if unread_from is not None:
            self.windows.append(Gap(unread_from))
        self.closed = True


class Timeline:
    """The chains that cover the account's `days` in `zone` of an endpoint: from the instant `begin` to before `end`.

    `asked` are the API's days that hold them, however it cuts days.
    """

    def __init__(self, endpoint: Endpoint, days: DayRange, zone: tzinfo) -> None:
        self.endpoint = endpoint
        self.days = days
        self.zone = zone
        self.begin, self.end = begins(days.first, zone), begins(days.last + DAY, zone)
        self.asked = to_ask_for(days, zone)
        self._chains: list[Chain] = []
        self._handed_on: set[int] = set()

    def new_chain(self, days: DayRange, *, measured: bool = False) -> Chain:
        """A chain over `days`, set in its place."""
        chain = Chain(self, days, measured)
        self._chains = sorted([*self._chains, chain], key=lambda chain: chain.days)
        return chain

    def split(self, chain: Chain, per_day: float | None) -> list[Chain]:
        """The chain as several that can be read beside each other, the newest first; itself, where it is short."""
        if chain.measured or per_day is None:
            return [chain]
        self._chains.remove(chain)
        return [self.new_chain(part, measured=True) for part in split_into_chains(chain.days, per_day)]

    def part(self, chain: Chain, first: date) -> Chain:
        """Ends the chain before `first`; gives the rest of its days as another."""
        rest = self.new_chain(DayRange(first, chain.days.last))
        if chain.windows:
            chain.days = DayRange(chain.days.first, first - DAY)
        else:
            self._chains.remove(chain)
        return rest

    def days_left(self) -> int:
        """How many days its open chains have still to read."""
        return sum(chain.days_left() for chain in self._chains)

    def take_over(self, reads: list[WindowRead]) -> list[DayRange]:
        """Takes windows that were read earlier out of `reads`, the latest first, and sets them in their places.

        Returns what is left to ask for.
        """
        holes = [self.asked]
        for read in tuple(reads):
            days = DayRange(read.ask_from, read.until - DAY)
            touched = [hole for hole in holes if hole.first <= days.last and days.first <= hole.last]
            if len(touched) == 1 and _fits(days, touched[0], self.asked):
                holes = [part for hole in holes for part in (_without(hole, days) if hole is touched[0] else [hole])]
                reads.remove(read)
                chain = self.new_chain(days)
                chain.windows.append(read)
                chain.close()
        return holes

    def ready(self) -> Iterator[FetchedWindow]:
        """The windows whose spans have become known since the last call, the newest first."""
        begin, end = self.begin, self.end
        next_start: datetime | None = end
        for position, window in reversed(list(enumerate(self._in_order()))):
            start = self._start(window, next_start)
            if isinstance(window, WindowRead) and next_start is not None and id(window) not in self._handed_on:
                self._handed_on.add(id(window))
                covers_from = begin if position == 0 else _within(begin, start or next_start, end)
                yield self._fetched(window, covers_from, _within(begin, next_start, end))
            next_start = start

    def _in_order(self) -> list[WindowRead | Gap | None]:
        """The windows by their days; None where more are to come."""
        order: list[WindowRead | Gap | None] = []
        for chain in self._chains:
            order.extend(chain.windows)
            order.extend([] if chain.closed else [None])
        return order

    @staticmethod
    def _start(window: WindowRead | Gap | None, next_start: datetime | None) -> datetime | None:
        """The instant up to which the window before this one answers; None while it can't be told."""
        if window is None:
            return None
        if isinstance(window, Gap):
            return midnight(window.ask_from) + EARLIEST_ZONE
        if window.earliest is not None and window.earliest < midnight(window.until) + EARLIEST_ZONE:
            return window.earliest
        start = window.earliest or midnight(window.ask_from) + LATEST_ZONE
        return next_start and min(start, next_start)  # what it returned may be the next one's: spans never overlap

    def _fetched(self, window: WindowRead, covers_from: datetime, covers_to: datetime) -> FetchedWindow:
        first = _within(self.days.first, day_of(covers_from, self.zone), self.days.last)
        last = _within(first, day_of(covers_to - INSTANT, self.zone), self.days.last)
        return FetchedWindow(window, DayRange(first, last), covers_from, max(covers_from, covers_to))


def _within(lowest: _Day, value: _Day, highest: _Day) -> _Day:
    return max(lowest, min(value, highest))


def _fits(days: DayRange, hole: DayRange, asked: DayRange) -> bool:
    """Whether a window lies in the hole, but for what reaches beyond all that is asked for."""
    return (hole.first <= days.first or hole.first == asked.first) and (
        days.last <= hole.last or hole.last == asked.last
    )


def _without(hole: DayRange, days: DayRange) -> list[DayRange]:
    parts = [DayRange(hole.first, days.first - DAY), DayRange(days.last + DAY, hole.last)]
    return [part for part in parts if part.first <= part.last]
