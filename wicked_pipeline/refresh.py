"""Plans what a sync reads today, from facts about the landed days: which days, why, and what has to wait.

Pure arithmetic over values. `landing/facts.py` reads the facts from the warehouse, and `ingest.py` reads the days.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.reporting import counted
from wicked_pipeline.windows import DAY, DayRange, joined

Cost = Callable[[Endpoint, Sequence[DayRange]], float]
"""The requests that ranges of days of an endpoint need."""

LOOK_BACK, NOT_LANDED, ALL, NEED, RARELY, SWEEP = (
    "still change",
    "not landed for good",
    "all read again",
    "most changes expected for their requests",
    "not read for longest",
    "full sweep",
)
"""Why days are read."""

AGES = (7, 30, 90, 365)
"""The ages in days at which the rate of change is measured anew."""
_PRIOR_RATES = (0.01, 0.004, 0.001, 0.0005, 0.0002)
"""The changes a day of a record that is expected before any was seen, by age."""  # Assumed: orders are refunded young
_PRIOR_RECORD_DAYS = 20_000
"""The weight of `_PRIOR_RATES`: records observed for a day that would count as much."""
_BLOCK_DAYS = 30
"""The most days that are weighed as one. Shorter blocks waste requests on margins and part-filled pages."""
_BLOCKS_OF_ALLOWANCE = 20
"""A block takes at most this part of the allowance, so that the choice stays fine for accounts with many records."""
_BLOCK_PAGES = 3
"""But a block may have so many pages in any case."""
RARE_DAYS = 30
"""The days within which each older day of clicks is read again, if the allowance permits."""


@dataclass(frozen=True)
class LandedFacts:
    """A day of one endpoint that is landed for good and was not read today."""

    day: date
    read_on: date  # when it was last read
    records: int
    stale: float = 0.0  # how many of its records have changed since, as other records show


@dataclass(frozen=True)
class Changes:
    """How many changes readings found in records of one age group, and over how many records times days."""

    found: float
    record_days: float


@dataclass(frozen=True)
class ListFacts:
    """An endpoint's days that were not read today. `per_day` is its density; None: unknown."""

    endpoint: Endpoint
    per_day: float | None
    not_landed: Sequence[date]  # not landed for good, in ascending order
    landed: Sequence[LandedFacts]  # landed for good, in ascending order
    changes: Mapping[int, Changes] = field(default_factory=dict)  # by the index of the age group


@dataclass(frozen=True)
class Read:
    """Days of one endpoint, the reason to read them, and the requests that they add to the plan."""

    endpoint: Endpoint
    ranges: tuple[DayRange, ...]
    why: str
    requests: float

    @property
    def days(self) -> int:
        return sum(part.days for part in self.ranges)


@dataclass(frozen=True)
class Plan:
    """What a sync reads, and what waits for a later day, each with the greatest need first.

    `spent` are the requests already sent today; the allowance holds for both.
    """

    today: date
    allowance: int | None  # None: a full sweep, which has none
    spent: int
    reads: tuple[Read, ...]
    waits: tuple[Read, ...]

    @property
    def requests(self) -> int:
        return math.ceil(sum(read.requests for read in self.reads))

    @property
    def is_blind(self) -> bool:
        """Whether days wait because their endpoint was never read: once it is, a second plan knows their cost."""
        return any(not read.requests for read in self.waits)

    def awaits(self, endpoint: Endpoint) -> bool:
        """Whether days of the endpoint wait that are not landed for good."""
        return any(read.endpoint is endpoint and read.why == NOT_LANDED for read in self.waits)

    def work(self) -> dict[Endpoint, list[DayRange]]:
        """The days to request, by endpoint."""
        days: dict[Endpoint, set[date]] = {}
        for read in self.reads:
            days.setdefault(read.endpoint, set()).update(_days(read.ranges))
        return {endpoint: joined(sorted(of_it)) for endpoint, of_it in days.items()}

    def lines(self, per_minute: int) -> list[str]:
        """The plan in words. `per_minute` are the requests that can be sent in a minute."""
        allowance = f", of {self.allowance:,} a day" if self.allowance is not None else ""
        spent = f", {self.spent:,} sent before" if self.spent else ""
        minutes = counted(math.ceil(self.requests / per_minute), "minute")
        return [
            *(f"{_line(read)}: {_requests(read)}" for read in _by_reason(self.reads)),
            f"In all {counted(self.requests, 'request')}{allowance}{spent}; {minutes} at {per_minute} a minute",
            *(f"Waits: {_line(read)}: {_requests(read)}" for read in _by_reason(self.waits)),
        ]


