"""Small random worlds with the edges in them: what a shop's contacts did, as records of the API and as plain values."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

ZONES = ("America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC")
BEGIN = datetime(2024, 1, 31, 4, 30, tzinfo=UTC)
DAYS = 400
CLICKS: tuple[Any, ...] = (
    None,
    {"channel": "Paid Search", "source": "google", "medium": "cpc", "campaign": "brand"},
    {"channel": "Paid Social", "source": "facebook", "medium": "paid", "campaign": None},
    {"channel": "Email", "source": "news", "medium": "email", "campaign": "may"},
)


@dataclass(frozen=True)
class Order:
    """An order with its payments (status, amount, instant); `click` is its first click's UTMs, if it has one."""

    order_id: str
    contact_id: str
    at: datetime
    amount: Decimal
    currency: str
    payments: tuple[tuple[str, Decimal, datetime], ...]
    subscription_id: str | None
    click: dict[str, str | None] | None
    product: str | None = None
    source_system: str | None = None


@dataclass(frozen=True)
class Contact:
    """A contact; `optin` is the instant and the UTMs of its first opt-in."""

    contact_id: str
    ltv: Decimal
    created_at: datetime | None
    optin: tuple[datetime, dict[str, str | None]] | None


@dataclass(frozen=True)
class Spend:
    """What advertising cost on a day, under the UTMs that its clicks carry."""

    day: date
    click: dict[str, str | None]
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class World:
    """One account's contacts, orders and spend, and the days that its orders were read for."""

    account: str
    zone: ZoneInfo
    contacts: tuple[Contact, ...]
    orders: tuple[Order, ...]
    spend: tuple[Spend, ...]
    covered: tuple[date, date]

    def local(self, instant: datetime) -> datetime:
        """The account's wall clock at an instant."""
        return instant.astimezone(self.zone).replace(tzinfo=None)

    def day(self, instant: datetime) -> date:
        """The account's date at an instant."""
        return self.local(instant).date()


def draw(random: Random, account: str) -> World:
    """A world of up to nine buyers; some orders have contacts that no window returned."""
    zone = ZoneInfo(random.choice(ZONES))
    contacts = tuple(_contact(random, f"C-{number}") for number in range(random.randint(1, 8)))
    orders: list[Order] = []
    for contact_id in [contact.contact_id for contact in contacts] + ["C-unknown"]:
        orders += _orders(random, contact_id, len(orders))
    newest = (BEGIN + timedelta(days=DAYS)).date()
    covered = date(2024, 1, 1), newest - timedelta(days=random.choice([0, 0, 1, 45]))
    spend = tuple(_spend(random) for _ in range(random.choice([0, 5, 20])))
    return World(account, zone, contacts, tuple(orders), spend, covered)


def _spend(random: Random) -> Spend:
    amount, currency = Decimal(random.choice([0, 10, 40, 90])), random.choice(["USD", "USD", "EUR"])
    return Spend(_instant(random).date(), random.choice(CLICKS[1:]), currency, amount)


def _contact(random: Random, contact_id: str) -> Contact:
    created_at = random.choice([None, _instant(random), _instant(random)])
    optin = random.choice([None, (_instant(random), random.choice(CLICKS[1:]))])
    return Contact(contact_id, Decimal(random.choice([0, 49, 120])), created_at, optin)


def _instant(random: Random) -> datetime:
    hour = random.choice([0, 0, 6, 12, 20, 23])  # often the same instant, often near midnight somewhere
    return BEGIN + timedelta(days=random.randrange(DAYS), hours=hour)


def _orders(random: Random, contact_id: str, before: int) -> list[Order]:
    orders: list[Order] = []
    for _ in range(random.choice([0, 1, 1, 3, 5])):
        orders.append(_order(random, f"O-{before + len(orders)}", contact_id, _instant(random), None, "USD"))
    if random.random() < 0.6:
        orders += _rebills(random, contact_id, before + len(orders))
    for _ in range(random.choice([0, 0, 1, 2])):
        orders.append(_taken_back(random, f"O-{before + len(orders)}", contact_id, _instant(random)))
    if random.random() < 0.7:
        orders += _billed(random, contact_id, before + len(orders))
    return orders


def _taken_back(random: Random, order_id: str, contact_id: str, at: datetime) -> Order:
    """A refund that comes as an order, with or without a payment of its own."""
    amount = Decimal(random.choice(["-49.00", "-5.5", "-300"]))
    payments = random.choice([(), (("REFUNDED", Decimal("5.5"), at),), (("FAILED", Decimal(5), at),)])
    return Order(order_id, contact_id, at, amount, random.choice(["USD", "USD", "EUR"]), payments, None, None)


