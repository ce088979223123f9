"""A sync as a Dagster run over HTTP: raw equals the shop again, and green days are landed days."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from wicked_pipeline.definitions import definitions
from wicked_pipeline.defs.runs import FULL
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.sandbox import Reading, build_world, changes, running, shown
from wicked_pipeline.windows import DAY
from wicked_pipeline_tests.shop import Shop, differences, unaccounted

FIRST, DAYS = date(2024, 3, 1), 45
LAST = FIRST + timedelta(DAYS - 1)


class Synced(Shop):
    """A shop, a Dagster instance, and its job `raw`."""

    told: dict[str, Any]
    instance: dg.DagsterInstance
    plan: str

    def sync(self, today: date, **tags: str) -> dict[str, list[str]]:
        """A run without a range on that date. Gives the days of its events by endpoint."""
        job = definitions(Shop(self.server, self.folder, **self.told, today=today).settings).resolve_job_def("raw")
        result = job.execute_in_process(instance=self.instance, tags=tags, raise_on_error=False)
        assert result.success, [event.event_specific_data for event in result.all_events if event.is_failure]
        events = [
            event.step_materialization_data.materialization
            for event in result.all_node_events
            if event.is_step_materialization
        ]
        self.plan = next(str(event.metadata["plan"].value) for event in events if "plan" in event.metadata)
        return {
            name: sorted(e.partition for e in events if e.asset_key.path[-1] == name and e.partition) for name in LISTS
        }

    def seed(self, today: date, first: date, last: date) -> None:
        """Lands these days on that date, without Dagster."""
        Shop(self.server, self.folder, **self.told, today=today).run(first, last)

    def green(self, endpoint: str) -> set[str]:
        return self.instance.get_materialized_partitions(dg.AssetKey(["wicked", endpoint]))

    def singles(self) -> list[str]:
        """The paths of contacts that were asked for singly since the last call."""
        paths = [request.path for request in self.server.requests if request.path.startswith("/contacts/")]
        self.server.requests.clear()
        return paths

    def requests(self) -> int:
        """The requests since the last call."""
        count = len(self.server.requests)
        self.server.requests.clear()
        return count


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Synced]:
    world = build_world(FIRST, DAYS, contacts=6, clicks=40, orders=5)
    with running(world, requests_per_minute=0) as server:
        synced = Synced(server, tmp_path, timezone=world.zone, start_date=FIRST)
        synced.told = {"timezone": world.zone, "start_date": FIRST}
        synced.instance = dg.DagsterInstance.ephemeral()
        yield synced


def days(first: date, last: date) -> list[str]:
    return [str(first + n * DAY) for n in range((last - first).days + 1)]


def test_a_first_sync_lands_everything_and_one_more_reads_nothing(shop: Synced) -> None:
    today = LAST + DAY
    shop.sync(today)
    _, second = shop.plan.split("\n\n")  # the first one did not know what 12 days would cost
    assert "Waits" not in second
    assert shop.singles() == []
    assert differences(shop, FIRST, LAST) == []
    assert all(shop.green(name) == set(days(FIRST, LAST)) for name in LISTS)
    shop.requests()
    assert shop.sync(today) == {name: [] for name in LISTS}
    assert shop.requests() == 0


def test_contacts_are_not_read_singly_while_windows_of_contacts_wait(shop: Synced) -> None:
    shop.told["daily_requests"] = 4
    shop.sync(LAST + DAY)
    assert "Waits: contacts" in shop.plan
    assert shop.singles() == []


def test_each_morning_raw_equals_the_shop_again_and_only_news_are_events(shop: Synced) -> None:
    shop.seed(LAST - 5 * DAY, FIRST, LAST - 8 * DAY)
    shop.requests()
    shop.sync(LAST - 4 * DAY)
    assert "orders, 3 days" in shop.plan
    assert "all read again" in shop.plan
    unlanded = set(days(LAST - 4 * DAY, LAST))
    assert all(shop.green(name).isdisjoint(unlanded) for name in LISTS)

    old = FIRST + 5 * DAY
    order = next(
        order for order in shop.world.orders if order.get("payments") and order["date"] < str(FIRST + 20 * DAY)
    )
    changes.refund(shop.world, order)
    changes.late_clicks(shop.world, LAST - DAY, 3)
    events = shop.sync(LAST + DAY)
    assert differences(shop, FIRST, LAST) == []
    assert str(shop.day_of("orders", order)) in events["orders"]
    assert len(events["orders"]) < 12
    assert str(old) not in events["clicks"]
    requests = shop.requests()
    assert shop.sync(LAST + DAY) == {name: [] for name in LISTS}
    assert (shop.requests(), requests < 30) == (0, True)


def test_a_day_that_was_not_landed_is_not_green_and_is_read_the_next_time(shop: Synced) -> None:
    shop.seed(LAST - DAY, FIRST, FIRST + 9 * DAY)
    told = dict(shop.told)
    shop.told |= {"daily_requests": 1}
    shop.sync(LAST + DAY)
    assert "Waits: orders, 32 days" in shop.plan
    gap = set(days(FIRST + 10 * DAY, LAST - 3 * DAY))
    assert all(shop.green(name).isdisjoint(gap) for name in LISTS)
    shop.told = told
    shop.sync(LAST + DAY)
    assert all(shop.green(name) >= gap for name in LISTS)
    assert differences(shop, FIRST, LAST) == []


def test_a_full_sweep_reads_old_clicks_whatever_the_allowance(shop: Synced) -> None:
    shop.seed(LAST + 9 * DAY, FIRST, LAST)
    changes.delete(shop.world, "clicks", shop.world.clicks[0])
    shop.told |= {"daily_requests": 1}
    shop.sync(LAST + 10 * DAY)
    assert differences(shop, FIRST, LAST) != []
    shop.sync(LAST + 10 * DAY, **{FULL: "true"})
    assert differences(shop, FIRST, LAST) == []


def test_contacts_that_clicks_name_and_no_window_returned_are_read_singly_and_once(shop: Synced) -> None:
    shop.told |= {"start_date": FIRST + 20 * DAY}
    today = LAST + DAY
    while "Waits" in (shop.sync(today), shop.plan)[1]:
        pass
    singles = shop.singles()
    named = shop.query("select distinct record ->> '$.contactId' from raw.clicks")
    known = {contact["id"] for contact in shop.raw("contacts")}
    assert 0 < len(singles) == len(set(singles))
    assert {contact for (contact,) in named} <= known
    served = {contact["id"]: shown("contacts", contact, Reading()) for contact in shop.world.contacts}
    assert all(served[contact["id"]] == contact for contact in shop.raw("contacts"))
    assert shop.query("select count(*), count(distinct record_id) from raw.contacts") == [(len(known),) * 2]
    assert unaccounted(shop) == []


def test_a_contact_from_before_the_start_is_read_again_when_it_buys_and_a_vanished_one_is_asked_for_once(
    shop: Synced,
) -> None:
    shop.told |= {"start_date": FIRST + 20 * DAY}
    today = LAST + DAY
    while "Waits" in (shop.sync(today), shop.plan)[1]:
        pass
    ((name,), *_) = shop.query("select record_id from raw.contacts where partition_date < ?", FIRST + 10 * DAY)
    old = next(contact for contact in shop.world.contacts if contact["id"] == name)
    late = changes.late_clicks(shop.world, LAST, 1)[0]
    vanished = "WR-vanished"
    with shop.world.lock:
        late.update(contactId=vanished)
        order = next(order for order in shop.world.orders if shop.day_of("orders", order) == LAST)
        order["contact"] = {"id": old["id"]}
        old["LTV"] = 1234.5
        shop.world.changed()
    shop.singles()
    for days_later in (1, 2):
        shop.sync(today + days_later * DAY)
        asked = shop.singles()
        assert (f"/contacts/{old['id']}" in asked, f"/contacts/{vanished}" in asked) == (days_later == 1,) * 2
    ((ltv,),) = shop.query("select (record ->> '$.LTV')::double from raw.contacts where record_id = ?", old["id"])
    assert ltv == 1234.5
    assert shop.query("select count(*) from raw.superseded where record_id = ?", old["id"]) == [(1,)]
