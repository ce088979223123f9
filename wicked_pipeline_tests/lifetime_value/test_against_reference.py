"""On random worlds the marts equal a plain Python reference, figure by figure."""

from collections.abc import Callable
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.lifetime_value import raw, reference, world

WORLDS = 40  # accounts of one build: a build costs seconds, an account next to nothing

SUBJECT = ("+path:models/marts/lifetime_value", "+path:tests/lifetime_value")  # the marts, and what must hold of them

Row = dict[str, Any]
MARTS: dict[str, tuple[Callable[[world.World], list[Row]], tuple[str, ...]]] = {
    "customer_ltv": (reference.customer_ltv, ("contact_id", "currency")),
    "ltv_cohorts": (reference.ltv_cohorts, ("currency", "cohort_month", "months_since_first_order")),
    "ltv_cohorts_by_acquisition": (
        lambda one: reference.ltv_cohorts(one, by_acquisition=True),
        ("currency", "cohort_month", "channel", "source", "medium", "campaign", "months_since_first_order"),
    ),
    "lead_cohorts": (
        reference.lead_cohorts,
        ("currency", "cohort_month", "channel", "source", "medium", "campaign", "months_since_lead"),
    ),
    "cohort_payback": (reference.cohort_payback, ("currency", "cohort_month", "channel")),
    "repeat_purchases": (reference.repeat_purchases, ("currency", "cohort_month", "order_number")),
    "subscriptions": (reference.subscriptions, ("source_system", "subscription_id", "currency")),
    "subscriptions_monthly": (reference.subscriptions_monthly, ("currency", "month")),
}


def fill(warehouse: Warehouse, worlds: list[world.World]) -> None:
    """Land the worlds, each an account: orders under their UTC day, and spend."""
    raw.put_accounts(warehouse, [(one.account, one.zone.key, *one.covered) for one in worlds])
    raw.put_records(
        warehouse,
        "orders",
        [
            (one.account, order.at.astimezone(UTC).date(), world.order_record(order))
            for one in worlds
            for order in one.orders
        ],
    )
    raw.put_records(
        warehouse,
        "contacts",
        [(one.account, one.covered[0], world.contact_record(contact)) for one in worlds for contact in one.contacts],
    )
    spend = [
        [
            one.account,
            line.day,
            *(line.click[part] for part in ("source", "medium", "campaign")),
            line.currency,
            line.amount,
        ]
        for one in worlds
        for line in one.spend
    ]
    warehouse.query(raw.AD_SPEND)
    columns = [list(column) for column in zip(*spend, strict=True)]
    warehouse.query(f"insert into raw.ad_spend select {', '.join(['unnest(?)'] * 7)}", columns)


def differences(ours: Row, theirs: Row) -> Row:
    """The columns that differ by more than the last digit of money and the rounding of doubles."""
    found = {}
    for name, value in theirs.items():
        rounded = isinstance(value, Decimal | float) and ours[name] is not None
        if not (abs(float(ours[name]) - float(value)) < 0.00011 if rounded else ours[name] == value):
            found[name] = (ours[name], value)
    return found


def compare(warehouse: Warehouse, worlds: list[world.World]) -> None:
    """Every mart's rows equal the reference's, row for row."""
    for mart, (expected, columns) in MARTS.items():
        key = ("account", *columns)
        ours = {tuple(row[name] for name in key): row for row in warehouse.query(f"from marts.{mart}")}
        theirs = {tuple(row[name] for name in key): row for one in worlds for row in with_account(one, expected(one))}
        assert ours.keys() == theirs.keys(), mart
        wrong = {at: found for at, row in theirs.items() if (found := differences(ours[at], row))}
        assert not wrong, (mart, len(wrong), next(iter(wrong.items())))


def with_account(one: world.World, rows: list[Row]) -> list[Row]:
    """The rows, each with its account."""
    return [{"account": one.account, **row} for row in rows]


def check(path: Path, seed: int) -> None:
    """Build the marts of many accounts, each a world of its own, and compare them all."""
    warehouse = Warehouse(path / "wicked.duckdb")
    random = Random(seed)
    worlds = [world.draw(random, f"shop-{number}") for number in range(WORLDS)]
    fill(warehouse, worlds)
    warehouse.dbt("build", "--indirect-selection", "empty", "--select", *SUBJECT)
    compare(warehouse, worlds)


def test_the_marts_equal_the_reference(tmp_path: Path) -> None:
    """Zones, ties, refunds, failed-only orders, two currencies, rebills, returns, no lead date, uncovered days."""
    check(tmp_path, seed=20)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, phases=[Phase.generate], deadline=None)
def test_the_marts_equal_the_reference_on_many_worlds(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """The same, ten times over."""
    check(tmp_path_factory.mktemp("worlds"), seed)
