"""Counts the records of one window, and judges whether they are in the order of their dates and the rest is needed.

A window may be cut in two places: before a nearly empty last page (the next window then begins on the last day that
it reached), or after the last instant that is wanted.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from wicked_pipeline.extract.plan import WINDOW_PAGES
from wicked_pipeline.fetched import WindowRead
from wicked_pipeline.records import Described
from wicked_pipeline.source import Batch
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DAY, LATEST_ZONE, NEVER, Effort, Window, midnight

_PROOF = 100
"""So many records of the day `to` can't be strays. They show that this day belongs to the window."""


@dataclass
class Tally:
    """The batches of one reading so far, counted."""

    window: Window  # the window as requested
    effort: Effort  # the effort so far, earlier readings included
    newest: Batch = field(init=False)  # the newest batch, with all that the source knows by now
    pages: int = 0  # how many pages have come
    page_size: int = 0  # how many records the first page holds
    records: int = 0  # how many records all pages hold
    longest_line: int = 0  # the bytes of their longest line
    cut: bool = False  # whether the rest was left out on purpose
    ascending: bool = True  # whether the dates are in ascending order
    earliest: datetime = NEVER  # the earliest of `instants`
    instants: list[datetime] = field(default_factory=list)  # the records' instants, but for those it can't hold
    ids: set[tuple[str, str | None]] = field(default_factory=set)  # ids with their systems, if the id is unique
    came_again: int = 0  # how many ids came again: copies, or records that an insertion moved to the next page

    def add(self, batch: Batch, described: Sequence[Described]) -> None:
        """Counts the batch; `described` has the id and the instant of each of its records."""
        self.newest = batch
        self.pages += bool(batch.body)
        self.page_size = self.page_size or len(batch.records)
        self.records += len(batch.records)
        self.effort += batch.effort
        earliest, past = self.window.can_hold
        for place, (record_id, instant, _, system) in enumerate(described):
            if self.window.endpoint.unique and record_id is not None:
                self.came_again += (record_id, system) in self.ids
                self.ids.add((record_id, system))
            if place < batch.copies[-1]:
                continue
            if instant is not None and earliest <= instant < past:
                self.ascending &= not self.instants or self.instants[-1] <= instant
                self.earliest = min(self.earliest, instant)
                self.instants.append(instant)

    @property
    def repeated(self) -> int:
        """How many records came again in this reading without being copies."""
        return max(0, self.came_again - sum(self.newest.copies))

    def holds_together(self, repeated_before: int) -> bool:
        """Whether this reading shows one state of the data. The same repeats in two readings come from the API."""
        return not self.newest.moved and self.repeated in (0, repeated_before)

    def can_be_cut(self) -> bool:
        """Whether the pages so far are complete up to a day on which the next window can begin."""
        return self._is_in_order() and self._resume_day() > self.window.days.first

    def may_stop(self) -> bool:
        """Whether the rest can be left out: it is not wanted, or the next window reads it with fewer requests."""
        if self._is_in_order() and self.instants[-1] >= self.window.enough:
            return True
        if not self.can_be_cut():
            return False
        if self._resume_day() >= self.window.until:
            return True
        if self.newest.missing is None:  # the window's length is unknown
            return self.pages >= WINDOW_PAGES
        read_twice = len(self.instants) - bisect_left(self.instants, midnight(self._resume_day()))
        return self.window.followed and 0 < self.newest.missing < self.page_size - read_twice

    def _is_in_order(self) -> bool:
        """Whether the pages so far are complete up to their last record, by the order of their dates."""
        return self.window.endpoint.dated and self.newest.is_sound and self.ascending and len(self.instants) > 0

    def _resume_day(self) -> date:
        """The last day that has surely begun at the latest record."""
        return self._day_begun_by(self.instants[-1])

    def _day_begun_by(self, instant: datetime) -> date:
        """The last day that has surely begun at `instant`, in whichever zone the API cuts days.

        The earliest record limits how late the window can have begun; an hour is added for clock changes.
        """
        begun = self.earliest - midnight(self.window.days.first) + timedelta(hours=1)
        return (instant - min(LATEST_ZONE, begun)).date()

    def _shows_to_included(self) -> bool:
        """Whether the day `to` has so many records that it must belong to the window."""
        if self.window.to < self.window.until or len(self.instants) < _PROOF:
            return False
        return self._day_begun_by(sorted(self.instants)[-_PROOF]) >= self.window.to

    def _next_begins_on(self) -> date:
        """The day on which the next window must begin."""
        window = self.window
        if self.cut and self.instants[-1] < window.enough:
            return min(self._resume_day(), window.until)
        if not self.cut and window.followed and self._shows_to_included():
            return window.until + DAY  # that day has been read as well
        return window.until

    def result(self, spooled: SpooledWindow, *, settled: bool) -> WindowRead:
        """The window as it was read into `spooled`."""
        return WindowRead(
            spooled=spooled,
            until=self._next_begins_on(),
            pages=self.pages,
            total=self.newest.total,
            records=self.records,
            longest_line=self.longest_line,
            effort=self.effort,
            settled=settled,
            cut=self.cut,
            earliest=self.earliest if self.instants else None,
            shows_to_included=self._shows_to_included(),
            copies=self.newest.copies if any(self.newest.copies) else (),
        )
