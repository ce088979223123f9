"""A backfill asks for little more than the least that could do, and what it will ask for is known before."""

import math
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wicked_pipeline.endpoints import CLICKS, CONTACTS, LISTS, PAGE_SIZE, Endpoint
from wicked_pipeline.extract import fetch
from wicked_pipeline.extract.plan import expected_requests, split_into_chains, window_of, windows
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.progress import Progress
from wicked_pipeline.spool import Spool
from wicked_pipeline.windows import DAY, DayRange, midnight
from wicked_pipeline_tests.extract.fake_api import FakeApi

FIRST = date(2021, 1, 3)
endpoints = st.sampled_from(list(LISTS.values()))
ranges = st.integers(0, 1200).map(lambda days: DayRange(FIRST, FIRST + days * DAY))
densities = st.none() | st.floats(0, 60_000)


@given(endpoints, ranges, densities)
def test_chains_hold_each_day_once_the_newest_first(endpoint: Endpoint, days: DayRange, per_day: float | None) -> None:
    chains = split_into_chains(endpoint, days, per_day)
    assert chains == sorted(chains, reverse=True)
    assert in_order(chains) == all_days(days)


@given(endpoints, ranges, densities, st.none() | st.integers(1, 30))
def test_a_window_is_the_beginning_of_what_remains_and_no_longer_than_allowed(
    endpoint: Endpoint, days: DayRange, per_day: float | None, longest: int | None
) -> None:
    window = window_of(endpoint, days, per_day, longest or endpoint.longest_window_days)
    assert days.first == window.first <= window.last <= days.last
    assert window.days <= (longest or endpoint.longest_window_days or days.days)


@given(endpoints, ranges, densities)
def test_planned_windows_hold_each_day_once(endpoint: Endpoint, days: DayRange, per_day: float | None) -> None:
    assert in_order(list(windows(endpoint, days, per_day))) == all_days(days)


def all_days(days: DayRange) -> list[date]:
    return [days.first + k * DAY for k in range(days.days)]


def in_order(parts: list[DayRange]) -> list[date]:
    return [day for part in sorted(parts) for day in all_days(part)]


def shop(per_day: dict[str, float], days: int, *, inclusive: bool = True) -> FakeApi:
    """Records at random instants, so many a day, on these days and some beyond."""
    rng, lead = Random(1), 3
    span = timedelta(days=days + 2 * lead)
    begin = midnight(FIRST - lead * DAY)
    instants = {
        name: sorted(begin + span * rng.random() for _ in range(int(number * span.days)))
        for name, number in per_day.items()
    }
    return FakeApi(instants, inclusive=inclusive)


def least(endpoint: Endpoint, instants: list[datetime], days: DayRange) -> int:
    """The fewest pages that any windows of whole days can bring these days in."""
    per_day = Counter(instant.date() for instant in instants)
    counts = [per_day[day] for day in all_days(days)]
    longest = endpoint.longest_window_days
    if longest is None:
        return max(1, math.ceil(sum(counts) / PAGE_SIZE))
    best = [0]
    for end in range(1, len(counts) + 1):
        pages = [
            best[begin] + max(1, math.ceil(sum(counts[begin:end]) / PAGE_SIZE))
            for begin in range(max(0, end - longest), end)
        ]
        best.append(min(pages))
    return best[-1]


def forget(windows: list[FetchedWindow]) -> None:
    for window in windows:
        window.read.spooled.delete()


def asked(api: FakeApi, days: DayRange, known: dict[str, float], zone: tzinfo = UTC) -> int:
    """The requests that it takes to read these days."""
    work = {LISTS[name]: [days] for name in api.instants}
    with tempfile.TemporaryDirectory() as folder, Spool(Path(folder), "shop", FIRST) as spool:
        fetch(api.source(), work, spool, forget, zone=zone, per_day=known, progress=Progress())
    return len(api.asked)


@pytest.mark.parametrize(
    ("inclusive", "zone"),
    [(True, UTC), (False, ZoneInfo("America/Los_Angeles")), (False, ZoneInfo("Pacific/Auckland"))],
    ids=str,
)
def test_three_sparse_years_take_at_most_3_percent_more_requests_than_the_least(inclusive: bool, zone: tzinfo) -> None:
    per_day = {"contacts": 40.0, "clicks": 300.0, "orders": 30.0}
    days = DayRange(FIRST, FIRST + 1094 * DAY)
    api = shop(per_day, days.days, inclusive=inclusive)
    needed = sum(least(LISTS[name], list(instants), days) for name, instants in api.instants.items())
    requests = asked(api, days, {}, zone)
    assert needed == pytest.approx(408, abs=4)
    assert requests <= 1.03 * needed
    expected = sum(expected_requests(LISTS[name], [days], zone, number) for name, number in per_day.items())
    assert expected == pytest.approx(requests, rel=0.03)


@pytest.mark.parametrize(
    ("per_day", "known"), [(1, True), (10, False), (70, True), (700, False), (2500, True), (9000, False)]
)
def test_no_steady_density_takes_a_tenth_more_than_the_least(per_day: int, known: bool) -> None:
    needs_little_more_than_the_least(CLICKS, per_day, known)


@pytest.mark.long
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("per_day", [1, 3, 10, 30, 70, 300, 700, 1000, 2500, 5000, 12_000, 50_000])
@pytest.mark.parametrize("endpoint", LISTS.values(), ids=LISTS)
def test_no_density_of_any_endpoint_takes_a_tenth_more(endpoint: Endpoint, per_day: int, known: bool) -> None:
    needs_little_more_than_the_least(endpoint, per_day, known)


def needs_little_more_than_the_least(endpoint: Endpoint, per_day: int, known: bool) -> None:
    """The range holds some 100 pages, and 40 days at least, so that its margins are a small part of it."""
    days = DayRange(FIRST, FIRST + min(1094, max(39, 100_000 // per_day)) * DAY)
    api = shop({endpoint.name: per_day}, days.days)
    needed = least(endpoint, list(api.instants[endpoint.name]), days)
    requests = asked(api, days, {endpoint.name: per_day} if known else {})
    assert requests <= 1.1 * needed
    assert expected_requests(endpoint, [days], UTC, per_day) == pytest.approx(requests, rel=0.08)


@pytest.mark.parametrize("inclusive", [True, False])
def test_few_days_of_many_contacts_take_their_margins_and_a_part_page_a_window(inclusive: bool) -> None:
    """Undated contacts may be on any page, so their windows are read to the end."""
    days = DayRange(FIRST, FIRST + 24 * DAY)
    api = shop({"contacts": 5000}, days.days, inclusive=inclusive)
    assert asked(api, days, {"contacts": 5000}) <= 5 * (25 + 2) + 6


def test_a_plan_counts_each_range_with_its_margins() -> None:
    day = DayRange(FIRST, FIRST)
    assert expected_requests(CONTACTS, [day, DayRange(FIRST + 9 * DAY, FIRST + 9 * DAY)], UTC, 40) == 2
    assert expected_requests(CONTACTS, [day], UTC, 1000) == 3
    assert expected_requests(CLICKS, [], UTC, 40) == 0
    assert expected_requests(CLICKS, [day], UTC, 0) == 1
