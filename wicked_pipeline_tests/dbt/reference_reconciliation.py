"""The API's touchpoints beside those that the clicks tell, in plain Python: from the definitions, not from the SQL."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from wicked_pipeline_tests.dbt.reference import FIELDS, Row, normal
from wicked_pipeline_tests.dbt.reference_attribution import Options, in_order, sales

REASONS = {
    "none at the API", "none in the clicks", "same second, other UTMs", "another click of the contact",
    "whole-hour shift", "flagged differently", "outside the look-back",
}  # fmt: skip


def touchpoint_reconciliation(
    orders: list[Row], clicks: Iterable[Row], options: Options, vendor_days: int
) -> list[Row]:
    """A row per order and touchpoint; orders as `reference.orders` has them, clicks as `reference_clicks.clicks`."""
    by_contact = in_order(clicks, options)
    sold = sales(orders, options)
    rows = []
    for order in orders:
        if order["sale"] is not order:
            continue
        own, sale = by_contact[order["contact_id"]], sold[order["order_key"]]
        found = {
            "first_click": own[:1],
            "first_optin": [click for click in own if click["is_first_optin"]][:1],
            "re_optin": [c for c in own if c["is_re_optin"] and c["clicked_at"] <= order["ordered_at"]][-1:],
            "last_click": [c for c in by_contact[sale["contact_id"]] if c["clicked_at"] <= sale["ordered_at"]][-1:],
        }
        given = dict(order["touchpoints"])
        for name, [*touch] in found.items():
            click = touch[0] if touch else None
            reason = _reason(name, given.get(name), click, own, sale["ordered_at"] - timedelta(days=vendor_days))
            row = {
                "order_key": order["order_key"],
                "order_id": order["order_id"],
                "contact_id": order["contact_id"],
                "touchpoint": name,
            }
            row |= _columns("api", given.get(name, (None,) * 6))
            row |= _columns("click", (click["clicked_at"], *click["words"]) if click else (None,) * 6)
            rows.append(row | {"agrees": reason is None, "reason": reason})
    return rows


def _columns(prefix: str, values: tuple[Any, ...]) -> Row:
    return {f"{prefix}_{name}": value for name, value in zip(("touched_at", *FIELDS), values, strict=True)}


def _reason(
    name: str, api: tuple[Any, ...] | None, click: Row | None, own: list[Row], in_sight: datetime
) -> str | None:
    """Why the API and the clicks differ; None where they don't."""
    if api is None:
        if click is None:
            return None
        unseen = name == "last_click" and click["clicked_at"] < in_sight
        return "outside the look-back" if unseen else "none at the API"
    at, *words = api
    if click is not None and at is not None:
        apart = abs(at - click["clicked_at"])
        if apart == timedelta(0):
            return None if _same(words, click) else "same second, other UTMs"
        if _same(words, click) and apart % timedelta(hours=1) == timedelta(0) and apart <= timedelta(hours=14):
            return "whole-hour shift"
    if any(other["clicked_at"] == at and _same(words, other) for other in own):
        return "flagged differently" if name.endswith("optin") else "another click of the contact"
    return "none in the clicks"


def _same(words: list[str | None], click: Row) -> bool:
    """However they are spelt, and wherever the click's are from; a word that says direct is none."""
    return any(
        all((normal(a) or "direct") == (normal(b) or "direct") for a, b in zip(words, own, strict=True))
        for own in (click["words"], click["own_words"])
    )
