"""What a window changes is told apart from what it returns again, and every version ever landed is kept once."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.extract.reading import read_left_behind
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import Load, forget_versions, land, note_account
from wicked_pipeline.spool import Spool
from wicked_pipeline.warehouse import empty_warehouse
from wicked_pipeline.windows import DAY, DayRange, Window, midnight
from wicked_pipeline_tests.extract.fake_api import FakeApi

FIRST = date(2024, 3, 1)
PAGES = FakeApi({}).source()
READ_AT = datetime(2024, 6, 1)  # noqa: DTZ001 - naive, UTC, as raw has it
Record = dict[str, Any]


class Raw:
    """Raw of one list, in memory: each window is read an hour after the one before it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, spool: Spool, endpoint: str = "orders") -> None:
        self.connection, self.spool, self.endpoint, self.read_at = connection, spool, LISTS[endpoint], READ_AT
        note_account(connection, Account(name="shop", timezone="UTC"))

    def land(self, first: int, last: int, *written: str) -> Load:
        """A window of these days, with these records as they are written."""
        self.read_at += timedelta(hours=1)
        days = DayRange(FIRST + first * DAY, FIRST + last * DAY)
        window = Window(self.endpoint, days, to=days.last + DAY)
        spooled = self.spool.begin(window, self.read_at.replace(tzinfo=UTC))
        frame = '{"status":"success","results":[%s],"page":1,"totalPages":1,"total":%d}'
        spooled.write_page(1, (frame % (",".join(written), len(written))).encode())
        read = read_left_behind(PAGES, spooled)
        assert read is not None
        fetched = FetchedWindow(read, days, midnight(days.first), midnight(days.last + DAY))
        return land(self.connection, fetched, "shop", "run")

    def query(self, columns: str, table: str = "") -> list[tuple[Any, ...]]:
        return self.connection.execute(f"select {columns} from raw.{table or self.endpoint.name}").fetchall()

    def superseded(self) -> list[tuple[Any, ...]]:
        """The amounts of the versions that hold no longer, from when to when each held in hours, and why not longer."""
        rows = self.query("(record ->> 'amount')::int, fetched_at, superseded_at, superseded_by", "superseded")
        return sorted((amount, _hour(begin), _hour(end), why) for amount, begin, end, why in rows)


def _hour(instant: datetime) -> int:
    return (instant - READ_AT) // timedelta(hours=1)


@contextmanager
def opened(folder: Path, endpoint: str) -> Iterator[Raw]:
    with Spool(folder, "shop", FIRST + 99 * DAY) as spool, empty_warehouse() as connection:
        yield Raw(connection, spool, endpoint)


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Raw]:
    with opened(tmp_path, "orders") as raw:
        yield raw


@pytest.fixture
def clicks(tmp_path: Path) -> Iterator[Raw]:
    with opened(tmp_path, "clicks") as raw:
        yield raw


def order(amount: int, number: int = 1, day: int = 0, contact: str = "ann") -> str:
    owner = {"id": contact, "email": f"{contact}@example.com"}
    when = f"{FIRST + day * DAY}T10:00:00.000Z"
    return json.dumps({"id": f"o{number}", "date": when, "contact": owner, "amount": amount})


def click(amount: int = 1, *, last: bool = False, contact: str = "ann") -> str:
    when = f"{FIRST}T10:00:00.000Z"
    return json.dumps({"contactId": contact, "date": when, "isLastClick": last, "amount": amount})


def counts(load: Load) -> tuple[int, int, int]:
    return load.added, load.changed, load.deleted


