"""The marts that answer questions, worked out in plain Python from paths and from rows of attribution."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

from wicked_pipeline_tests.dbt.reference import TOUCHPOINTS, Row
from wicked_pipeline_tests.dbt.reference_attribution import MODELS, Options, Path, grouped, transformed

ALL_MODELS = (*TOUCHPOINTS, "linear", "full_impact", *MODELS)


def month(day: date) -> date:
    return day.replace(day=1)


def net(rows: Iterable[Row], name: str = "net_revenue") -> Decimal:
    return sum((row[name] for row in rows), Decimal())


def converting(orders: Iterable[Row], found: Mapping[str, Path]) -> list[Row]:
    return [order for order in orders if order["is_purchase"] and found[order["order_key"]]]


def conversion_paths(orders: list[Row], found: Mapping[str, Path], options: Options) -> list[Row]:
    rows = []
    for order in converting(orders, found):
        path = found[order["order_key"]]
        names = transformed(path, options)
        days = (order["ordered_at"] - path[0]["clicked_at"]).total_seconds() / 86400
        rows.append(order | {"path": " > ".join(names), "touches": len(names), "days": days})
    measures = {"orders": len, "net_revenue": net, "median_days_to_order": lambda own: median(o["days"] for o in own)}
    return grouped(rows, ("currency", "path", "touches"), measures)


def path_lengths(path_rows: list[Row]) -> list[Row]:
    measures = {"orders": lambda own: sum(row["orders"] for row in own), "net_revenue": net}
    return grouped(path_rows, ("currency", "touches"), measures)


def assisted_conversions(orders: list[Row], found: Mapping[str, Path]) -> list[Row]:
    counts: dict[tuple[Any, str], Row] = defaultdict(lambda: dict.fromkeys(("began", "ended", "assisted", "alone"), 0))
    for order in converting(orders, found):
        names = [touch["channel"] for touch in found[order["order_key"]]]
        for name in set(names):
            row = counts[order["currency"], name]
            row["began"] += names[0] == name
            row["ended"] += names[-1] == name
            row["assisted"] += names[-1] != name
            row["alone"] += set(names) == {name}
    return [{"currency": currency, "channel": name} | row for (currency, name), row in counts.items()]


def model_comparison(daily: list[Row]) -> list[Row]:
    rows = [row | {"month": month(row["order_date"])} for row in daily]
    measures = {
        model: lambda own, model=model: net((r for r in own if r["attribution_model"] == model), "attributed_net")
        for model in ALL_MODELS
    }
    return grouped(rows, ("month", "currency", "channel"), measures)


def attribution_coverage(
    orders: list[Row], daily: list[Row], created: Mapping[Any, datetime | None], began: datetime | None
) -> list[Row]:
    def acquired_before(contact: Any) -> bool:
        own = [order["ordered_at"] for order in orders if order["contact_id"] == contact and order["is_purchase"]]
        acquired = created.get(contact) or min(own, default=None)
        return began is not None and acquired is not None and acquired < began

    rows = []
    for key in sorted({(month(order["order_date"]), order["currency"]) for order in orders}):
        own = [order for order in orders if (month(order["order_date"]), order["currency"]) == key]
        total = net(own)
        before = net(order for order in own if acquired_before(order["contact_id"])) if began else None
        for model in ALL_MODELS:
            given = net((row for row in daily if (month(row["order_date"]), row["currency"]) == key
                         and row["attribution_model"] == model and row["channel"]), "attributed_net")  # fmt: skip
            rows.append({
                "month": key[0], "currency": key[1], "attribution_model": model, "total_net": total,
                "attributed_net": given, "acquired_before_tracking_net": before,
                "coverage": float(given / (total - before)) if before is not None and total != before else None,
            })  # fmt: skip
    return rows
