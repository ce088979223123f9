"""Windows as `extract` hands them to `landing`: what came of each, and which instants it answers for."""

from dataclasses import dataclass
from datetime import date, datetime

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DayRange, Effort, Window


@dataclass(frozen=True)
class WindowRead:
    """A window in the spool, read whole or cut on purpose."""

    spooled: SpooledWindow  # its files
    until: date  # the day that the next window has to begin on
    pages: int  # how many pages it has
    total: int | None  # how many records the API says that it holds; None where it doesn't say
    records: int  # how many its pages hold
    longest_line: int  # the bytes of the longest of its lines
    effort: Effort  # what all this took
    settled: bool  # whether nothing moved while it was read
    cut: bool  # whether its last pages were left on purpose
    earliest: datetime | None  # the first instant (naive, UTC) of its records, but for those it can't hold
    shows_to_included: bool = False  # whether by these records the API returns the day sent as `to` as well
    copies: tuple[int, ...] = ()  # how many of each page's first records repeat the page before it; empty: none do

    @property
    def window(self) -> Window:
        """What was asked for."""
        return self.spooled.window


@dataclass(frozen=True)
class FetchedWindow:
    """A window ready to land.

    Of its records, those from `covers_from` to before `covers_to` are to be landed; so are those whose own date could
    not have brought them into this window. The others belong to its neighbours, or to nobody who asked.
    """

    read: WindowRead  # what came
    days: DayRange  # the account's days that it touches
    covers_from: datetime  # the first instant (naive, UTC) that it answers for
    covers_to: datetime  # the instant up to which it does

    @property
    def endpoint(self) -> Endpoint:
        """Its list."""
        return self.read.window.endpoint
