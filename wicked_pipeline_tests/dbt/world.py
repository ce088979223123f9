"""A small random shop, as records of the Outbound API: contacts, clicks and orders with all that the schemas allow.

`random_world(seed)` is the same for the same seed. Nothing here knows what the models make of it.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Record = dict[str, Any]

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 120
STATUSES = (
    "APPROVED",
    "APPROVED",
    "APPROVED",
    "MANUAL",
    "FAILED",
    "REFUNDED",
    "Partially Refunded",
    "refunded",
    "VOIDED",
)
UTMS = (
    ("google", "cpc", "brand"), ("google", "organic", ""), ("Facebook", "paid", "Winter%20Sale"),
    ("facebook", "paid", "winter sale"),
    ("newsletter", "email", "weekly"), ("direct", "direct", "direct"), ("", "", ""), ("tiktok", "cpm", "cross-network"),
    ("bing", "cpc", "eShop"), ("partner.example", "referral", "naïve „quote“"), ("null", None, "null"),
)  # fmt: skip
SENTINELS = ("0001-01-01T00:00:00.000Z", "1970-01-01T00:00:00", "9999-12-31T23:59:59.000Z")
"""Dates that mean none."""
URLS = (
    "https://shop.example.com/?a=1", "https://shop.example.com/?a=1", "https://shop.example.com/?gclid=Ab-1&x=2",
    "https://shop.example.com/?fbclid=Iw1&gbraid=0A", "https://shop.example.com/#/p?UTM_Source=news&utm_campaign=caf%C3%A9+x",
    "https://shop.example.com/?utm_campaign=only&amp;ScCid=9", "https://shop.example.com/?gclid={gclid}&msclkid=", None,
)  # fmt: skip
NONE = (None, "", "null", {})


@dataclass
class World:
    """Records by endpoint, each with the day it is landed under."""

    timezone: str
    contacts: list[tuple[date, Record]] = field(default_factory=list)
    clicks: list[tuple[date, Record]] = field(default_factory=list)
    orders: list[tuple[date, Record]] = field(default_factory=list)

    def by_day(self, endpoint: str) -> dict[date, list[Record]]:
        days: dict[date, list[Record]] = {}
        for day, record in getattr(self, endpoint):
            days.setdefault(day, []).append(record)
        return days


def random_world(seed: int, *, contacts: int = 30, clicks: int = 200, orders: int = 80) -> World:
    rng = random.Random(seed)
    world = World(rng.choice(["America/New_York", "Europe/Berlin", "Asia/Kolkata"]))
    names = [f"AB-{number}" for number in range(contacts)]
    for name in names[: contacts - 2]:  # two contacts that clicks and orders name and no window returned
        _add(world.contacts, rng, "createDate", _contact(rng, name))
    for _ in range(clicks):
        click = _click(rng, rng.choice(names))
        if rng.random() < 0.1:
            click |= {"contactId": rng.choice(["guest", None]), "email": _written(rng, click["contactId"])}
        for _ in range(rng.choice([1, 1, 1, 1, 2])):
            _add(world.clicks, rng, "date", dict(click))
    for number in range(orders):
        shared = number - number % 8 // 7  # every eighth has the id of the one before it
        order = _order(rng, f"WR-{shared}", rng.choice(names), ZoneInfo(world.timezone))
        if rng.random() < 0.1:  # a guest, whose e-mail may be a contact's
            order["contact"] |= {"id": "guest", "email": _written(rng, order["contact"]["id"])}
        _add(world.orders, rng, "date", order)
    return world


def _written(rng: random.Random, contact: str) -> str:
    """A contact's e-mail as people write it."""
    return rng.choice([f"{contact}+x@example.com", f" {contact}+X@Example.COM", f"{contact}@example.com"])


def instant(rng: random.Random) -> datetime:
    """An instant on a coarse grid, so that ties happen."""
    return START + timedelta(minutes=30 * rng.randrange(DAYS * 48))


