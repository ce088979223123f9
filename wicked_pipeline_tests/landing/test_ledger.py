"""The ledger tells which days are landed for good: those that the newest loads cover, settled and late enough."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import CLICKS
from wicked_pipeline.landing import Load, missing_days, note_account
from wicked_pipeline.landing.ledger import densities, enter
from wicked_pipeline.warehouse import empty_warehouse
from wicked_pipeline.windows import DAY, DayRange, joined, midnight

FIRST = date(2024, 3, 8)
DAYS = DayRange(FIRST, FIRST + 9 * DAY)
HALF = timedelta(hours=12)


@pytest.fixture
def ledger() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_warehouse() as connection:
        note_account(connection, Account(name="shop", timezone="UTC"))
        yield connection


def load(number: int, begin: datetime, end: datetime, **other: Any) -> Load:
    """The `number`-th load, of this span; fetched long after unless told otherwise."""
    row: dict[str, Any] = {
        "load_id": f"{number}",
        "account": "shop",
        "endpoint": "clicks",
        "window_from": begin.date(),
        "window_to": end.date(),
        "pages": 1,
        "total": 10,
        "records": 10,
        "outside": 0,
        "requests": 1,
        "retries": 0,
        "reads": 1,
        "throttled_seconds": 0.0,
        "settled": True,
        "fetched_at": datetime(2024, 6, 1) + timedelta(minutes=number),  # noqa: DTZ001 - naive, UTC
        "run_id": "run",
        "rejected": 0,
        "copies": 0,
        "cut": False,
        "fetched_on": date(2024, 6, 1),
        "added": 10,
        "changed": 0,
        "deleted": 0,
        "covers_from": begin,
        "covers_to": end,
    }
    return Load(**row | other)


def due(
    ledger: duckdb.DuckDBPyConnection, lookback: int = 3, runs: list[str] | None = None, zone: str = "UTC"
) -> list[DayRange]:
    account = Account(name="shop", timezone=zone, lookback_days=lookback)
    return joined(missing_days(ledger, CLICKS, account, DAYS, runs))


spans = st.tuples(st.integers(-2, 21), st.integers(0, 8), st.booleans(), st.booleans())


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=st.lists(spans, max_size=7))
@example(loads=[(0, 2, True, True), (1, 0, False, False)]).via("one of an empty span within a day that is landed")
@example(loads=[(0, 2, True, True), (0, 1, False, False), (0, 1, True, True)]).via("one that a newer one replaces")
def test_a_day_is_due_unless_its_newest_loads_cover_it_settled(
    ledger: duckdb.DuckDBPyConnection, loads: list[tuple[int, int, bool, bool]]
) -> None:
    """Told by half days: each is as the newest load over it left it."""
    ledger.execute("delete from raw.loads")
    halves: dict[datetime, bool] = {}
    for number, (since, length, settled, late) in enumerate(loads):
        begin = midnight(FIRST) + since * HALF
        fetched_on = date(2024, 6, 1) if late else begin.date()
        enter(ledger, load(number, begin, begin + length * HALF, settled=settled, fetched_on=fetched_on))
        for k in range(length):
            half = begin + k * HALF
            halves[half] = settled and fetched_on >= half.date() + 3 * DAY
    expected = {day for day in in_days(DAYS) if not all(halves.get(midnight(day) + k * HALF) for k in range(2))}
    ranges = due(ledger)
    told = {day for days in ranges for day in in_days(days)}
    assert expected <= told
    assert all(days.first in expected and days.last in expected for days in ranges), "no range begins or ends in vain"
    for before, after in pairwise(ranges):
        assert (after.first - before.last).days > 3, "ranges whose margins meet are one"


def in_days(days: DayRange) -> list[date]:
    return [days.first + k * DAY for k in range(days.days)]


def test_a_day_fetched_before_its_lookback_had_passed_is_due_again(ledger: duckdb.DuckDBPyConnection) -> None:
    end = midnight(DAYS.last + DAY)
    enter(ledger, load(1, midnight(FIRST), end, fetched_on=DAYS.last + DAY))
    assert due(ledger) == [DayRange(DAYS.last - DAY, DAYS.last)]
    assert due(ledger, lookback=1) == []


def test_for_a_run_that_goes_on_only_its_own_loads_count_however_early(ledger: duckdb.DuckDBPyConnection) -> None:
    end = midnight(DAYS.last + DAY)
    enter(ledger, load(1, midnight(FIRST), end, run_id="mine", fetched_on=DAYS.last))
    enter(ledger, load(2, midnight(FIRST), end, run_id="other"))
    assert due(ledger, runs=["mine"]) == []
    assert due(ledger, runs=["third"]) == [DAYS]


def test_rows_with_only_the_promised_columns_cover_their_days(ledger: duckdb.DuckDBPyConnection) -> None:
    enter(ledger, load(1, midnight(FIRST), midnight(DAYS.last)))
    ledger.execute(
        """
        update raw.loads set covers_from = null, covers_to = null, settled = null, fetched_on = null, cut = null,
            rejected = null
        """
    )
    assert due(ledger) == []


def test_densities_are_those_of_the_latest_loads(ledger: duckdb.DuckDBPyConnection) -> None:
    assert densities(ledger, "shop") == {}
    enter(ledger, load(1, midnight(FIRST), midnight(FIRST + 4 * DAY), records=100))
    enter(ledger, load(2, midnight(FIRST), midnight(FIRST + DAY), records=25))
    assert densities(ledger, "shop") == {"clicks": 25.0}
    assert densities(ledger, "another") == {}
