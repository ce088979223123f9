"""What windows bring together is what the API holds, however days are cut, pages end, and runs break off."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wicked_pipeline.api import Page, errors
from wicked_pipeline.api.frame import read_page
from wicked_pipeline.endpoints import CLICKS, ORDERS, Endpoint
from wicked_pipeline.extract import WindowsFailed, fetch
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.progress import Progress
from wicked_pipeline.records import describe
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, begins, midnight
from wicked_pipeline_tests.extract.fake_api import FakeApi
from wicked_pipeline_tests.zones import ZONES

FIRST = date(2024, 3, 8)
HOUR = timedelta(hours=1)
zones = st.sampled_from(ZONES)


class Landed:
    """What is landed, as landing does it: each window replaces what lies in its span."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self.instants: list[datetime] = []
        self.spans: list[tuple[datetime, datetime]] = []
        self.unsettled = 0

    def land(self, windows: Iterable[FetchedWindow]) -> None:
        for window in windows:
            begin, end = window.covers_from, window.covers_to
            kept = [instant for instant in self.instants if not begin <= instant < end]
            self.instants = kept + [instant for instant in instants_of(window) if begin <= instant < end]
            self.spans.append((begin, end))
            self.unsettled += not window.read.settled
            window.read.spooled.delete()

    def due(self, days: DayRange) -> list[DayRange]:
        """The days that are not covered wholly, each for itself."""
        return [DayRange(day, day) for day in all_days(days) if not self._covers(day)]

    def _covers(self, day: date) -> bool:
        begin, end = begins(day, self.zone), begins(day + DAY, self.zone)
        hours = (begin + k * HOUR / 2 for k in range((end - begin) // (HOUR / 2)))
        return all(any(begin <= hour < end for begin, end in self.spans) for hour in hours)


def instants_of(window: FetchedWindow) -> list[datetime]:
    spooled = window.read.spooled
    pages = [read_page(body, spooled.requested_at) for body in spooled.bodies()]
    copies = window.read.copies or (0,) * len(pages)
    told = [
        described
        for page, n in zip(pages, copies, strict=True)
        for described in describe(window.endpoint, page.records)[n:]
    ]
    return [described.instant for described in told if described.instant]


def all_days(days: DayRange) -> list[date]:
    return [days.first + k * DAY for k in range(days.days)]


@contextmanager
def a_spool(folder: Path) -> Iterator[Spool]:
    with Spool(folder, "shop", FIRST) as spool:
        yield spool


def read(
    api: FakeApi,
    days: list[DayRange],
    spool: Spool,
    landed: Landed,
    *,
    endpoint: Endpoint = CLICKS,
    per_day: float | None = None,
    left_behind: list[SpooledWindow] | None = None,
) -> None:
    fetch(
        api.source(),
        {endpoint: days},
        spool,
        landed.land,
        zone=landed.zone,
        per_day={} if per_day is None else {endpoint.name: per_day},
        left_behind=left_behind or [],
        progress=Progress(),
    )


@st.composite
def apis(draw: st.DrawFn) -> tuple[FakeApi, DayRange]:
    """An API with records on and around some days, in pages of a few records, of which some come again."""
    days = DayRange(FIRST, FIRST + draw(st.integers(0, 70)) * DAY)
    halves = st.integers(-72, 48 * (days.days + 3))
    crowds = draw(st.lists(st.tuples(halves, st.integers(1, 12)), max_size=40))
    instants = sorted(midnight(FIRST) + n * HOUR / 2 for n, count in crowds for _ in range(count))
    same_instant = draw(st.sampled_from([False, False, True]))
    page_size = draw(st.integers(2, 9)) + 12 * same_instant
    api = FakeApi(
        {"clicks": instants, "orders": instants},
        offset=draw(st.integers(-14, 12)) * HOUR,
        inclusive=draw(st.booleans()),
        page_size=page_size,
        overlap=draw(st.sampled_from([0, 0, 1, page_size // 2])),
        same_instant=same_instant,
        beyond=draw(st.booleans()),
        counted=draw(st.booleans()),
        refuses=draw(st.booleans()),
    )
    return api, days


def inside(api: FakeApi, days: DayRange, zone: tzinfo = UTC) -> Counter[datetime]:
    begin, end = begins(days.first, zone), begins(days.last + DAY, zone)
    return Counter(instant for instant in api.instants["clicks"] if begin <= instant < end)


densities = st.sampled_from([None, 0.0, 0.5, 3.0, 2000.0, 20_000.0])


@settings(max_examples=60, deadline=None)
@given(apis(), densities, st.sampled_from([CLICKS, ORDERS]), zones)
def test_each_record_of_the_days_comes_once(
    made: tuple[FakeApi, DayRange], per_day: float | None, endpoint: Endpoint, zone: tzinfo
) -> None:
    api, days = made
    landed = Landed(zone)
    with tempfile.TemporaryDirectory() as folder, a_spool(Path(folder)) as spool:
        read(api, [days], spool, landed, endpoint=endpoint, per_day=per_day)
    assert Counter(landed.instants) == inside(api, days, zone)
    assert (landed.due(days), landed.unsettled) == ([], 0)


@settings(max_examples=60, deadline=None)
@given(apis(), densities, st.integers(0, 30), st.integers(-5, 5), zones)
def test_a_run_that_breaks_off_is_taken_up_by_the_next(
    made: tuple[FakeApi, DayRange], per_day: float | None, ends_after: int, shift: int, zone: tzinfo
) -> None:
    """Whole windows that it left count, and partial ones as far as they go, also for other days than they were for."""
    api, days = made
    landed = Landed(zone)
    with tempfile.TemporaryDirectory() as folder:
        api.ends_after = ends_after
        try:
            with a_spool(Path(folder)) as spool:
                read(api, [days], spool, landed, per_day=per_day)
        except errors.Unreachable:
            pass
        api.ends_after = None
        then = DayRange(days.first + shift * DAY, days.last + shift * DAY)
        with a_spool(Path(folder)) as spool:
            left = list(spool.left_behind())
            read(api, landed.due(then), spool, landed, per_day=per_day, left_behind=left)
    at_last = [i for i in landed.instants if begins(then.first, zone) <= i < begins(then.last + DAY, zone)]
    assert Counter(at_last) == inside(api, then, zone)
    assert landed.due(then) == []


@settings(max_examples=30, deadline=None)
@given(apis(), st.sets(st.integers(0, 70), min_size=1, max_size=2))
def test_days_that_cannot_be_read_are_named_and_all_others_come(made: tuple[FakeApi, DayRange], gone: set[int]) -> None:
    api, days = made
    api.lost = frozenset(FIRST + k * DAY for k in gone)
    landed = Landed()
    with tempfile.TemporaryDirectory() as folder, a_spool(Path(folder)) as spool:
        if not any(days.first - DAY <= day <= days.last + DAY for day in api.lost):
            return
        with pytest.raises(WindowsFailed) as failure:
            read(api, [days], spool, landed)
        for day in api.lost & set(all_days(days)):
            assert f"clicks {day} could not be read whole" in str(failure.value)
        due = landed.due(days)
        assert all(any(abs((part.first - day).days) <= 40 for day in api.lost) for part in due)
        for part in (DayRange(day, day) for day in all_days(days)):
            if part not in due:
                there = [i for i in landed.instants if midnight(part.first) <= i < midnight(part.last + DAY)]
                assert Counter(there) == inside(api, part)
        api.lost = frozenset()
        read(api, due, spool, landed)
    assert Counter(landed.instants) == inside(api, days)


def test_a_window_too_wide_for_the_api_is_halved_and_that_is_remembered(tmp_path: Path) -> None:
    api = FakeApi({"clicks": [midnight(FIRST) + k * HOUR for k in range(90 * 24)]}, slow=7)
    days, landed = DayRange(FIRST, FIRST + 89 * DAY), Landed()
    with a_spool(tmp_path) as spool:
        read(api, [days], spool, landed)
    assert landed.due(days) == []
    lengths = [(until - first).days for _, first, until, _ in api.asked]
    assert [length for length in lengths if length > 7] == [30, 15]


class Broken(Exception):
    """The end of who lands."""


def broken(_: list[FetchedWindow]) -> None:
    raise Broken


class Moving(FakeApi):
    """Between the first two pages of its first reading a record comes in before them, and one behind them goes."""

    def page(self, endpoint: Endpoint, first: date, until: date, **asked: Any) -> Page:
        page = super().page(endpoint, first, until, **asked)
        if len(self.asked) == 1:
            found = list(self.instants[endpoint.name])
            self.instants = {endpoint.name: [found[0] - HOUR, *found[:-2], found[-1]]}
        return page


def test_what_is_pushed_onto_the_next_page_while_the_total_stays_is_no_equal_record(tmp_path: Path) -> None:
    api = Moving({"orders": [midnight(FIRST) + k * HOUR for k in range(2, 18)]}, page_size=10)
    landed = Landed()
    with a_spool(tmp_path) as spool:
        read(api, [DayRange(FIRST, FIRST)], spool, landed, endpoint=ORDERS)
    assert sorted(landed.instants) == list(api.instants["orders"])
    assert landed.unsettled == 0


def test_equal_records_at_a_seam_that_may_be_one_copy_or_two_are_told_by_the_next_page(tmp_path: Path) -> None:
    equal = [midnight(FIRST)] * 5 + [midnight(FIRST) + HOUR] * 4
    api = FakeApi({"clicks": equal}, page_size=5, overlap=2, counted=False, inclusive=False)
    landed = Landed(UTC)
    with a_spool(tmp_path) as spool:
        read(api, [DayRange(FIRST, FIRST)], spool, landed)
    assert Counter(landed.instants) == Counter(equal)


def test_a_window_that_a_run_left_is_taken_for_one_range_of_days(tmp_path: Path) -> None:
    """Landed, it is gone; other days that it holds are asked for."""
    api = FakeApi({"orders": [midnight(FIRST) + k * HOUR for k in range(30 * 24)]})
    days = DayRange(FIRST, FIRST + 29 * DAY)
    landed = Landed()
    with suppress(Broken), a_spool(tmp_path) as spool:
        fetch(api.source(), {ORDERS: [days]}, spool, broken, zone=UTC, per_day={}, progress=Progress())
    apart = [DayRange(day, day) for day in (FIRST + 3 * DAY, FIRST + 20 * DAY)]
    api.asked.clear()
    with a_spool(tmp_path) as spool:
        read(api, apart, spool, landed, endpoint=ORDERS, left_behind=list(spool.left_behind()))
    assert Counter(landed.instants) == Counter(
        instant for part in apart for instant in api.instants["orders"] if instant.date() == part.first
    )
    assert len(api.asked) == 1
