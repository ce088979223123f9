"""Changes to a world between two fetches: late clicks, new orders, refunds, merged contacts, deleted records.

Every function changes the world in place, then derives flags, touchpoints and LTV again (`World.settle`), as the real
API does. The same seed makes the same change.
"""

from datetime import date, timedelta
from random import Random

from wicked_pipeline.sandbox import catalogue
from wicked_pipeline.sandbox.contacts import click_record
from wicked_pipeline.sandbox.instants import midnight, utc_text
from wicked_pipeline.sandbox.orders import order
from wicked_pipeline.sandbox.population import Purchase, pick_currency
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline.sandbox.touchpoints import Record, number
from wicked_pipeline.sandbox.world import World, owner


def late_clicks(world: World, day: date, count: int, seed: int = 1) -> list[Record]:
    """Adds clicks of existing contacts on the account's `day`, one in ten an opt-in. Returns them."""
    rng, touches = Random(f"late clicks {seed}"), catalogue.touches()  # noqa: S311  # invented people, not secrets
    with world.lock:
        added = [
            click_record(contact, _moment(rng, world, day), rng.choice(touches), rng.random() < 0.1)
            for contact in rng.choices(world.contacts, k=count)
        ]
        world.clicks += added
        world.settle(*{record["contactId"] for record in added})
    return added


def new_orders(world: World, day: date, count: int, seed: int = 1) -> list[Record]:
    """Adds orders of existing contacts on the account's `day`. Returns them."""
    rng = Random(f"new orders {seed}")  # noqa: S311  # invented people, not secrets
    with world.lock:
        end, added = _midnight(world, world.last_day + timedelta(days=1)), []
        taken = {record["id"] for record in world.orders}
        index = len(taken)
        for contact in rng.choices(world.contacts, k=count):
            at = _instant(rng, world, day)
            purchase = Purchase(at, round(rng.uniform(5, 200), 2), pick_currency(rng))
            while f"WR-{5_000_000 + index}" in taken:
                index += 1
            added.append(order(rng, index, purchase, contact, max(end, at + 1), zone_of(world.zone)))
            index += 1
        world.orders += added
        world.settle(*{owner("orders", record) for record in added})
    return added


def refund(world: World, record: Record, share: float = 1.0) -> None:
    """Refunds an order's paid money: all of it, or the `share` of each payment as a separate payment."""
    with world.lock:
        payments: list[Record] = []
        for payment in record.get("payments") or []:
            back = round(payment["amount"] * share, 2)
            if payment["status"] not in ("APPROVED", "MANUAL") or not back:
                payments.append(payment)
            elif share == 1:
                payments.append({**payment, "status": "REFUNDED"})
            else:
                payments.append({**payment, "amount": number(payment["amount"] - back)})
                payments.append({**payment, "status": "Partially Refunded", "amount": number(back)})
        record["payments"] = payments
        world.settle(owner("orders", record))


def delete(world: World, endpoint: str, *records: Record) -> None:
    """Deletes exactly these records from the world."""
    with world.lock:
        gone = {id(record) for record in records}
        kept = world.records(endpoint)
        kept[:] = [record for record in kept if id(record) not in gone]
        owners = set() if endpoint == "contacts" else {owner(endpoint, record) for record in records}
        world.settle(*owners)


def merge(world: World, kept: str, merged: str) -> None:
    """Merges one contact into another, both by id: its clicks and orders then have the other's ids."""
    with world.lock:
        into, old = world.contact(kept), world.contact(merged)
        assert into is not None
        assert old is not None
        name = f"/contacts/{into['id']}"
        for record in world.of_contact("clicks", merged):
            record.update(contactId=into["id"], contactSourceId=into["sourceId"], email=into["email"])
            record["links"] = {"contact": {"href": name}}
        for record in world.of_contact("orders", merged):
            record["contact"] = {key: into[key] for key in ("id", "sourceId", "sourceSystem", "email") if key in into}
            record["links"] = {"contact": {"href": name}, "clicks": {"href": f"{name}/clicks"}}
        delete(world, "contacts", old)
        world.settle(kept)


def second_day(world: World, day: date, seed: int = 1) -> None:
    """Makes all kinds of changes at once. On the account's day, clicks and orders come late and some are deleted. On
    any day, one order is refunded wholly and another in part, a contact is deleted, and two contacts are merged."""
    rng = Random(f"second day {seed}")  # noqa: S311  # invented people, not secrets
    with world.lock:
        for endpoint in ("clicks", "orders"):
            there = world.between(endpoint, day, day + timedelta(days=1), world.zone)
            delete(world, endpoint, *rng.sample(there, min(2, len(there))))
        late_clicks(world, day, 7, seed)
        new_orders(world, day, 3, seed)
        paid = [record for record in world.orders if record.get("payments")]
        for share in (1.0, 0.4):
            refund(world, rng.choice(paid), share)
        gone, kept, merged = rng.sample(world.contacts, 3)
        delete(world, "contacts", gone)
        merge(world, kept["id"], merged["id"])


def twin(endpoint: str, record: Record) -> Record:
    """A new record at the same instant that changes no derived value: it has no flag and no payment."""
    if endpoint == "clicks":
        return {**record, "isFirstClick": False, "isFirstOptin": False, "isLastClick": False, "isReOptin": False}
    tag = "-twin"
    copy = {**record, "id": record["id"] + tag, "sourceId": record["sourceId"] + tag}
    if endpoint == "contacts":
        return {**copy, "email": f"twin.{record['email']}", "LTV": 0, "links": {}}
    return {**copy, "amount": 0, "payments": [], "products": []}


def _midnight(world: World, day: date) -> float:
    return midnight(day, zone_of(world.zone))


def _instant(rng: Random, world: World, day: date) -> float:
    begin, end = (_midnight(world, each) for each in (day, day + timedelta(days=1)))
    return begin + rng.random() * (end - begin)


def _moment(rng: Random, world: World, day: date) -> str:
    return utc_text(_instant(rng, world, day))
