"""Of a contact's or an order's copies in several windows the newest stays; what merely has the same id stays, too."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.extract.reading import read_left_behind
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import land, note_account
from wicked_pipeline.spool import Spool
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline.windows import DAY, DayRange, Window, midnight
from wicked_pipeline_tests.extract.fake_api import FakeApi

FIRST = date(2024, 3, 1)
PAGES = FakeApi({}).source()
READ_AT = datetime(2024, 6, 1, tzinfo=UTC)


class Raw:
    """A warehouse and a spool; each window landed is a day, read an hour after the one before it."""

    def __init__(self, folder: Path, spool: Spool) -> None:
        self.path = folder / "wicked.duckdb"
        self.spool = spool
        self.read_at = READ_AT

    def land(self, day: int, *records: dict[str, Any], endpoint: str = "orders", hours: int = 1) -> None:
        self.read_at += timedelta(hours=hours)
        first = FIRST + day * DAY
        spooled = self.spool.begin(Window(LISTS[endpoint], DayRange(first, first), to=first + DAY), self.read_at)
        field = "createDate" if endpoint == "contacts" else "date"
        written = [{field: f"{first}T10:00:00.000Z", **record} for record in records]
        frame = {"status": "success", "results": written, "page": 1, "totalPages": 1, "total": len(written)}
        spooled.write_page(1, json.dumps(frame).encode())
        read = read_left_behind(PAGES, spooled)
        assert read is not None
        window = FetchedWindow(read, DayRange(first, first), midnight(first), midnight(first + DAY))
        with write_warehouse(self.path) as connection:
            note_account(connection, Account(name="shop", timezone="UTC"))
            land(connection, window, "shop", "run")

    def amounts(self, endpoint: str = "orders") -> list[int]:
        """What is landed, by the records' amounts."""
        with write_warehouse(self.path) as connection:
            rows = connection.execute(f"select (record ->> 'amount')::int from raw.{endpoint} order by 1").fetchall()
        return [amount for (amount,) in rows]


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Raw]:
    with Spool(tmp_path / "spool", "shop", FIRST + 99 * DAY) as spool:
        yield Raw(tmp_path, spool)


def order(amount: int, system: str | None = "shopify", contact: str | None = "ann", **fields: Any) -> dict[str, Any]:
    buyer = {"id": contact, "email": f"{contact}@example.com"} if contact else {}
    return {"id": "1001", "sourceSystem": system, "contact": buyer, "amount": amount, **fields}


def test_an_order_whose_date_moved_stays_once(raw: Raw) -> None:
    raw.land(0, order(1))
    raw.land(5, order(2))
    assert raw.amounts() == [2]


def test_what_is_landed_late_does_not_replace_what_was_read_after_it(raw: Raw) -> None:
    raw.land(5, order(2))
    raw.land(0, order(1), hours=-1)
    assert raw.amounts() == [2]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (order(1), order(2, "woocommerce", "bob")),
        (order(1), order(2, "woocommerce")),  # one customer of two shops
        (order(1), order(2, contact="bob")),  # two shops of one system
        (order(1, None), order(2, None, "bob")),
    ],
    ids=["another shop", "another shop, one customer", "another customer", "no source system"],
)
def test_orders_that_merely_have_one_id_both_stay(raw: Raw, earlier: dict[str, Any], later: dict[str, Any]) -> None:
    raw.land(0, earlier)
    raw.land(5, later)
    assert raw.amounts() == [1, 2]
    raw.land(0, earlier)  # read again, neither goes
    assert raw.amounts() == [1, 2]
    raw.land(0)  # deleted at the API
    assert raw.amounts() == [2]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (order(1, None), order(2)),
        (order(1, "Shopify "), order(2)),
        (order(1, contact=None), order(2)),
        (order(1), order(2) | {"contact": {"id": "anne", "email": "Ann@Example.com"}}),
    ],
    ids=["its source system became known", "spelt otherwise", "its contact became known", "its contact was merged"],
)
def test_an_order_of_which_more_is_known_is_the_same_order(
    raw: Raw, earlier: dict[str, Any], later: dict[str, Any]
) -> None:
    raw.land(0, earlier)
    raw.land(5, later)
    assert raw.amounts() == [2]


def test_of_two_orders_of_one_id_in_one_window_each_replaces_its_own_copy(raw: Raw) -> None:
    raw.land(0, order(1), order(2, "woocommerce"))
    raw.land(5, order(3), order(4, "woocommerce"))
    assert raw.amounts() == [3, 4]
    raw.land(5, order(4, "woocommerce"))
    assert raw.amounts() == [4]


def test_contacts_of_one_id_are_copies_within_their_source_system(raw: Raw) -> None:
    people = [{"id": "C-1", "sourceSystem": system, "amount": n} for n, system in enumerate(["hubspot", "klaviyo"])]
    raw.land(0, people[0], endpoint="contacts")
    raw.land(5, people[1], endpoint="contacts")
    assert raw.amounts("contacts") == [0, 1]
    raw.land(9, people[0] | {"amount": 2}, endpoint="contacts")
    assert raw.amounts("contacts") == [1, 2]
