"""No record stops a build: an account with the extremes of every column, beside one in which nothing is odd."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest

from wicked_pipeline_tests.cases.records import click, contact, order
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import random_world

WIDEST = "99999999999999.9999"
AMOUNTS = (WIDEST, f"-{WIDEST}", "0", "0.0001", "-0.0001", None, "1e13", "100000000000000", "NaN", "Infinity", True)
"""Staging's widest and what is just wider, its smallest step, and what is no number."""
INSTANTS = (
    "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999999-14:00",
    "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59", "2000-01-01T00:00:00.000Z", "-0001-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "2024-02-30T00:00:00Z", "9999-12-31T23:59:59", None,
)  # fmt: skip
PAYMENTS = ((), ("APPROVED",), ("APPROVED",) * 20, ("MANUAL", "REFUNDED"), ("FAILED",), ("REFUNDED",) * 2)
LONG = "wörd " * 20_000
"""A hundred kilobytes of text."""
LONG_ID = LONG[:2_000]

SPEND = """
    create or replace table raw.ad_spend as
    select
        'extremes' as account, date '2024-01-01' + i::integer as date, 'google' as source, 'cpc' as medium,
        'x' as campaign, null::varchar as content, 9223372036854775807 as clicks, 9223372036854775807 as impressions,
        'USD' as currency, amount::decimal(18, 4) as spend, now()::timestamp as loaded_at, 'f.csv' as file
    from range(40) as days(i), (select unnest(?) as amount)
"""


def contacts() -> Iterator[dict[str, Any]]:
    for number, (ltv, at) in enumerate(zip(AMOUNTS, cycle(INSTANTS))):
        touchpoint = {"date": at, "source": "x" * number, "medium": None}
        yield contact(
            f"C{number}", LTV=ltv, createDate=at, firstClick=touchpoint, firstOptin=touchpoint, reOptin=touchpoint
        )
    yield contact(LONG_ID, firstName=LONG, lastName=LONG, email=LONG, sourceId=LONG, sourceSystem=LONG, urlWicked=LONG)
    yield contact("", firstName="\u0000\u202e", lastName="", email="")


def clicks() -> Iterator[dict[str, Any]]:
    for number, at in enumerate(INSTANTS):
        for name in ("C0", f"C{number}"):
            yield click(name, "2024-01-01", "google", "cpc", "x", date=at, isFirstOptin=True, isReOptin=True)
    yield click("C0", "2024-01-02", LONG, LONG, LONG, trackingUrl=LONG, wickedid=LONG, wickedsource=LONG)
    yield click(LONG_ID, "2024-01-02", LONG, "", None)


def orders() -> Iterator[dict[str, Any]]:
    """Each amount under each kind of payments, many of the widest by one customer, and dates that can't be meant."""
    for number, (amount, paid, statuses) in enumerate(product(AMOUNTS[:8], AMOUNTS[:6], PAYMENTS)):
        payments = [{"date": at, "status": s, "amount": paid} for s, at in zip(statuses, cycle(INSTANTS))]
        lines = [{"id": "p", "name": "P", "qty": amount, "PPU": paid}]
        at = str(date(2024, 1, 3) + timedelta(days=number % 140))
        record = order(f"amount-{number}", f"C{number % 5}", at, 0, subscription=f"s-{number % 7}")
        yield record | {"amount": amount, "payments": payments, "products": lines}
    for number, amount in enumerate(AMOUNTS):
        yield order(f"other-{number}", "C0", "2024-02-01", 0) | {"amount": amount}
    for number, at in enumerate(INSTANTS):
        yield order(f"instant-{number}", "C0", "2024-01-01", 10, date=at, subscriptionId="instants")
    for number in range(40):  # what the forecast and the subscriptions reckon with
        at = str(date(2024, 1, 3) + timedelta(days=3 * number))
        for subscription in ("daily", ""):
            record = order(f"many{subscription}-{number}", f"C{number % 3}", at, 0, subscription=subscription)
            yield record | {"amount": WIDEST, "payments": []}
    yield order(LONG_ID, LONG_ID, "2024-01-09", 10, sourceSystem=LONG_ID, sourceId=LONG, subscriptionId=LONG_ID)
    yield order("", "", "2024-01-09", 10, currency="", subscriptionId="")


def marts(warehouse: Warehouse) -> dict[str, list[Row]]:
    """The ordinary account's rows of each mart."""
    names = warehouse.query(
        "select table_name as name from information_schema.columns where table_schema = 'marts'"
        " and column_name = 'account'"
    )
    return {row["name"]: warehouse.query(f"from marts.{row['name']} where account = 'shop'") for row in names}


@pytest.mark.timeout(900)
def test_the_ordinary_account_beside_it_is_as_it_would_be_alone(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.hold(random_world(5, contacts=12, clicks=60, orders=40))
    models = ("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    warehouse.dbt(*models)
    alone = marts(warehouse)
    assert len(alone) > 25
    assert alone["orders"]
    warehouse.set_timezone("extremes", "Pacific/Kiritimati")
    warehouse.load("contacts", {date(2024, 1, 1): contacts()}, account="extremes")
    warehouse.load("clicks", {date(2024, 1, 1): clicks()}, account="extremes")
    warehouse.load("orders", {date(2024, 1, 1): orders(), date(2024, 5, 31): ()}, account="extremes")
    warehouse.query(SPEND, [[WIDEST, WIDEST, f"-{WIDEST}", "0.0001", "0"]])
    warehouse.dbt(*models)
    warehouse.dbt("test", "--select", "test_type:singular")  # those of conservation are among them
    beside = marts(warehouse)
    assert set(beside) == set(alone)
    for mart, rows in alone.items():
        same(beside[mart], rows)
    [widest] = warehouse.query(
        "select max(gross_revenue) as money from marts.customer_ltv where account = 'extremes' and contact_id = 'C0'"
    )
    assert widest["money"] > 10**15
