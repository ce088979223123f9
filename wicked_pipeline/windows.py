"""Days, instants and windows as values: what is asked for, and how days of an account are cut."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from wicked_pipeline.endpoints import Endpoint

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
"""The least that one instant is after another."""
NEVER = datetime.max  # noqa: DTZ901 - naive, as all instants
"""An instant that doesn't come."""
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
class Window:
    """Consecutive days of a list, as they are asked for."""

    endpoint: Endpoint  # the list
    days: DayRange  # the days it is to hold, as the API cuts them; the next window begins behind them
    to: date  # the day sent as `to`, which the API may include or not
    followed: bool = False  # whether a window follows that can read what is left over
    enough: datetime = NEVER  # the instant from which on no record is wanted
    requests_left: float = 0.0  # how many requests its chain still needs, this window's included

    def __str__(self) -> str:
        return f"{self.endpoint.name} {self.days}"

    @property
    def until(self) -> date:
        """The day behind its last one."""
        return self.days.last + DAY

    @property
    def can_hold(self) -> tuple[datetime, datetime]:
        """The span of instants that its records can have, wherever days are cut and whether `to` is included or not."""
        return midnight(self.days.first) + EARLIEST_ZONE, midnight(self.to + DAY) + LATEST_ZONE


@dataclass(frozen=True)
class Effort:
    """What it took to read something."""

    requests: int = 0  # requests sent
    retries: int = 0  # those of them that were sent again after a failure
    reads: int = 0  # readings of a window from its first page on
    throttled_seconds: float = 0.0  # how long 429s kept it waiting

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(*map(sum, zip(astuple(self), astuple(other), strict=True)))


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
