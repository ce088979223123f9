"""What the pages of one window say so far: whether they fit each other, and whether the rest need be read.

A window may be cut: before a nearly empty last page (the next window then begins on the day that was reached), or once
its pages have passed what is wanted of it.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from wicked_pipeline.api import Page
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.records import Described
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DAY, LATEST_ZONE, DayRange, WindowRead, can_hold, midnight

NEVER = midnight(date.max)

_PROOF = 100
"""So many records of the day `to` are no strays: that day belongs to the window."""


@dataclass(frozen=True)
class Goal:
    """What a window is read for: the days to ask for, whether a window follows that could read a tail left over,
    the instant (naive, UTC) from which on no record is wanted, and the requests that its chain still needs.

    `to_included` says that the API is known to return the day `to` as well.
    """

    endpoint: Endpoint
    days: DayRange
    followed: bool
    enough: datetime
    requests_left: float = 0
    to_included: bool = False

    @property
    def until(self) -> date:
        """The day that the next window begins on."""
        return self.days.last + DAY

    @property
    def ask_to(self) -> date:
        """What is sent as `to`."""
        return self.days.last if self.to_included else self.until


@dataclass
class Tally:
    """What the pages of one reading say so far."""

    goal: Goal
    pages: int = 0
    total: int = 0
    total_pages: int = 0
    page_size: int = 0
    records: int = 0
    longest_line: int = 0
    requests: int = 0
    at_end: bool = False
    cut: bool = False
    moved: bool = False
    full: bool = True
    ascending: bool = True
    earliest: datetime = NEVER
    instants: list[datetime] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    repeated: int = 0
    """How many records came again in this reading: what was inserted while we paged pushes others on."""
    tokens: set[str | None] = field(default_factory=lambda: {None})

    def fits(self, page: Page) -> bool:
        """Whether the page goes with those before it, and holds as many records as it then should."""
        said = (page.total, page.total_pages)
        total, total_pages = (self.total, self.total_pages) if self.pages else said
        if page.number != self.pages + 1 or said != (total, total_pages):
            return False
        if page.number >= total_pages:
            return len(page.records) == total - self.records
        if self.pages:
            return len(page.records) == self.page_size
        return len(page.records) > 0 and math.ceil(total / len(page.records)) == total_pages

    def add(self, page: Page, described: Sequence[Described]) -> None:
        """Counts the page, of whose records `described` tells what each one says of itself."""
        self.pages += 1
        self.requests += page.requests
        if self.pages == 1:
            self.total, self.total_pages, self.page_size = page.total, page.total_pages, len(page.records)
        self.moved |= (page.number, page.total, page.total_pages) != (self.pages, self.total, self.total_pages)
        self.records += len(page.records)
        self.full = len(page.records) == self.page_size
        # The specification's samples carry a `next` on the last page too, so its absence alone can't end a list.
        self.at_end = page.number >= page.total_pages or not page.records or page.next_token in self.tokens
        self.tokens.add(page.next_token)
        earliest, past = can_hold(self.goal.days.first, self.goal.ask_to)
        for record_id, instant, _ in described:
            if self.goal.endpoint.unique and record_id is not None:
                self.repeated += record_id in self.ids
                self.ids.add(record_id)
            if instant is not None and earliest <= instant < past:
                self.ascending &= not self.instants or self.instants[-1] <= instant
                self.earliest = min(self.earliest, instant)
                self.instants.append(instant)

    def holds_together(self, repeated_before: int) -> bool:
        """Whether this reading is one state of the data. What is repeated alike in two readings is the API's own."""
        complete = self.cut or self.records == self.total
        return complete and not self.moved and self.repeated in (0, repeated_before)

    def can_be_cut(self) -> bool:
        """Whether the pages so far are all there is before a day on which the next window can begin."""
        return self._is_in_order() and self._resume_day() > self.goal.days.first

    def may_stop(self) -> bool:
        """Whether the rest need not be read: it is past what is wanted, or the next window reads it more cheaply."""
        if self._is_in_order() and self.instants[-1] >= self.goal.enough:
            return True
        if not self.can_be_cut():
            return False
        rest = self.total - self.records
        read_twice = len(self.instants) - bisect_left(self.instants, midnight(self._resume_day()))
        is_cheaper = self.goal.followed and 0 < rest < self.page_size - read_twice
        return is_cheaper or self._resume_day() >= self.goal.until

    def _is_in_order(self) -> bool:
        """Whether the pages so far are full and, by their dates, all there is before the last record of theirs."""
        return self.goal.endpoint.dated and self.ascending and len(self.instants) > 0 and self.full and not self.moved

    def _resume_day(self) -> date:
        """The last day that has surely begun by the latest record."""
        return self._day_begun_by(self.instants[-1])

    def _day_begun_by(self, instant: datetime) -> date:
        """The last day that has surely begun by then, wherever days are cut.

        The earliest record tells how late in the day the window can have begun; an hour more for clock changes.
        """
        begun = self.earliest - midnight(self.goal.days.first) + timedelta(hours=1)
        return (instant - min(LATEST_ZONE, begun)).date()

    def _shows_to_included(self) -> bool:
        """Whether so many records are of the day `to` that it must belong to the window."""
        if self.goal.to_included or len(self.instants) < _PROOF:
            return False
        return self._day_begun_by(sorted(self.instants)[-_PROOF]) >= self.goal.ask_to

    def _next_begins_on(self) -> date:
        """The day that the window after this one has to begin on."""
        if self.cut and self.instants[-1] < self.goal.enough:
            return min(self._resume_day(), self.goal.until)
        if not self.cut and self.goal.followed and self._shows_to_included():
            return self.goal.until + DAY  # that day has been read as well
        return self.goal.until

    def result(self, spooled: SpooledWindow, requests: int, *, settled: bool) -> WindowRead:
        return WindowRead(
            endpoint=self.goal.endpoint,
            ask_from=self.goal.days.first,
            until=self._next_begins_on(),
            spooled=spooled,
            pages=self.pages,
            total=self.total,
            records=self.records,
            longest_line=self.longest_line,
            requests=requests,
            settled=settled,
            cut=self.cut,
            earliest=self.earliest if self.instants else None,
            latest=max(self.instants, default=None),
            shows_to_included=self._shows_to_included(),
        )