def look_back(account: Account, today: date) -> DayRange:
    """The days that still change: the last `WICKED_LOOKBACK_DAYS` up to yesterday, and at least yesterday."""
    days = timedelta(days=max(1, account.lookback_days))
    return DayRange(max(account.start_date, today - days), today - DAY)


def plan(
    lists: Sequence[ListFacts], recent: DayRange, *, today: date, allowance: int | None, spent: int, cost: Cost
) -> Plan:
    """The plan for today. Days that still change come first, whatever the allowance; then days that are not landed
    for good, the newest first; then the records that change at any age, all of them if they fit, else by need; at last
    the clicks that were not read for longest. Without an allowance everything is read.
    """
    basket = _Basket(cost, math.inf if allowance is None else allowance - spent)
    for facts in lists:
        basket.take(facts.endpoint, [day for day in facts.not_landed if day >= recent.first], LOOK_BACK)
    if allowance is None:
        for facts in lists:
            older = {day for day in facts.not_landed if day < recent.first} | {known.day for known in facts.landed}
            basket.take(facts.endpoint, sorted(older), SWEEP)
    else:
        _take_not_landed(basket, lists, recent)
        _take_changing(basket, lists, today, allowance)
        _take_rarely(basket, lists, today)
    return Plan(today, allowance, spent, tuple(basket.reads), tuple(basket.waits))


class _Basket:
    """The reads that were chosen, and those that don't fit into the `room` of requests."""

    def __init__(self, cost: Cost, room: float) -> None:
        self.room = room
        self.reads: list[Read] = []
        self.waits: list[Read] = []
        self._cost = cost
        self._days: dict[Endpoint, set[date]] = {}
        self._requests: dict[Endpoint, float] = {}

    def price(self, endpoint: Endpoint, days: Iterable[date]) -> float:
        """The requests that these days add."""
        together = joined(sorted(self._days.get(endpoint, set()).union(days)))
        return max(0.0, self._cost(endpoint, together) - self._requests.get(endpoint, 0.0))

    def fits(self, endpoint: Endpoint, days: Iterable[date]) -> bool:
        return self.price(endpoint, days) <= self.room

    def take(self, endpoint: Endpoint, days: Sequence[date], why: str) -> None:
        """Chooses the days, whether they fit or not."""
        if not days:
            return
        read = Read(endpoint, tuple(joined(days)), why, self.price(endpoint, days))
        self._days.setdefault(endpoint, set()).update(days)
        self._requests[endpoint] = self._requests.get(endpoint, 0.0) + read.requests
        self.room -= read.requests
        self.reads.append(read)

    def offer(self, endpoint: Endpoint, days: Sequence[date], why: str) -> None:
        """Chooses the days if they fit; else they wait."""
        if not days:
            return
        if self.fits(endpoint, days):
            self.take(endpoint, days, why)
        else:
            self.waits.append(Read(endpoint, tuple(joined(days)), why, self.price(endpoint, days)))


def _take_not_landed(basket: _Basket, lists: Sequence[ListFacts], recent: DayRange) -> None:
    """Offers these days, the newest first over all endpoints. Of an endpoint of unknown density only the newest days,
    from which the next plan knows it.
    """
    blocks: list[tuple[date, ListFacts, list[date]]] = []
    for facts in lists:
        older = [day for day in facts.not_landed if day < recent.first]
        blocks += [(block[-1], facts, block) for block in _blocks(older, _length(facts, basket.room))]
    for _, facts, block in sorted(blocks, key=lambda each: each[0], reverse=True):
        if facts.per_day is None and block[-1] < recent.first - DAY:
            basket.waits.append(Read(facts.endpoint, tuple(joined(block)), NOT_LANDED, 0.0))
        else:
            basket.offer(facts.endpoint, block, NOT_LANDED)