def _rebills(random: Random, contact_id: str, before: int) -> list[Order]:
    name, currency = (
        f"S-{random.randrange(4)}",
        random.choice(["USD", "EUR"]),
    )  # contacts may share an id, in one system or in two
    interval, at = random.choice([7, 30, 31, 45, 91]), _instant(random)
    orders = []
    while at < BEGIN + timedelta(days=DAYS) and len(orders) < 8:
        order = _order(random, f"O-{before + len(orders)}", contact_id, at, name, currency)
        orders.append(replace(order, source_system=(None, "stripe", "recurly")[(before + len(orders)) % 5 % 3]))
        at += timedelta(days=random.choice([0, interval, interval, interval, interval + 1, 3 * interval + 20]))
    return orders


PRODUCTS = (None, "P", "P", "Q", "Weekly Box", "Bi-weekly Box", "Yearly Plan")


def _billed(random: Random, contact_id: str, before: int) -> list[Order]:
    """A subscription as billing systems write it: tried, retried, late, skipped, prorated, upgraded, made a year's."""
    name, product = f"B-{before}", random.choice(PRODUCTS)
    days, at = random.choice([7, 14, 28, 30, 30, 30, 31, 10, 60, 91, 182, 365]), _instant(random)
    price = Decimal(random.choice([12, 30, 79, 300]))
    found: list[Order] = []

    def add(at: datetime, amount: Decimal, status: str = "APPROVED") -> None:
        if at >= BEGIN + timedelta(days=DAYS):
            return
        payments = ((status, amount, at),) if random.random() < 0.9 or status != "APPROVED" else ()
        name_of = f"O-{before + len(found)}"
        found.append(Order(name_of, contact_id, at, amount, "USD", payments, name, None, product))

    if random.random() < 0.15:
        add(at - timedelta(days=14), Decimal(0))
    while at < BEGIN + timedelta(days=DAYS) and len(found) < 20:
        chance, late = random.random(), 0
        if chance < 0.15:
            add(at, price, "FAILED")
            late = random.randint(1, min(9, days - 1))
        if chance > 0.03 or not found:
            add(at + timedelta(days=late), price)
        if 0.15 < chance < 0.25:
            add(at + timedelta(days=random.randint(0, days - 1)), round(price / 4, 2))
            price = round(price * Decimal(random.choice(["1.3", "2"])), 2)
        if 0.25 < chance < 0.3 and days == 30:
            price, days = price * 10, 365
        at += timedelta(days=days * random.choice([1, 1, 1, 1, 1, 1, 2]))
    return found


def _order(random: Random, order_id: str, contact_id: str, at: datetime, name: str | None, currency: str) -> Order:
    amount = Decimal(random.choice(["49.00", "49.00", "19.99", "120.5", "0"]))
    statuses: list[str] = random.choice(
        [[], ["APPROVED"], ["APPROVED"], ["MANUAL"], ["FAILED"], ["FAILED", "approved"], ["REFUNDED"],
         ["APPROVED", "Partially Refunded"], ["VOIDED"]]
    )  # fmt: skip
    parts = max(len([status for status in statuses if status != "FAILED"]), 1)
    payments = tuple(
        (status, amount if status == "FAILED" else round(amount / parts, 2), at + timedelta(days=number))
        for number, status in enumerate(statuses)
    )
    foreign = "EUR" if name is None and random.random() < 0.2 else currency
    return Order(order_id, contact_id, at, amount, foreign, payments, name, random.choice(CLICKS))


def contact_record(contact: Contact) -> dict[str, Any]:
    """The contact as the API writes it."""
    optin = {"date": _written(contact.optin[0]), **contact.optin[1]} if contact.optin else {}
    created = _written(contact.created_at) if contact.created_at else None
    return {"id": contact.contact_id, "sourceId": "s", "email": "x@example.com", "LTV": float(contact.ltv),
            "createDate": created, "firstClick": {}, "firstOptin": optin, "urlWicked": "u"}  # fmt: skip


def order_record(order: Order) -> dict[str, Any]:
    """The order as the API writes it."""
    click = {"date": _written(order.at - timedelta(days=2)), **order.click} if order.click else {}
    payments = [
        {"status": status, "amount": float(amount), "date": _written(at)} for status, amount, at in order.payments
    ]
    products = [{"id": order.product, "name": order.product, "qty": 1, "PPU": float(order.amount)}]
    return {"id": order.order_id, "sourceId": "s", "date": _written(order.at), "amount": float(order.amount),
            "products": products if order.product else [],
            "currency": order.currency, "sourceSystem": order.source_system,
            "subscriptionId": order.subscription_id, "payments": payments,
            "contact": {"id": order.contact_id, "sourceId": "s"}, "attributions": {"firstClick": click}}  # fmt: skip


def _written(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")
