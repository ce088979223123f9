"""Days and windows as values: what `extract` makes of a range of days, and hands to `landing`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.spool import SpooledWindow

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
"""The least that one instant is after another."""
EARLIEST_ZONE, LATEST_ZONE = timedelta(hours=-14), timedelta(hours=12)
"""When a day begins, from its UTC midnight on, in whichever time zone the API cuts it."""


@dataclass(frozen=True, order=True)
class DayRange:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def joined(days: Iterable[date]) -> list[DayRange]:
    """Days, in their order, as ranges; those so close that their margins meet become one."""
    ranges: list[DayRange] = []
    for day in days:
        if ranges and (day - ranges[-1].last).days <= 3:
            ranges[-1] = DayRange(ranges[-1].first, day)
        else:
            ranges.append(DayRange(day, day))
    return ranges


@dataclass(frozen=True)
class Effort:
    """What it took to read a window: requests sent, those of them sent again after a failure, readings from its first
    page on, and the seconds for which 429s kept it waiting."""

    requests: int = 0
    retries: int = 0
    reads: int = 0
    throttled_seconds: float = 0.0

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(
            self.requests + other.requests,
            self.retries + other.retries,
            self.reads + other.reads,
            self.throttled_seconds + other.throttled_seconds,
        )


@dataclass(frozen=True)
class WindowRead:
    """A window in the spool, read whole or cut on purpose.

    `ask_from` was sent as `from`; `until` is the day that the next window has to begin on. `earliest` is the first
    instant (naive, UTC) among the records that the window can hold under some reading of the API. `records` counts what
    its pages hold, `longest_line` is the bytes of the longest of their lines, `total` what the API says, `effort` what
    all this took. `shows_to_included` says that by these records the API returns the day
    sent as `to` as well. `copies` holds, page by page, how many of its first records repeat the last ones of the page
    before it; it is empty where pages don't overlap. `overlap` is how many each page repeats, where that is known.
    """

    endpoint: Endpoint
    ask_from: date
    until: date
    spooled: SpooledWindow
    pages: int
    total: int
    records: int
    longest_line: int
    effort: Effort
    settled: bool
    cut: bool
    earliest: datetime | None
    shows_to_included: bool
    copies: tuple[int, ...] = ()
    overlap: int | None = None


@dataclass(frozen=True)
class FetchedWindow:
    """A window ready to land: what was read, the account's days it touches, the instants (naive, UTC) it answers for.

    Of its records, those from `covers_from` to before `covers_to` are to be landed; so are those whose own date could
    not have brought them into this window. The others belong to its neighbours, or to nobody who asked.
    """

    read: WindowRead
    days: DayRange
    covers_from: datetime
    covers_to: datetime

    @property
    def endpoint(self) -> Endpoint:
        return self.read.endpoint

    @property
    def can_hold(self) -> tuple[datetime, datetime]:
        """The span of instants that what was asked for can have under some reading of the API."""
        header = self.read.spooled.header
        return can_hold(header.ask_from, header.ask_to)


def can_hold(ask_from: date, ask_to: date) -> tuple[datetime, datetime]:
    """The span of instants that such a window can hold, wherever days are cut and whether `to` is included or not."""
    return midnight(ask_from) + EARLIEST_ZONE, midnight(ask_to + DAY) + LATEST_ZONE


def to_ask_for(days: DayRange, zone: tzinfo) -> DayRange:
    """The days to ask the API for, so that they hold every instant of the account's `days`, wherever it cuts its own.

    That is a day more at each end in most zones. Under every reading, a window's neighbours hold what it may lack.
    """
    first, last = begins(days.first, zone) - LATEST_ZONE, begins(days.last + DAY, zone) - EARLIEST_ZONE - INSTANT
    return DayRange(first.date(), last.date())


def is_final(day: date, read_on: date, lookback_days: int) -> bool:
    """Whether the day, as it was read on that date of the account, changes no more: so many days had passed since."""
    return read_on >= day + lookback_days * DAY


def midnight(day: date) -> datetime:
    """The instant (naive, UTC) at which the UTC day begins."""
    return datetime.combine(day, time.min)


def begins(day: date, zone: tzinfo) -> datetime:
    """The first instant (naive, UTC) of the account's day, also where clocks change at midnight."""
    # Of a midnight that comes twice this is the first; of one that clocks leave out, the instant at which they do.
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)


def day_of(instant: datetime, zone: tzinfo) -> date:
    """The account's day that holds the instant (naive, UTC)."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()
