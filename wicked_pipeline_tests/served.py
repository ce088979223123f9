"""Whether a warehouse holds what a server's world holds: raw record by record, staging and marts figure by figure."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from wicked_pipeline.sandbox import Reading, World, shown
from wicked_pipeline_tests.dbt import reference, reference_attribution, reference_ltv
from wicked_pipeline_tests.dbt.comparison import same

Record = Mapping[str, Any]
ABSENT: dict[str, dict[str, Any]] = {  # what a record may lack, and the reference figures take for granted
    "contacts": {"createDate": None, "LTV": None, "links": {}},
    "clicks": {"utms": {}, "isFirstClick": None, "isFirstOptin": None, "isLastClick": None, "isReOptin": None},
    "orders": {"payments": [], "attributions": {}, "contact": {"id": None}, "amount": 0, "currency": None},
}
API_MODELS = "('first_click', 'first_optin', 're_optin', 'last_click', 'linear', 'full_impact')"


def rows(path: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of `sql`, each by column name."""
    with duckdb.connect(str(path), read_only=True) as connection:
        result = connection.execute(sql)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def date_in(zone: str, record: Record) -> date:
    """The day of a record's own date."""
    return datetime.fromisoformat(record.get("date") or record["createDate"]).astimezone(ZoneInfo(zone)).date()


def assert_raw_holds(path: Path, world: World, is_landed: Callable[[Record], bool]) -> dict[str, list[Record]]:
    """The raw tables at `path` hold those of the world's records that are landed, and no more; gives these by table."""
    served = {
        name: [shown(name, record, Reading()) for record in world.records(name) if is_landed(record)]
        for name in ("contacts", "clicks", "orders")
    }
    for name, records in served.items():
        landed = Counter(_canonical(json.loads(row["record"])) for row in rows(path, f"select record from raw.{name}"))
        assert landed == Counter(map(_canonical, records)), name
    return served


def assert_holds(
    path: Path, world: World, last_day: date, is_landed: Callable[[Record], bool] = lambda _: True
) -> None:
    """The warehouse at `path` holds those of the world's records that are landed, and the marts made of them."""
    zone = ZoneInfo(world.zone)
    served = assert_raw_holds(path, world, is_landed)
    whole = {name: [{**ABSENT[name], **record} for record in records] for name, records in served.items()}
    contacts, known = reference.contacts(whole["contacts"], zone), reference.Known(whole["contacts"])
    orders = reference.orders(whole["orders"], zone, known=known)
    strays = [order for order in orders if order["contact_id"] is None]  # nobody's orders make nobody a customer
    for order in strays:
        order |= {"customer_order_number": None, "is_first_order": False}
    customers = [order for order in orders if order["contact_id"] is not None]
    reported = {row["contact_id"]: row["ltv"] for row in contacts}
    attribution = reference.order_attribution(orders)
    expected = {
        "staging.stg_wicked__contacts": contacts,
        "staging.stg_wicked__clicks": reference.clicks(whole["clicks"], zone),
        "marts.contacts": contacts,
        "marts.orders": [
            {key: value for key, value in order.items() if key not in ("touchpoints", "sale")} for order in orders
        ],
        f"marts.order_attribution where attribution_model in {API_MODELS}": attribution,
        f"marts.attribution_daily where attribution_model in {API_MODELS}": reference_attribution.attribution_daily(
            reference_attribution.with_channels(attribution, reference_attribution.Options()),
            orders,
            ("source", "medium", "campaign"),
        ),
        "marts.customer_ltv": reference_ltv.customer_ltv(customers, reported),
        "marts.ltv_cohorts": reference_ltv.ltv_cohorts(customers, last_day),
    }
    for relation, figures in expected.items():
        same(rows(path, f"from {relation}"), figures)


def _canonical(record: Record) -> str:
    return json.dumps(record, sort_keys=True)