def utc_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _add(records: list[tuple[date, Record]], rng: random.Random, date_field: str, record: Record) -> None:
    text = record.get(date_field)
    own = isinstance(text, str) and text.startswith("20")
    records.append((date.fromisoformat(text[:10]) if own else instant(rng).date(), record))


def _utms(rng: random.Random) -> Record:
    source, medium, campaign = rng.choice(UTMS)
    return {
        "source": source,
        "medium": medium,
        "campaign": campaign,
        "content": rng.choice(["a", "b", None]),
        "term": "t",
    }


def _touchpoint(rng: random.Random, text: str) -> Any:
    if rng.random() < 0.2:
        return rng.choice([None, {}, {"date": "null"}, {"date": "", "source": ""}])
    return {"date": rng.choice([text, text, text, "null", "2024-02-30T00:00:00", rng.choice(SENTINELS)]), **_utms(rng)}


def _contact(rng: random.Random, name: str) -> Record:
    moment, sentinel = instant(rng), rng.choice(SENTINELS)
    record: Record = {
        "id": name, "sourceId": f"s-{name}", "sourceSystem": "shop", "email": f"{name}+x@example.com",
        "firstName": rng.choice(["Zoë", "O'Hara", None]), "lastName": rng.choice(["", "Null Island", "„x“"]),
        "LTV": rng.choice([0, 12.5, 1e2, 79.10, None]),
        "createDate": rng.choice([utc_text(moment)] * 8 + [None, sentinel]),
        "urlWicked": f"https://my.example.com/{name}",
        "links": rng.choice([{}, {"clicks": {"href": f"/contacts/{name}/clicks"}}]),
    }  # fmt: skip
    for key in ("firstClick", "firstOptin", "reOptin"):
        if rng.random() < 0.8:
            record[key] = _touchpoint(rng, utc_text(instant(rng)))
    return record


def _click(rng: random.Random, contact: str) -> Record:
    return {
        "contactId": contact, "contactSourceId": f"s-{contact}",
        "date": rng.choice([utc_text(instant(rng))] * 30 + [rng.choice(SENTINELS)]),
        "email": rng.choice([None, f"{contact}@example.com"]), "isFirstClick": rng.random() < 0.5,
        "isFirstOptin": False, "isLastClick": rng.random() < 0.5, "isReOptin": rng.choice([True, False]),
        "source": rng.choice(["hubspot", ""]), "utms": rng.choice([_utms(rng)] * 6 + [{}]),
        "wickedid": rng.choice([None, "17"]), "wickedsource": None, "trackingUrl": rng.choice(URLS),
    }  # fmt: skip


def _order(rng: random.Random, name: str, contact: str, zone: ZoneInfo) -> Record:
    moment = instant(rng)
    local = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    amount = rng.choice([79, 79.99, 0, 100.01, 33.3333, 1234567.8901, -10])
    payments = [
        {"date": local, "status": rng.choice(STATUSES), "amount": rng.choice([amount, 10, 0.01])}
        for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))
    ]
    touchpoints = [_touchpoint(rng, local) for _ in range(3)]
    touchpoints.append(rng.choice([touchpoints[0], _touchpoint(rng, local)]))
    record: Record = {
        "id": name, "sourceId": f"s-{name}", "date": utc_text(moment),
        "sourceSystem": rng.choice(["stripe", "stripe", "paypal", None]),
        "attributions": dict(zip(("firstClick", "firstOptin", "reOptin", "lastClick"), touchpoints, strict=True)),
        "contact": {"id": contact, "sourceId": f"s-{contact}", "email": f"{contact}@example.com"},
        "products": [{"id": "p", "name": "Plan", "qty": 2, "PPU": 39.5}][: rng.randrange(2)], "payments": payments,
        "amount": amount, "currency": rng.choice(["USD", "USD", "EUR"]), "links": {},
    }  # fmt: skip
    if rng.random() < 0.3:
        record["subscriptionId"] = f"sub-{contact}"
    return record
