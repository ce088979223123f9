"""Windows as `extract` hands them to `landing`: each one's records, and the span that it answers for."""

from dataclasses import dataclass
from datetime import date, datetime

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DayRange, Effort, Window


@dataclass(frozen=True)
class WindowRead:
    """A window in the spool, read whole or cut on purpose."""

    spooled: SpooledWindow  # its files
    until: date  # the day on which the next window must begin
    pages: int  # how many pages were read
    total: int | None  # how many records it holds according to the API; None if the API doesn't say
    records: int  # how many records its pages hold
    longest_line: int  # the bytes of its longest line
    effort: Effort  # the effort of all its readings
    settled: bool  # whether no data moved while it was read
    cut: bool  # whether its last pages were left out on purpose
    earliest: datetime | None  # the earliest instant (naive, UTC) of its records, but for those it can't hold
    shows_to_included: bool = False  # whether these records show that the API includes the day sent as `to`
    copies: tuple[int, ...] = ()  # how many of each page's first records repeat the page before it; empty: none do

    @property
    def window(self) -> Window:
        """The window as requested."""
        return self.spooled.window


@dataclass(frozen=True)
class FetchedWindow:
    """A window ready to land.

    Its records from `covers_from` to before `covers_to` land. So do records whose own date lies outside all that this
    window can hold. The others belong to its neighbours, or to days outside the run.
    """

    read: WindowRead  # the window as read
    days: DayRange  # the account's days that it touches
    covers_from: datetime  # the first instant (naive, UTC) of its span
    covers_to: datetime  # the instant after the last one of its span

    @property
    def endpoint(self) -> Endpoint:
        """Its endpoint."""
        return self.read.window.endpoint
