"""What is known of landed days when a sync is planned."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from wicked_pipeline.endpoints import CONTACTS, ORDERS
from wicked_pipeline.landing import facts, requests_sent
from wicked_pipeline.sandbox import build_world, changes, running
from wicked_pipeline.warehouse import read_warehouse
from wicked_pipeline.windows import DAY, DayRange
from wicked_pipeline_tests.shop import Shop

FIRST, DAYS = date(2024, 3, 1), 30
LAST = FIRST + timedelta(DAYS - 1)
TODAY = LAST + 20 * DAY


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    world = build_world(FIRST, DAYS, contacts=20, clicks=40, orders=10)
    with running(world, requests_per_minute=0) as server:
        yield Shop(server, tmp_path, timezone=world.zone, start_date=FIRST - 5 * DAY, today=TODAY)


def on(shop: Shop, today: date) -> Shop:
    """The same shop on that date."""
    return Shop(shop.server, shop.folder, timezone=shop.world.zone, start_date=FIRST - 5 * DAY, today=today)


def test_days_read_today_are_left_out_and_the_others_say_when_they_were_read(shop: Shop) -> None:
    on(shop, TODAY - 2 * DAY).run(FIRST, LAST)
    loads = on(shop, TODAY).run(LAST - 9 * DAY, LAST)
    days = DayRange(FIRST - 5 * DAY, LAST)
    with read_warehouse(shop.settings.duckdb_path) as connection:
        known = facts(connection, shop.account, ORDERS, days, TODAY)
        assert requests_sent(connection, shop.account, TODAY) == sum(load.requests for load in loads)
    assert list(known.not_landed) == [FIRST - n * DAY for n in range(5, 0, -1)]
    assert [fact.day for fact in known.landed] == [FIRST + n * DAY for n in range(DAYS - 10)]
    assert {fact.read_on for fact in known.landed} == {TODAY - 2 * DAY}
    assert sum(fact.records for fact in known.landed) == len(shop.raw("orders", FIRST, LAST - 10 * DAY))


def test_a_contact_with_a_new_order_counts_as_changed_and_readings_say_how_often_records_change(shop: Shop) -> None:
    on(shop, TODAY - 5 * DAY).run(FIRST, LAST)
    for order in [order for order in shop.world.orders if order.get("payments")][:4]:
        changes.refund(shop.world, order)
    on(shop, TODAY).run(FIRST, LAST, endpoints=[ORDERS])
    days = DayRange(FIRST, LAST)
    with read_warehouse(shop.settings.duckdb_path) as connection:
        contacts = facts(connection, shop.account, CONTACTS, days, TODAY + DAY)
        orders = facts(connection, shop.account, ORDERS, days, TODAY + DAY)
    changed = shop.query("select record ->> '$.contact.id' from raw.superseded where endpoint = 'orders'")
    landed = {contact["id"] for contact in shop.raw("contacts")}
    assert sum(fact.stale for fact in contacts.landed) == len({contact for (contact,) in changed} & landed) > 0
    assert contacts.changes == {}
    assert sum(seen.found for seen in orders.changes.values()) == pytest.approx(len(changed))
    expected = 5 * len(shop.raw("orders"))
    assert sum(seen.record_days for seen in orders.changes.values()) == pytest.approx(expected, rel=0.02)
