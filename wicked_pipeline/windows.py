"""Days, instants and windows as values, and the arithmetic of an account's days."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from wicked_pipeline.endpoints import Endpoint

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
"""The smallest difference of two instants."""
NEVER = datetime.max  # noqa: DTZ901 - naive, as all instants
"""An instant that never comes."""
EARLIEST_ZONE, LATEST_ZONE = timedelta(hours=-14), timedelta(hours=12)
"""The earliest and latest begin of a day, relative to its UTC midnight, over all time zones in which the API may cut
it."""


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
    """Days, in ascending order, as ranges. Days so close that their margins meet share a range."""
    ranges: list[DayRange] = []
    for day in days:
        if ranges and (day - ranges[-1].last).days <= 3:
            ranges[-1] = DayRange(ranges[-1].first, day)
        else:
            ranges.append(DayRange(day, day))
    return ranges


@dataclass(frozen=True)
class Window:
    """Consecutive days of an endpoint, as requested."""

    endpoint: Endpoint  # its endpoint
    days: DayRange  # the days it should hold, as the API cuts them; the next window begins after them
    to: date  # the day sent as `to`, which the API may include or not
    followed: bool = False  # whether a window follows that can read the rest
    enough: datetime = NEVER  # records from this instant on are not wanted
    requests_left: float = 0.0  # how many requests its chain still needs, this window's included

    def __str__(self) -> str:
        return f"{self.endpoint.name} {self.days}"

    @property
    def until(self) -> date:
        """The day after its last one."""
        return self.days.last + DAY

    @property
    def can_hold(self) -> tuple[datetime, datetime]:
        """The span of its records' possible instants, in whichever zone days are cut, and with `to` or without."""
        return midnight(self.days.first) + EARLIEST_ZONE, midnight(self.to + DAY) + LATEST_ZONE


@dataclass(frozen=True)
class Effort:
    """The effort of a page or a window."""

    requests: int = 0  # requests sent
    retries: int = 0  # requests of these that were sent again after a failure
    reads: int = 0  # readings of a window from its first page on
    throttled_seconds: float = 0.0  # how long 429s delayed it

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(*map(sum, zip(astuple(self), astuple(other), strict=True)))


def to_ask_for(days: DayRange, zone: tzinfo) -> DayRange:
    """The API's days that hold every instant of the account's `days` in `zone`, in whichever zone the API cuts days.

    In most zones that adds a day at each end. In each case a window's neighbours hold the records that it may lack.
    """
    first, last = begins(days.first, zone) - LATEST_ZONE, begins(days.last + DAY, zone) - EARLIEST_ZONE - INSTANT
    return DayRange(first.date(), last.date())


def is_final(day: date, read_on: date, lookback_days: int) -> bool:
    """Whether the day is landed for good if it was read on that date: `lookback_days` had passed since the day."""
    return read_on >= day + lookback_days * DAY


def midnight(day: date) -> datetime:
    """The instant (naive, UTC) at which the UTC day begins."""
    return datetime.combine(day, time.min)


def begins(day: date, zone: tzinfo) -> datetime:
    """The first instant (naive, UTC) of the account's day, also where clocks change at midnight."""
    # If a midnight comes twice, this is the first; if clocks skip it, this is the instant at which they change.
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)


def day_of(instant: datetime, zone: tzinfo) -> date:
    """The account's day that holds the instant (naive, UTC)."""
    return instant.replace(tzinfo=UTC).astimezone(zone).date()