def _take_changing(basket: _Basket, lists: Sequence[ListFacts], today: date, allowance: int) -> None:
    """Contacts and orders change at any age: takes all of them if they fit, else offers blocks by need."""
    changing = [facts for facts in lists if facts.endpoint.unique]
    prices = [basket.price(facts.endpoint, [known.day for known in facts.landed]) for facts in changing]
    if sum(prices) <= basket.room:
        for facts in changing:
            basket.take(facts.endpoint, [known.day for known in facts.landed], ALL)
        return
    by_day = {facts.endpoint: {known.day: known for known in facts.landed} for facts in changing}
    needs: list[tuple[float, Endpoint, list[date]]] = []
    for facts in changing:
        for block in _blocks([known.day for known in facts.landed], _length(facts, allowance)):
            need = sum(expected_changes(facts, by_day[facts.endpoint][day], today) for day in block)
            needs.append((need / max(1.0, basket.price(facts.endpoint, block)), facts.endpoint, block))
    for _, endpoint, block in sorted(needs, key=lambda each: each[0], reverse=True):
        basket.offer(endpoint, block, NEED)


def _take_rarely(basket: _Basket, lists: Sequence[ListFacts], today: date) -> None:
    """Offers as many old days of clicks as must be read in a day so that each is read within `RARE_DAYS`."""
    for facts in lists:
        if facts.endpoint.unique:
            continue
        due = sorted(
            (known for known in facts.landed if known.read_on < today - RARE_DAYS * DAY / 2),
            key=lambda known: (known.read_on, known.day),
        )
        oldest = sorted(known.day for known in due[: math.ceil(len(facts.landed) / RARE_DAYS)])
        basket.offer(facts.endpoint, oldest, RARELY)


def expected_changes(facts: ListFacts, known: LandedFacts, today: date) -> float:
    """How many of the day's records have probably changed since it was read, if changes come as a Poisson process."""
    likely = 1 - math.exp(-rate(facts, (today - known.day).days) * (today - known.read_on).days)
    return known.stale + max(0.0, known.records - known.stale) * likely


def rate(facts: ListFacts, age: int) -> float:
    """Changes a day of one record so many days old, as readings found them, or as expected before any."""
    group = age_group(age)
    seen = facts.changes.get(group, Changes(0.0, 0.0))
    return (_PRIOR_RATES[group] * _PRIOR_RECORD_DAYS + seen.found) / (_PRIOR_RECORD_DAYS + seen.record_days)


def age_group(age: int) -> int:
    """The index of the age group of a record so many days old."""
    return sum(age >= limit for limit in AGES)


def _length(facts: ListFacts, allowance: float) -> int:
    """The days of a block."""
    pages_a_day = (facts.per_day or 0.0) / facts.endpoint.page_size
    pages = max(_BLOCK_PAGES, allowance / _BLOCKS_OF_ALLOWANCE)
    fitting = pages / pages_a_day if pages_a_day else _BLOCK_DAYS
    return max(1, min(_BLOCK_DAYS, int(fitting)))


def _blocks(days: Sequence[date], length: int) -> list[list[date]]:
    """The days, in ascending order, in blocks of so many; the newest block is full."""
    ends = range(len(days), 0, -length)
    return [list(days[max(0, end - length) : end]) for end in ends]


def _days(ranges: Iterable[DayRange]) -> Iterable[date]:
    return (part.first + n * DAY for part in ranges for n in range(part.days))


def _by_reason(reads: Iterable[Read]) -> list[Read]:
    """The reads joined by endpoint and reason, in the order of each one's first."""
    groups: dict[tuple[Endpoint, str], list[Read]] = {}
    for read in reads:
        groups.setdefault((read.endpoint, read.why), []).append(read)
    return [
        Read(
            endpoint,
            tuple(joined(sorted({day for read in group for day in _days(read.ranges)}))),
            why,
            sum(read.requests for read in group),
        )
        for (endpoint, why), group in groups.items()
    ]


def _line(read: Read) -> str:
    spans = "" if len(read.ranges) == 1 else f" in {counted(len(read.ranges), 'range')}"
    return (
        f"{read.endpoint.name}, {counted(read.days, 'day')} from {read.ranges[0].first} to {read.ranges[-1].last}"
        f"{spans} ({read.why})"
    )


def _requests(read: Read) -> str:
    return counted(math.ceil(read.requests), "request") if read.requests else "requests unknown"
