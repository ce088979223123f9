"""A purchase as the API's order: products, and payments of every status that the specification's schema lists."""

from datetime import tzinfo
from random import Random

from wicked_pipeline.sandbox.catalogue import ORDER_SYSTEMS, PRODUCTS
from wicked_pipeline.sandbox.instants import DAY, local_text, utc_text
from wicked_pipeline.sandbox.population import Purchase
from wicked_pipeline.sandbox.touchpoints import Record, number

FULL_REFUNDS, PARTIAL_REFUNDS, MANUAL, UNPAID, RETRIED, INSTALMENTS = 0.05, 0.03, 0.04, 0.01, 0.02, 0.03
"""Probabilities per order. Only first and subscription orders are refunded or paid in parts, so that repeat spend
follows its model."""


def order(rng: Random, index: int, purchase: Purchase, contact: Record, end: float, zone: tzinfo) -> Record:
    """The record of a purchase, without its touchpoints (`touchpoints.settle` writes them). `end` is the world's."""
    name = f"/contacts/{contact['id']}"
    record: Record = {
        "id": f"WR-{5_000_000 + index}",
        "sourceId": f"ord_{rng.getrandbits(40):010x}",
        "sourceSystem": _system(rng, purchase),
        "date": utc_text(purchase.at),
        "attributions": {},
        "contact": {key: contact[key] for key in ("id", "sourceId", "sourceSystem", "email") if key in contact},
        "products": _products(rng, purchase),
        "payments": _payments(rng, purchase, end, zone),
        "amount": number(purchase.amount),
        "currency": purchase.currency,
        "subscriptionId": f"sub-{700_000 + purchase.subscription}" if purchase.plan else "",
        "links": {"contact": {"href": name}, "clicks": {"href": f"{name}/clicks"}},
    }
    if not purchase.plan and rng.random() < 0.8:
        del record["subscriptionId"]
    return record


def _system(rng: Random, purchase: Purchase) -> str | None:
    """Anything for a single order; a subscription is billed by one system, from its first order to its last."""
    system = rng.choice(ORDER_SYSTEMS)
    return ORDER_SYSTEMS[purchase.subscription % len(ORDER_SYSTEMS)] if purchase.plan else system


def _products(rng: Random, purchase: Purchase) -> list[Record]:
    if purchase.plan:
        name = purchase.plan.name
        return [{"id": name.lower().replace(" ", "-"), "name": name, "qty": 1, "PPU": number(purchase.amount)}]
    if rng.random() < 0.02:
        return []
    chosen = rng.sample(PRODUCTS, rng.choice((1, 1, 1, 2, 2, 3)))
    lines: list[Record] = []
    for sku, name in chosen:
        quantity = rng.choice((1, 1, 1, 2, 3))
        lines.append(
            {"id": sku, "name": name, "qty": quantity, "PPU": number(purchase.amount / len(chosen) / quantity)}
        )
    if rng.random() < 0.05:
        del lines[0]["id"]
    return lines


def _payments(rng: Random, purchase: Purchase, end: float, zone: tzinfo) -> list[Record]:
    at, amount = purchase.at, purchase.amount

    def payment(status: str, value: float = amount, after: float = 0) -> Record:
        return {"date": local_text(utc_text(min(at + after, end - 1)), zone), "status": status, "amount": number(value)}

    if purchase.failed:
        return [payment("FAILED")]
    chance = rng.random()
    if chance < UNPAID:
        return []
    if chance < UNPAID + MANUAL:
        return [payment("MANUAL")]
    if chance < UNPAID + MANUAL + RETRIED:
        return [payment("FAILED"), payment("APPROVED", after=rng.uniform(60, 3600))]
    chance = rng.random() if purchase.first or purchase.plan else 1
    if chance < FULL_REFUNDS:
        return [payment("REFUNDED")]
    if chance < FULL_REFUNDS + PARTIAL_REFUNDS:
        back = round(amount * rng.uniform(0.2, 0.6), 2)
        return [payment("APPROVED", amount - back), payment("Partially Refunded", back, rng.uniform(1, 20) * DAY)]
    if chance < FULL_REFUNDS + PARTIAL_REFUNDS + INSTALMENTS and purchase.first and at + 30 * DAY < end:
        half = round(amount / 2, 2)
        return [payment("APPROVED", half), payment("APPROVED", amount - half, 30 * DAY)]
    return [payment("APPROVED")]
