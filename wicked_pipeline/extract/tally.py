"""What the pages of one window say so far: whether they fit each other, and whether the rest need be read.

A window may be cut: before a nearly empty last page (the next window then begins on the day that was reached), or once
its pages have passed what is wanted of it.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from wicked_pipeline.api import Page
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract.seams import Seams
from wicked_pipeline.records import Described
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DAY, LATEST_ZONE, DayRange, Effort, WindowRead, can_hold, midnight

NEVER = midnight(date.max)

_PROOF = 100
"""So many records of the day `to` are no strays: that day belongs to the window."""


@dataclass(frozen=True)
class Goal:
    """What a window is read for: the days to ask for, whether a window follows that could read a tail left over,
    the instant (naive, UTC) from which on no record is wanted, and the requests that its chain still needs.

    `to_included` says that the API is known to return the day `to` as well, `overlap` how many records each page is
    known to repeat of the one before it (None: unknown). `zone` is the account's.
    """

    endpoint: Endpoint
    days: DayRange
    followed: bool
    enough: datetime
    requests_left: float = 0
    to_included: bool = False
    overlap: int | None = None
    zone: tzinfo = UTC

    def __str__(self) -> str:
        return f"{self.endpoint.name} {self.days}"

    @property
    def until(self) -> date:
        """The day that the next window begins on."""
        return self.days.last + DAY

    @property
    def ask_to(self) -> date:
        """What is sent as `to`."""
        return self.days.last if self.to_included else self.until


def effort_of(page: Page) -> Effort:
    """What the page took."""
    return Effort(page.requests, retries=page.requests - 1, throttled_seconds=page.throttled_seconds)


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
    effort: Effort = field(default_factory=lambda: Effort(reads=1))
    at_end: bool = False
    cut: bool = False
    moved: bool = False
    full: bool = True
    ascending: bool = True
    earliest: datetime = NEVER
    instants: list[datetime] = field(default_factory=list)
    ids: set[tuple[str, str | None]] = field(default_factory=set)
    """Of records whose id is unique within a source system: the two."""
    came_again: int = 0
    """How many of these came again: at seams, or pushed on by what was inserted while we paged."""
    tokens: set[str | None] = field(default_factory=set)
    seams: Seams = field(default_factory=Seams)

    def fits(self, page: Page) -> bool:
        """Whether the page goes with those before it, and holds as many records as it then should."""
        said = (page.total, page.total_pages)
        if page.number != self.pages + 1 or (self.pages and said != (self.total, self.total_pages)):
            return False
        if self.pages == 0 and page.total_pages > 1:
            return self._fits_first(page)
        if self._fits_with(page, ()):
            return True
        return any(self._fits_with(page, copies) for copies in self.seams.with_page(page.records).ways())

    def _fits_first(self, page: Page) -> bool:
        size = len(page.records)
        return any(
            math.ceil((page.total - overlap) / (size - overlap)) == page.total_pages
            for overlap in {0, self.goal.overlap or 0}
            if overlap < size
        )

    def _fits_with(self, page: Page, copies: Sequence[int]) -> bool:
        """Whether it does, if there are so many copies at each seam, at its own last."""
        size, repeats = len(page.records), copies[-1] if copies else 0
        is_full = size in (self.page_size, self.page_size + repeats)
        if page.number < page.total_pages:
            return is_full
        missing = page.total - (self.records + size - sum(copies))
        return missing == 0 or (missing > 0 and repeats > 0 and is_full)  # there are more pages than `totalPages`

    def add(self, page: Page, described: Sequence[Described]) -> None:
        """Counts the page, of whose records `described` tells what each one says of itself."""
        self.pages += 1
        self.effort += effort_of(page)
        if self.pages == 1:
            self.total, self.total_pages, self.page_size = page.total, page.total_pages, len(page.records)
        self.moved |= (page.number, page.total, page.total_pages) != (self.pages, self.total, self.total_pages)
        self.records += len(page.records)
        self.seams = self.seams.with_page(page.records)
        repeats = (0, *self.seams.likely(self.goal.overlap))[-1]
        self.full = len(page.records) in (self.page_size, self.page_size + repeats)
        self.at_end = page.ends_list(self.tokens, may_go_on=self._may_go_on())
        self.tokens.add(page.next_token)
        earliest, past = can_hold(self.goal.days.first, self.goal.ask_to)
        for place, (record_id, instant, _, system) in enumerate(described):
            if self.goal.endpoint.unique and record_id is not None:
                self.came_again += (record_id, system) in self.ids
                self.ids.add((record_id, system))
            if place < repeats:
                continue
            if instant is not None and earliest <= instant < past:
                self.ascending &= not self.instants or self.instants[-1] <= instant
                self.earliest = min(self.earliest, instant)
                self.instants.append(instant)

    def holds_together(self, repeated_before: int) -> bool:
        """Whether this reading is one state of the data. What is repeated alike in two readings is the API's own."""
        complete = self.cut or self._copies_by_total() is not None
        return complete and not self.moved and self.repeated in (0, repeated_before)

    @property
    def repeated(self) -> int:
        """How many records came again in this reading, but for the copies at seams."""
        return max(0, self.came_again - sum(self._copies()))

    @property
    def _overlap(self) -> int | None:
        return self.seams.overlap(self.goal.overlap)

    def _missing(self) -> int:
        """How many records are still to come."""
        return self.total - self.records + sum(self.seams.likely(self.goal.overlap))

    def _may_go_on(self) -> bool:
        """Whether there may be more behind as many pages as the API counts: pages that overlap don't hold all.

        Equal records at a seam may be copies or not. Where both would do, a full last page leaves it open.
        """
        ways = self.seams.ways() if self._overlap is None else [self.seams.likely(self.goal.overlap)]
        missing = {self.total - self.records + sum(copies) for copies in ways if any(copies)}
        return max(missing, default=0) > 0 and (self.full or 0 not in missing)

    def ends_before(self, page: Page | None) -> bool:
        """Whether the list has ended before this page, as an empty or a refused (None) one behind the last says."""
        return 0 < self.total_pages <= self.pages and (page is None or not page.records)

    def _copies(self) -> list[int]:
        """The copies at each seam; what isn't known to be one is a record of its own."""
        told = None if self.cut else self._copies_by_total()
        return [self._overlap or 0] * len(self.seams.repeats) if told is None else told

    def _copies_by_total(self) -> list[int] | None:
        """The copies at each seam by which the pages, read to the end, hold what `total` says; None where none do."""
        return next((copies for copies in self.seams.ways() if self.records - sum(copies) == self.total), None)

    def can_be_cut(self) -> bool:
        """Whether the pages so far are all there is before a day on which the next window can begin."""
        return self._is_in_order() and self._resume_day() > self.goal.days.first

    def may_stop(self) -> bool:
        """Whether the rest need not be read: it is past what is wanted, or the next window reads it more cheaply."""
        if self._is_in_order() and self.instants[-1] >= self.goal.enough:
            return True
        if not self.can_be_cut():
            return False
        read_twice = len(self.instants) - bisect_left(self.instants, midnight(self._resume_day()))
        is_cheaper = self.goal.followed and 0 < self._missing() < self.page_size - read_twice
        return is_cheaper or self._resume_day() >= self.goal.until

    def _is_in_order(self) -> bool:
        """Whether the pages so far are full and, by their dates, all there is before the last record of theirs."""
        known = self.ascending and self.full and not self.moved and self._overlap is not None
        return self.goal.endpoint.dated and known and len(self.instants) > 0

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

    def result(self, spooled: SpooledWindow, effort: Effort, *, settled: bool) -> WindowRead:
        copies = self._copies()
        is_known = settled and len(set(copies)) == 1
        return WindowRead(
            endpoint=self.goal.endpoint,
            ask_from=self.goal.days.first,
            until=self._next_begins_on(),
            spooled=spooled,
            pages=self.pages,
            total=self.total,
            records=self.records,
            longest_line=self.longest_line,
            effort=effort,
            settled=settled,
            cut=self.cut,
            earliest=self.earliest if self.instants else None,
            shows_to_included=self._shows_to_included(),
            copies=(0, *copies) if any(copies) else (),
            overlap=copies[0] if is_known else None,
        )
