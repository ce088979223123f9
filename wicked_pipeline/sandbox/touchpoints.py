"""Derives a contact's flags, touchpoints and LTV from its clicks and orders, as the API does.

`settle` is called when the world is created and after each change, so that flags and touchpoints always agree with the
clicks.
"""

from bisect import bisect_right
from datetime import tzinfo
from typing import Any
from zlib import crc32

from wicked_pipeline.sandbox.instants import DAY, epoch, local_text, utc_text

Record = dict[str, Any]
FIELDS = ("source", "medium", "campaign", "content", "term")
PAID = ("APPROVED", "MANUAL")


def settle(contact: Record | None, clicks: list[Record], orders: list[Record], zone: tzinfo) -> None:
    """Derives a contact's flags, touchpoints and LTV again, in place. A click with either opt-in flag is an opt-in."""
    clicks.sort(key=_date)
    opt_ins = [click for click in clicks if click.get("isFirstOptin") or click.get("isReOptin")]
    for click in clicks:
        click.update(isFirstClick=False, isFirstOptin=False, isLastClick=False, isReOptin=False)
    for click in opt_ins[1:]:
        click["isReOptin"] = True
    if opt_ins:
        opt_ins[0]["isFirstOptin"] = True
    if clicks:
        clicks[0]["isFirstClick"] = clicks[-1]["isLastClick"] = True
    if contact is not None:
        _settle_contact(contact, clicks, opt_ins, orders)
    _settle_orders(clicks, opt_ins, orders, zone)


def paid(order: Record) -> float:
    """An order's paid money; its amount if it has no payments."""
    payments = order.get("payments") or []
    if not payments:
        return float(order.get("amount") or 0)
    return float(sum(payment["amount"] for payment in payments if payment["status"] in PAID))


def _date(record: Record) -> str:
    return str(record["date"])


def _settle_contact(contact: Record, clicks: list[Record], opt_ins: list[Record], orders: list[Record]) -> None:
    name, form = f"/contacts/{contact['id']}", crc32(contact["id"].encode()) % 3
    none: list[Record | None] = [None, {}, {"date": None}]
    none_re_optin: list[Record | None] = [None, {"date": None}, {"date": "null"}]
    found = {
        "firstClick": _touchpoint(clicks[0]) if clicks else none[form],
        "firstOptin": _touchpoint(opt_ins[0]) if opt_ins else none[form],
        "reOptin": _touchpoint(opt_ins[-1]) if len(opt_ins) > 1 else none_re_optin[form],
    }
    for key, touchpoint in found.items():
        if touchpoint is None:
            contact.pop(key, None)
        else:
            contact[key] = touchpoint
    contact["LTV"] = number(sum(paid(order) for order in orders))
    contact["links"] = {kind: {"href": f"{name}/{kind}"} for kind in ("clicks", "orders")} if clicks else {}


def _settle_orders(clicks: list[Record], opt_ins: list[Record], orders: list[Record], zone: tzinfo) -> None:
    clicked, opted = [_date(click) for click in clicks], [_date(click) for click in opt_ins]
    first_sale: dict[str, str] = {}
    for order in sorted(orders, key=_date):
        date = _date(order)
        # A subscription's rebills go to the last click of its initial sale (the vendor's help pages).
        sale = first_sale.setdefault(order["subscriptionId"], date) if order.get("subscriptionId") else date
        last = bisect_right(clicked, sale)
        re_optins = bisect_right(opted, date)
        in_sight = last and clicked[last - 1] > utc_text(epoch(sale) - DAY)
        found = {
            "firstClick": clicks[0] if clicks else None,
            "firstOptin": opt_ins[0] if re_optins else None,
            "reOptin": opt_ins[re_optins - 1] if re_optins > 1 else None,
            "lastClick": clicks[last - 1] if in_sight else None,
        }
        order["attributions"] = _attributions(str(order["id"]), found, zone)


def _attributions(order_id: str, found: dict[str, Record | None], zone: tzinfo) -> Record:
    none: Record | None = (None, {}, {"date": "null"}, {"date": "null"} | dict.fromkeys(FIELDS))[
        crc32(order_id.encode()) % 4
    ]
    attributions: Record = {}
    for key, click in found.items():
        if click is not None:
            attributions[key] = (
                {"date": local_text(click["date"], zone)} | dict.fromkeys(FIELDS) | (click.get("utms") or {})
            )
        elif none is not None:
            attributions[key] = dict(none)
    return attributions


def _touchpoint(click: Record) -> Record:
    return {"date": click["date"]} | (click.get("utms") or {})


def number(value: float) -> float:
    """A number as in the API's samples: to the cent, and whole numbers without a point."""
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
