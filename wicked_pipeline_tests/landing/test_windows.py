"""A window lands whole, whatever its records hold."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import ORDERS
from wicked_pipeline.extract.reading import read_left_behind
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import Load, land, note_account
from wicked_pipeline.spool import Spool
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline.windows import DAY, DayRange, Window, midnight
from wicked_pipeline_tests.extract.fake_api import FakeApi

FIRST = date(2024, 3, 8)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool", "shop", FIRST + 9 * DAY) as spool:
        yield spool


def landed(spool: Spool, folder: Path, records: list[bytes]) -> tuple[Load, list[bytes]]:
    """A window of orders with these records, landed; its ledger row, and what is in raw."""
    spooled = spool.begin(Window(ORDERS, DayRange(FIRST, FIRST), to=FIRST + DAY), datetime.now(UTC))
    frame = b'{"status":"success","results":[%s],"page":1,"totalPages":1,"total":%d}'
    spooled.write_page(1, frame % (b",".join(records), len(records)))
    read = read_left_behind(FakeApi({}).source(), spooled)
    assert read is not None
    window = FetchedWindow(read, DayRange(FIRST, FIRST), midnight(FIRST), midnight(FIRST + DAY))
    with write_warehouse(folder / "wicked.duckdb") as connection:
        note_account(connection, Account(name="shop", timezone="UTC"))
        load = land(connection, window, "shop", "run")
        rows = connection.execute("select record::varchar from raw.orders order by page, position").fetchall()
    return load, [text.encode() for (text,) in rows]


def order(number: int, content: bytes = b"1") -> bytes:
    return b'{"id":"o%d","date":"2024-03-08T10:00:00Z","x":%s}' % (number, content)


def test_a_record_keeps_its_own_bytes(spool: Spool, tmp_path: Path) -> None:
    contents = [
        b"79.10",
        b"1e2",
        b"12345678901234567890.5",
        b'"\\u00fc"',
        '"ü, \\" and \'"'.encode(),
        b'"\\t\\n"',
        b"[]",
    ]
    records = [order(number, content) for number, content in enumerate(contents)]
    load, rows = landed(spool, tmp_path, records)
    assert rows == records
    assert (load.records, load.rejected, load.outside) == (len(records), 0, 0)


def test_white_space_between_tokens_becomes_blanks(spool: Spool, tmp_path: Path) -> None:
    _, rows = landed(spool, tmp_path, [b'{"id":\t"o1",\r\n"date":"2024-03-08T10:00:00Z"}'])
    assert rows == [b'{"id": "o1",  "date":"2024-03-08T10:00:00Z"}']


def test_what_cannot_be_landed_is_rejected_alone(spool: Spool, tmp_path: Path) -> None:
    deep = b"[" * 2000 + b"]" * 2000
    bad = [b'"text"', b"{}", order(7, b'"\\ud800"'), order(8, b'"\xff"')]
    load, rows = landed(spool, tmp_path, [order(1), *bad, order(2), order(3, deep)])
    assert rows[:2] == [order(1), order(2)]
    assert (load.records + load.rejected, load.outside) == (7, 0)
    assert load.rejected >= len(bad)


def test_records_of_many_megabytes_land(spool: Spool, tmp_path: Path) -> None:
    records = [order(number, b'"%s"' % (b"%d" % number * 9_000_000)) for number in range(4)]
    load, rows = landed(spool, tmp_path, records)
    assert rows == records
    assert load.records == 4