def test_what_comes_again_stays_and_what_differs_or_is_gone_is_kept_as_it_was(raw: Raw) -> None:
    first = raw.land(0, 0, order(1), order(2, 2), order(3, 3))
    assert counts(first) == (3, 0, 0)
    second = raw.land(0, 0, order(4, 4), order(1), order(20, 2))
    assert counts(second) == (1, 1, 1)
    assert raw.superseded() == [(2, 1, 2, "changed"), (3, 1, 2, "deleted")]
    (stayed,) = raw.connection.execute(
        "select load_id, position, fetched_at, confirmed_load_id, confirmed_page, confirmed_position, confirmed_at"
        " from raw.orders where record_id = 'o1'"
    ).fetchall()
    hours = [READ_AT + timedelta(hours=hour) for hour in (1, 2)]
    assert stayed == (first.load_id, 1, hours[0], second.load_id, 1, 2, hours[1])
    assert raw.query("distinct endpoint, load_id, superseding_load_id", "superseded") == [
        ("orders", first.load_id, second.load_id)
    ]
    assert counts(raw.land(0, 0, order(4, 4), order(1), order(20, 2))) == (0, 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ('{"id":"o1","x":{"a":1,"b":[1,2]}}', '{"x": {"b": [1, 2], "a": 1}, "id": "o1"}', True),
        ('{"id":"o1","x":[1,2]}', '{"id":"o1","x":[2,1]}', False),
        ('{"id":"o1","x":{"a":1,"b":2}}', '{"id":"o1","x":{"a":2,"b":1}}', False),
        ('{"id":"o1","x":"a b","y":"c"}', '{"id":"o1","x":"ab","y":"c "}', False),
        ('{"id":"o1","x":79.10}', '{"id":"o1","x":79.1}', False),
        ('{"id":"o1","x":12345678901234567890.5}', '{"id":"o1","x":12345678901234567809.5}', False),
    ],
)
def test_a_record_whose_keys_are_ordered_anew_stays(raw: Raw, before: str, after: str, is_same: bool) -> None:
    raw.land(0, 0, before)
    assert counts(raw.land(0, 0, after)) == (0, 0 if is_same else 1, 0)
    assert raw.query("record::varchar") == [(before if is_same else after,)]


def test_equal_clicks_are_counted_one_by_one(clicks: Raw) -> None:
    assert counts(clicks.land(0, 0, click(), click(), click())) == (3, 0, 0)
    assert counts(clicks.land(0, 0, click())) == (0, 0, 2)
    assert counts(clicks.land(0, 0, click(), click())) == (1, 0, 0)
    assert clicks.superseded() == [(1, 1, 2, "deleted")] * 2


def test_a_click_whose_flag_moves_has_changed(clicks: Raw) -> None:
    clicks.land(0, 0, click(1, last=True), click(2))
    assert counts(clicks.land(0, 0, click(1), click(3))) == (1, 1, 1)
    assert clicks.superseded() == [(1, 1, 2, "changed"), (2, 1, 2, "deleted")]


def test_what_comes_back_under_another_contact_was_merged(raw: Raw, clicks: Raw) -> None:
    raw.land(0, 0, order(1))
    assert counts(raw.land(0, 0, order(1, contact="bob"))) == (0, 1, 0)
    clicks.land(0, 0, click(2))
    assert counts(clicks.land(0, 0, click(2, contact="bob"))) == (0, 1, 0)
    assert raw.superseded() + clicks.superseded() == [(1, 1, 2, "merged"), (2, 1, 2, "merged")]


def test_an_order_that_moves_to_another_day_has_changed(raw: Raw) -> None:
    raw.land(0, 0, order(1))
    assert counts(raw.land(3, 3, order(1, day=3))) == (0, 1, 0)
    assert counts(raw.land(0, 0)) == (0, 0, 0)
    assert raw.superseded() == [(1, 1, 2, "changed")]


def test_what_is_landed_late_supersedes_nothing_that_a_newer_reading_confirmed(raw: Raw) -> None:
    raw.land(0, 0, order(1))
    raw.land(0, 0, order(1))
    raw.read_at -= timedelta(minutes=90)
    assert counts(raw.land(0, 1, order(7), order(2, 2, day=1))) == (1, 0, 0)
    assert sorted(raw.query("(record ->> 'amount')::int")) == [(1,), (2,)]
    assert raw.superseded() == []


def test_versions_older_than_the_history_are_forgotten(raw: Raw) -> None:
    for amount in (1, 2, 3):
        raw.land(0, 0, order(amount))
    forget_versions(raw.connection, "another", READ_AT + timedelta(hours=9))
    forget_versions(raw.connection, "shop", READ_AT + timedelta(hours=3))
    assert raw.superseded() == [(2, 2, 3, "changed")]


