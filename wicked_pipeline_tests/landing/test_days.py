"""A day is the account's: what is landed lies on it, the ledger counts it once it is whole, another zone cuts anew."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import ORDERS
from wicked_pipeline.landing import missing_days, note_account
from wicked_pipeline.landing.days import local_date
from wicked_pipeline.warehouse import empty_warehouse
from wicked_pipeline.warehouse.migrations import migrate
from wicked_pipeline.windows import DAY, INSTANT, DayRange, begins, day_of, joined, midnight, to_ask_for
from wicked_pipeline_tests.zones import CLOCK_CHANGES, ZONES

LOS_ANGELES = "America/Los_Angeles"
FIRST = date(2024, 1, 1)


@given(
    st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo),
    st.dates(date(1970, 1, 2), date(2037, 12, 30)),
)
def test_days_lie_edge_to_edge_and_begin_at_their_first_instant(zone: ZoneInfo, day: date) -> None:
    begin, end = begins(day, zone), begins(day + DAY, zone)
    assert day_of(begin - INSTANT, zone) < day
    assert begin == end or day_of(begin, zone) == day  # some islands have left a day out


@given(st.sampled_from(ZONES), st.sampled_from(CLOCK_CHANGES), st.integers(0, 3), st.integers(-14, 12))
def test_what_is_asked_for_holds_the_days_however_the_api_cuts_its_own(
    zone: tzinfo, first: date, more: int, offset: int
) -> None:
    days = DayRange(first, first + more * DAY)
    asked = to_ask_for(days, zone)
    since, until = (midnight(day) + timedelta(hours=offset) for day in (asked.first, asked.last + DAY))
    assert since <= begins(days.first, zone)
    assert until >= begins(days.last + DAY, zone)
    assert asked.days <= days.days + 3


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_sql_and_python_cut_the_same_days(zone: ZoneInfo) -> None:
    """Also of instants outside the window, and to the second where clocks change."""
    span = midnight(date(2024, 3, 1)), midnight(date(2024, 11, 15))
    seconds = timedelta(seconds=1)
    instants = [
        instant
        for day in (*CLOCK_CHANGES, date(2019, 5, 5), date(2031, 1, 1))
        for edge in (begins(day, zone), begins(day + DAY, zone))
        for instant in (edge - INSTANT, edge, edge + INSTANT, edge - 3600 * seconds, edge + 3600 * seconds)
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {local_date('instant', span, zone)} from (select unnest($instants) as instant)",
            {"instants": instants},
        ).fetchall()
        extremes = f"select {local_date('instant', span, zone)} from (select unnest($instants::timestamp[]) as instant)"
        first_and_last = [midnight(date.min), midnight(date.max)]
        assert connection.execute(extremes, {"instants": first_and_last}).fetchall() == [(date.min,), (date.max,)]
    assert [day for (day,) in rows] == [day_of(instant, zone) for instant in instants]


class Old:
    """A warehouse whose days were cut in UTC by a version that noted no zone: a load of orders a day."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        note_account(connection, Account(name="shop", timezone="UTC"))
        connection.execute("alter table raw.accounts drop column days_timezone; drop table raw.migrations")
        self.loads = 0

    def load(self, first: date, last: date, *instants: str | None, **columns: Any) -> None:
        """A load of these UTC days, with orders of these instants."""
        self.loads += 1
        row = {
            "load_id": str(self.loads),
            "account": "shop",
            "endpoint": "orders",
            "window_from": first,
            "window_to": last,
            "records": len(instants),
            "fetched_at": datetime(2024, 6, 1) + timedelta(minutes=self.loads),  # noqa: DTZ001 - naive, UTC
            "covers_from": midnight(first),
            "covers_to": midnight(last + DAY),
        } | columns
        names, places = ", ".join(row), ", ".join(f"${name}" for name in row)
        self.connection.execute(f"insert into raw.loads ({names}) values ({places})", row)
        for position, text in enumerate(instants):
            placed_at = datetime.fromisoformat(text).replace(tzinfo=None) if (text or "").startswith("20") else None
            day = placed_at.date() if placed_at else first
            in_span = placed_at if placed_at and midnight(first) - DAY <= placed_at < midnight(last + 2 * DAY) else None
            self.connection.execute(
                "insert into raw.orders (account, partition_date, record, load_id, position, placed_at) "
                "values ('shop', ?, ?, ?, ?, ?)",
                [day, f'{{"id":"{self.loads}-{position}","date":"{text}"}}', str(self.loads), position, in_span],
            )

    def opened_in(self, zone: str) -> None:
        """By whoever writes next."""
        migrate(self.connection, Path("old.duckdb"))
        note_account(self.connection, Account(name="shop", timezone=zone))

    def days(self) -> list[date]:
        """Those on which the orders lie, in the order in which they were landed."""
        rows = self.connection.execute("select partition_date from raw.orders order by load_id, position").fetchall()
        return [day for (day,) in rows]

    def windows(self) -> list[tuple[date | None, date | None]]:
        return self.connection.execute("select window_from, window_to from raw.loads order by load_id").fetchall()

    def due(self, days: DayRange, zone: str) -> list[DayRange]:
        return joined(missing_days(self.connection, ORDERS, Account(name="shop", timezone=zone, lookback_days=0), days))


