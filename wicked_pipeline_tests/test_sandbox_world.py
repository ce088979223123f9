"""The sandbox's world is a shop whose every figure follows from its own clicks and payments, after each change too."""

import statistics
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from scipy.special import hyp2f1

from wicked_pipeline.sandbox import BG_NBD, GAMMA_GAMMA, World, build_world, changes
from wicked_pipeline.sandbox.population import WEEK, one_off
from wicked_pipeline.sandbox.world import owner
from wicked_pipeline_tests.schemas import SCHEMAS

NEW_YORK = ZoneInfo("America/New_York")
PAID = ("APPROVED", "MANUAL")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def by_owner(world: World, endpoint: str) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for record in world.records(endpoint):
        found[owner(endpoint, record)].append(record)
    return found


def local(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(NEW_YORK).strftime("%Y-%m-%dT%H:%M:%S")


def is_there(touchpoint: dict[str, Any] | None) -> bool:
    return bool(touchpoint) and touchpoint.get("date") not in (None, "", "null")


def test_the_same_seed_makes_the_same_world_and_another_one_another() -> None:
    small = {"days": 5, "contacts": 10, "clicks": 50, "orders": 5}
    assert build_world(**small) == build_world(**small)
    assert build_world(**small).clicks != build_world(**small, seed=2).clicks


def test_the_world_lies_within_its_days_and_has_as_much_as_was_asked_for(world: World) -> None:
    assert len(world.contacts) == 90 * 40
    assert 90 * 300 <= len(world.clicks) < 90 * 305
    assert len(world.orders) == pytest.approx(90 * 30, rel=0.25)
    for endpoint in ("contacts", "clicks", "orders"):
        until = world.last_day + timedelta(days=1)
        assert len(world.between(endpoint, world.first_day, until, world.zone)) == len(world.records(endpoint))


@pytest.mark.parametrize("size", [(1, 1, 0, 0), (1, 0, 0, 0), (3, 5, 1, 50), (400, 1, 1, 1)])
def test_any_size_makes_a_world(size: tuple[int, int, int, int]) -> None:
    days, contacts, clicks, orders = size
    world = build_world(date(2023, 12, 25), days, contacts, clicks, orders)
    assert len(world.contacts) == days * contacts


def test_the_world_has_all_that_the_schema_allows(world: World) -> None:
    payments = [payment for order in world.orders for payment in order.get("payments", [])]
    assert {payment["status"] for payment in payments} == {*PAID, "FAILED", "REFUNDED", "Partially Refunded"}
    assert {order["currency"] for order in world.orders if "currency" in order} == {"USD", "EUR", "GBP"}
    for key in ("contact", "attributions", "amount", "currency", "subscriptionId"):
        assert any(key not in order for order in world.orders)
    assert any(order.get("payments") == [] for order in world.orders)
    assert any(contact["firstName"] is None for contact in world.contacts if "firstName" in contact)
    assert any(contact.get("createDate") is None for contact in world.contacts)
    assert any(contact.get("links") == {} for contact in world.contacts)
    assert any(not contact["email"].isascii() for contact in world.contacts)
    assert any(click["email"] is None for click in world.clicks if "email" in click)
    assert any("utms" not in click for click in world.clicks)
    repeated = Counter((click["contactId"], click["date"], click.get("trackingUrl")) for click in world.clicks)
    assert max(repeated.values()) > 1


def test_flags_and_a_contacts_touchpoints_follow_from_its_clicks(world: World) -> None:
    clicks_of = by_owner(world, "clicks")
    for contact in world.contacts:
        clicks = sorted(clicks_of[contact["id"]], key=lambda click: click["date"])
        opt_ins = [click for click in clicks if click.get("isFirstOptin") or click["isReOptin"]]
        assert [click["isFirstClick"] for click in clicks] == [index == 0 for index in range(len(clicks))]
        assert [click["isLastClick"] for click in clicks[::-1]] == [index == 0 for index in range(len(clicks))]
        assert [click["isReOptin"] for click in opt_ins] == [index > 0 for index in range(len(opt_ins))]
        expected = {"firstClick": clicks[:1], "firstOptin": opt_ins[:1], "reOptin": opt_ins[1:][-1:]}
        for name, found in expected.items():
            if found:
                assert contact[name] == {"date": found[0]["date"]} | found[0].get("utms", {})
            else:
                assert not is_there(contact.get(name))


def test_an_orders_touchpoints_follow_from_its_contacts_clicks(world: World) -> None:
    clicks_of, orders_of = by_owner(world, "clicks"), by_owner(world, "orders")
    seen: Counter[str] = Counter()
    for contact_id, orders in orders_of.items():
        clicks = sorted(clicks_of[contact_id], key=lambda click: click["date"]) if contact_id else []
        opt_ins = [click["date"] for click in clicks if click.get("isFirstOptin") or click["isReOptin"]]
        for order in orders:
            touchpoints = order.get("attributions", {})
            sales = [other["date"] for other in orders if other.get("subscriptionId") == order.get("subscriptionId")]
            sale = min(sales) if order.get("subscriptionId") else order["date"]
            day_before = (datetime.fromisoformat(sale) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            expected = {
                "firstClick": [click["date"] for click in clicks][:1],
                "firstOptin": [day for day in opt_ins[:1] if day <= order["date"]],
                "reOptin": [day for day in opt_ins[1:] if day <= order["date"]][-1:],
                "lastClick": [click["date"] for click in clicks if day_before < click["date"] <= sale][-1:],
            }
            for name, dates in expected.items():
                if "attributions" in order and contact_id:
                    found = touchpoints.get(name)
                    assert [found["date"] for found in [found] if is_there(found)] == [local(day) for day in dates]
                    seen[name] += bool(dates)
    assert min(seen.values()) > 100


def test_ltv_is_the_paid_money(world: World) -> None:
    orders_of = by_owner(world, "orders")
    for contact in world.contacts:
        paid = 0.0
        for order in orders_of[contact["id"]]:
            payments = order.get("payments")
            paid += sum(payment["amount"] for payment in payments if payment["status"] in PAID) if payments else 0
            paid += 0 if payments else order.get("amount", 0)
        assert contact.get("LTV", paid) == pytest.approx(paid, abs=0.005)


def test_payments_carry_the_accounts_local_time(world: World) -> None:
    firsts = [order["payments"][0]["date"] == local(order["date"]) for order in world.orders if order.get("payments")]
    assert all(firsts)


def test_subscriptions_renew_and_some_churn() -> None:
    world = build_world(days=400, contacts=8, clicks=10, orders=10)
    dates = defaultdict(list)
    for order in world.orders:
        if order.get("subscriptionId") and any(payment["status"] in PAID for payment in order.get("payments", [])):
            dates[order["subscriptionId"]].append(datetime.fromisoformat(local(order["date"])))
    gaps = Counter((later - earlier).days for days in dates.values() for earlier, later in pairwise(days))
    assert gaps[7] > 50
    assert gaps[30] + gaps[31] > 100
    assert gaps[365] + gaps[366] > 0
    ended = [days for days in dates.values() if (world.last_day - days[-1].date()).days > 40]
    assert len(ended) > 10


def test_repeat_purchases_follow_bg_nbd_with_the_known_parameters() -> None:
    """Fader, Hardie, Lee (2005), equation 9: the expected number of repeat purchases up to time t."""
    rng, weeks, customers = Random(3), 39, 20_000
    counts = [len(one_off(rng, 0, weeks * WEEK, "USD")) - 1 for _ in range(customers)]
    r, alpha, a, b = BG_NBD.r, BG_NBD.alpha, BG_NBD.a, BG_NBD.b
    reached = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    expected = (a + b - 1) / (a - 1) * (1 - reached)
    assert statistics.mean(counts) == pytest.approx(expected, abs=4 * statistics.stdev(counts) / customers**0.5)


def test_repeat_spend_follows_gamma_gamma_with_the_known_parameters() -> None:
    """Fader, Hardie (2013): a customer's mean spend has the expectation p gamma / (q - 1)."""
    rng = Random(4)
    means = [statistics.mean(purchase.amount for purchase in one_off(rng, 0, WEEK, "USD")) for _ in range(20_000)]
    expected = GAMMA_GAMMA.p * GAMMA_GAMMA.gamma / (GAMMA_GAMMA.q - 1)
    assert statistics.mean(means) == pytest.approx(expected, rel=0.03)


def test_no_repeat_purchase_without_a_subscription_is_refunded(world: World) -> None:
    for orders in by_owner(world, "orders").values():
        bought: set[str] = set()
        for order in sorted(orders, key=lambda order: order["date"]):
            statuses = {payment["status"] for payment in order.get("payments", [])}
            if (
                order.get("subscriptionId")
                or "currency" not in order
                or "contact" not in order
                or statuses == {"FAILED"}
            ):
                continue
            if order["currency"] in bought:
                assert not statuses & {"REFUNDED", "Partially Refunded"}
            bought.add(order["currency"])


def test_a_second_day_leaves_a_world_that_is_true_and_valid() -> None:
    world, before = build_world(days=20), build_world(days=20)
    changes.second_day(world, date(2024, 1, 10))
    assert len(world.contacts) == len(before.contacts) - 2
    assert len(world.clicks) == len(before.clicks) + 5
    assert len(world.orders) == len(before.orders) + 1
    for endpoint in ("contacts", "clicks", "orders"):
        jsonschema.validate({"results": world.records(endpoint)}, SCHEMAS[endpoint])
    test_flags_and_a_contacts_touchpoints_follow_from_its_clicks(world)
    test_ltv_is_the_paid_money(world)


def test_a_merged_contacts_clicks_and_orders_come_back_under_the_other() -> None:
    world = build_world(days=20)
    merged, kept = (order["contact"]["id"] for order in world.orders[:2])
    counts = {kind: len(world.of_contact(kind, merged) + world.of_contact(kind, kept)) for kind in ("clicks", "orders")}
    changes.merge(world, kept, merged)
    assert world.contact(merged) is None
    assert {kind: len(world.of_contact(kind, kept)) for kind in counts} == counts
    assert not world.of_contact("clicks", merged)


def test_a_refund_lowers_the_contacts_ltv() -> None:
    world = build_world(days=20)
    order = next(order for order in world.orders if [p["status"] for p in order.get("payments", [])] == ["APPROVED"])
    contact = world.contact(order["contact"]["id"])
    assert contact is not None
    before = contact["LTV"]
    changes.refund(world, order, 0.5)
    assert contact["LTV"] == pytest.approx(before - order["amount"] / 2, abs=0.011)
    changes.refund(world, order)
    assert contact["LTV"] == pytest.approx(before - order["amount"], abs=0.011)


def test_a_late_click_moves_the_last_click() -> None:
    world = build_world(days=20)
    for click in changes.late_clicks(world, world.last_day + timedelta(days=1), 3):
        assert click["isLastClick"]
        assert sum(other["isLastClick"] for other in world.of_contact("clicks", click["contactId"])) == 1