DAYS = 4
readings = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),
        st.integers(0, 2),
        # how the world moves before: a record's number, its day, and how often it is there with which content
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, DAYS - 1), st.integers(0, 2), st.integers(0, 2))),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def written(endpoint: str, number: int, day: int, content: int, *, reverse: bool) -> str:
    """A record; a contact of an even number shows no date."""
    when = f"{FIRST + day * DAY}T1{number}:00:00.000Z"
    record: Record = {"x": content, "y": {"a": 1, "b": content}}
    if endpoint == "clicks":
        record |= {"contactId": f"c{number % 2}", "date": when}
    else:
        shown = None if endpoint == "contacts" and number % 2 == 0 else when
        record |= {"id": f"r{number}", LISTS[endpoint].date_field: shown}
    return json.dumps(dict(reversed(record.items())) if reverse else record)


def same(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


class Model:
    """What raw should hold: by record its text, the days of the reading that returned it last, and where."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.rows = endpoint, list[tuple[str, str | None, int | None, set[int], datetime, int]]()

    def read(self, days: Sequence[int], records: Sequence[tuple[int, int, str]], at: datetime) -> None:
        ids = {number for number, _, _ in records} if LISTS[self.endpoint].unique else set[int]()
        kept = []
        for text, name, day, unread, read_at, place in self.rows:
            is_copy = name is not None and name in {f"r{number}" for number in ids}
            unread -= set(days)
            if not is_copy and day not in days and (day is not None or unread):
                kept.append((text, name, day, unread, read_at, place))
        for place, (number, day, text) in enumerate(records, start=1):
            has_date = "null" not in text
            name = f"r{number}" if LISTS[self.endpoint].unique else None
            kept.append((same(text), name, day if has_date else None, set(days), at, place))
        self.rows = kept

    def current(self) -> Counter[Any]:
        return Counter((text, read_at, place) for text, _, _, _, read_at, place in self.rows)

    def texts(self) -> Counter[str]:
        return Counter(text for text, *_ in self.rows)


@pytest.mark.parametrize("endpoint", list(LISTS))
@settings(max_examples=25, deadline=None)
@given(readings=readings)
def test_raw_is_what_the_last_readings_said_and_every_past_state_can_be_had_again(
    endpoint: str, readings: list[tuple[int, int, list[tuple[int, int, int, int]], bool]]
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder), endpoint) as raw:
        world: dict[int, tuple[int, int, int]] = {}
        model, states, loads = Model(endpoint), dict[datetime, Counter[str]](), list[Load]()
        for first, more, changes, reverse in readings:
            world |= {number: (day, content, times) for number, day, content, times in changes}
            last = min(first + more, DAYS - 1)
            records = [
                (number, day, written(endpoint, number, day, content, reverse=reverse))
                for number, (day, content, times) in sorted(world.items(), reverse=reverse)
                if first <= day <= last
                for _ in range(times if endpoint == "clicks" else min(times, 1))
            ]
            loads.append(raw.land(first, last, *(text for _, _, text in records)))
            model.read(range(first, last + 1), records, raw.read_at)
            states[raw.read_at] = model.texts()
        read = "coalesce(confirmed_at, fetched_at), coalesce(confirmed_position, position)"
        assert Counter((same(text), *rest) for text, *rest in raw.query(f"record::varchar, {read}")) == model.current()
        assert_history(raw, states, loads)


def assert_history(raw: Raw, states: Mapping[datetime, Counter[str]], loads: Sequence[Load]) -> None:
    """The versions that held at an instant are the state then, and there are no more than were ever landed."""
    versions = raw.query("record::varchar, fetched_at, null, null")
    versions += raw.query("record::varchar, fetched_at, superseded_at, superseded_by", "superseded")
    for instant, state in states.items():
        held = [same(text) for text, begin, end, _ in versions if begin <= instant and (end is None or instant < end)]
        assert Counter(held) == state
    assert len(versions) == sum(load.added + load.changed for load in loads)
    assert Counter(why == "deleted" for *_, why in versions if why)[True] == sum(load.deleted for load in loads)