@pytest.fixture
def old() -> Iterator[Old]:
    with empty_warehouse() as connection:
        yield Old(connection)


JANUARY = DayRange(FIRST, date(2024, 1, 31))


def test_last_evenings_of_older_loads_are_due_again(old: Old) -> None:
    """West of Greenwich the last evening was never landed, though the day counted as covered."""
    old.load(JANUARY.first, JANUARY.last, "2024-01-01T03:00:00Z", "2024-01-31T23:00:00Z")
    old.opened_in(LOS_ANGELES)
    assert old.days() == [date(2023, 12, 31), date(2024, 1, 31)]
    assert old.windows() == [(FIRST, date(2024, 1, 30))]
    assert old.due(JANUARY, LOS_ANGELES) == [DayRange(JANUARY.last, JANUARY.last)]


def test_a_plan_tells_what_will_be_due_before_anything_is_cut_anew(old: Old) -> None:
    old.load(JANUARY.first, JANUARY.last)
    assert old.due(JANUARY, LOS_ANGELES) == [DayRange(JANUARY.last, JANUARY.last)]
    assert old.due(JANUARY, "UTC") == []


def test_days_that_two_loads_share_are_whole(old: Old) -> None:
    for number in range(3):
        old.load(FIRST + number * DAY, FIRST + number * DAY)
    old.opened_in("Asia/Kolkata")
    second, third = FIRST + DAY, FIRST + 2 * DAY
    assert old.windows() == [(second, second), (second, third), (third, third)]


def test_a_load_that_holds_no_whole_day_covers_none(old: Old) -> None:
    old.load(FIRST, FIRST)
    old.opened_in(LOS_ANGELES)
    assert old.windows() == [(None, None)]
    assert old.due(DayRange(FIRST - DAY, FIRST), LOS_ANGELES) == [DayRange(FIRST - DAY, FIRST)]


def test_a_record_without_a_place_lies_on_its_own_date_or_its_windows_first_day(old: Old) -> None:
    old.load(FIRST, FIRST + 9 * DAY, None, "2019-05-01T02:00:00Z", "no date")
    old.opened_in(LOS_ANGELES)
    assert old.days() == [FIRST, date(2019, 4, 30), FIRST]


def test_loads_without_a_span_keep_the_days_that_they_answered_for(old: Old) -> None:
    old.load(FIRST, FIRST + 9 * DAY, covers_from=None, covers_to=None)
    old.opened_in(LOS_ANGELES)
    old.opened_in("Asia/Kolkata")
    assert old.windows() == [(FIRST + DAY, FIRST + 9 * DAY)]
    old.opened_in("UTC")
    assert old.windows() == [(FIRST, FIRST + 9 * DAY)]


def test_a_zone_that_changes_cuts_only_that_accounts_days(old: Old) -> None:
    old.load(FIRST, FIRST + 9 * DAY, "2024-01-03T03:00:00Z")
    old.opened_in("UTC")
    note_account(old.connection, Account(name="another", timezone=LOS_ANGELES))
    assert old.days() == [date(2024, 1, 3)]
    for zone, day in (("Pacific/Kiritimati", 3), (LOS_ANGELES, 2), ("UTC", 3)):
        old.opened_in(zone)
        assert old.days() == [date(2024, 1, day)]


def test_a_cut_that_fails_leaves_the_warehouse_as_it_was(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    old.load(FIRST, FIRST + 9 * DAY, "2024-01-03T03:00:00Z", None)

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr("wicked_pipeline.landing.days._cut_records", fail)
        with pytest.raises(RuntimeError):
            old.opened_in(LOS_ANGELES)
    assert (old.windows(), old.days()) == ([(FIRST, FIRST + 9 * DAY)], [date(2024, 1, 3), FIRST])
    old.opened_in(LOS_ANGELES)
    assert old.days() == [date(2024, 1, 2), FIRST]
