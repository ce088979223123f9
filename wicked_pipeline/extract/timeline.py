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


@dataclass(eq=False)
class Chain:
    """Consecutive windows over some days, read one after the other."""

    timeline: "Timeline"  # what it is a part of
    days: DayRange  # all its days
    measured: bool = False  # whether it is as long as it should be by the density of its records
    windows: list[WindowRead | date] = field(default_factory=list)  # what came; a date: from then on days can't be read

    def __post_init__(self) -> None:
        self.next = self.days.first
        """The day that its next window begins on."""

    @property
    def endpoint(self) -> Endpoint:
        """Its list."""
        return self.timeline.endpoint

    @property
    def days_left(self) -> int:
        """How many of its days no window has reached."""
        return max(0, (self.days.last + DAY - self.next).days)

    @property
    def rest(self) -> DayRange:
        """These days; there must be some."""
        return DayRange(self.next, self.days.last)

    def add(self, read: WindowRead) -> None:
        """The next window has come."""
        self.windows.append(read)
        self.next = read.until

    def skip(self, until: date) -> None:
        """The days before `until` can't be read."""
        self.windows.append(self.next)
        self.next = until


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

    def open_chains(self) -> list[Chain]:
        """Those with days left, the newest first."""
        return [chain for chain in reversed(self._chains) if chain.days_left]

    def split(self, chain: Chain, per_day: float | None) -> Chain:
        """Makes what is left of the chain several that can be read beside each other; returns the newest of them.

        It stays as it is where its length is right, or can't be known.
        """
        if chain.measured or per_day is None:
            return chain
        rest = chain.rest
        if chain.windows:
            chain.days = DayRange(chain.days.first, rest.first - DAY)
        else:
            self._chains.remove(chain)
        parts = split_into_chains(self.endpoint, rest, per_day)
        newest, *_ = [self.new_chain(days, measured=True) for days in parts]
        return newest

    @property
    def days_left(self) -> int:
        """How many days its chains have still to read."""
        return sum(chain.days_left for chain in self._chains)

    def take_over(self, reads: list[WindowRead]) -> list[DayRange]:
        """Takes windows that were read earlier out of `reads`, the latest first, and sets them in their places.

        Returns what is left to ask for.
        """
        holes = [self.asked]
        for read in tuple(reads):
            days = DayRange(read.window.days.first, read.until - DAY)
            touched = [hole for hole in holes if hole.first <= days.last and days.first <= hole.last]
            if len(touched) == 1 and _fits(days, touched[0], self.asked):
                holes = [part for hole in holes for part in (_without(hole, days) if hole is touched[0] else [hole])]
                reads.remove(read)
                self.new_chain(days).add(read)
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

    def _in_order(self) -> list[WindowRead | date | None]:
        """The windows and gaps by their days; None where more are to come."""
        order: list[WindowRead | date | None] = []
        for chain in self._chains:
            order += [*chain.windows, None] if chain.days_left else chain.windows
        return order

    @staticmethod
    def _start(window: WindowRead | date | None, next_start: datetime | None) -> datetime | None:
        """The instant up to which the window before this one answers; None while it can't be told."""
        if window is None:
            return None
        if isinstance(window, date):
            return midnight(window) + EARLIEST_ZONE
        if window.earliest is not None and window.earliest < midnight(window.until) + EARLIEST_ZONE:
            return window.earliest
        start = window.earliest or midnight(window.window.days.first) + LATEST_ZONE
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
