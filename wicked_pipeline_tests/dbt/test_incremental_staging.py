"""Staging after any sequence of reloads equals staging built anew."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wicked_pipeline_tests.dbt.warehouse import Warehouse

FIRST = date(2024, 3, 1)
ENDPOINTS = ("contacts", "clicks", "orders")
STAGING = ("contacts", "clicks", "orders", "order_products", "order_payments")


def contact(key: int, version: int, day: date) -> dict[str, Any]:
    return {"id": f"c{key}", "firstName": f"v{version}", "LTV": version, "createDate": f"{day}T10:00:00.000Z"}


def click(key: int, version: int, day: date) -> dict[str, Any]:
    return {"contactId": f"c{key}", "date": f"{day}T10:00:00.000Z", "isLastClick": bool(version % 2)}


def order(key: int, version: int, day: date) -> dict[str, Any]:
    payments = [{"date": f"{day}T05:00:00", "status": "APPROVED", "amount": version}] * (version % 3)
    return {
        "id": f"o{key // 2}",  # ids meet, in two source systems and in one
        "sourceSystem": ("shopify", None, "Shopify ")[key % 3],
        "contact": {"id": f"c{key % 2}"},
        "date": f"{day}T10:00:00.000Z",
        "payments": payments,
        "products": [{"id": f"p{version}"}],
    }


RECORDS: dict[str, Callable[[int, int, date], dict[str, Any]]] = {"contacts": contact, "clicks": click, "orders": order}

reloads = st.lists(
    st.tuples(
        st.sampled_from(ENDPOINTS),
        st.dictionaries(st.integers(0, 3), st.lists(st.integers(0, 2), max_size=3), min_size=1, max_size=3),
        st.sampled_from([None, None, "Europe/Berlin", "America/New_York"]),
    ),
    min_size=1,
    max_size=4,
)


def staging(warehouse: Warehouse) -> dict[str, list[str]]:
    return {name: sorted(str(row) for row in warehouse.query(f"from staging.stg_wicked__{name}")) for name in STAGING}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One warehouse for all examples: what an example leaves is where the next begins."""
    warehouse = Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")
    warehouse.dbt("run", "--select", "staging")
    return warehouse


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(reloads, min_size=1, max_size=3))
def test_an_incremental_build_equals_a_full_refresh(warehouse: Warehouse, batches: list[Any]) -> None:
    for batch in batches:
        for endpoint, days, timezone in batch:
            moved = {
                FIRST + timedelta(day): [
                    RECORDS[endpoint](key, warehouse.loads.total(), FIRST + timedelta(day)) for key in keys
                ]
                for day, keys in days.items()
            }
            warehouse.load(endpoint, moved)
            if timezone:
                warehouse.set_timezone("shop", timezone)
        warehouse.dbt("run", "--select", "staging")
    incremental = staging(warehouse)
    warehouse.dbt("run", "--select", "staging", "--full-refresh")
    assert incremental == staging(warehouse)


def test_a_day_reloaded_empty_empties(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.load("clicks", {FIRST: [click(1, 1, FIRST)], FIRST + timedelta(1): [click(2, 1, FIRST + timedelta(1))]})
    warehouse.dbt("run", "--select", "staging")
    warehouse.load("clicks", {FIRST: []})
    warehouse.dbt("run", "--select", "staging")
    assert [row["contact_id"] for row in warehouse.query("from staging.stg_wicked__clicks")] == ["c2"]


def test_the_newest_fetch_of_an_order_wins_whatever_day_it_was_landed_under(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.load("orders", {FIRST + timedelta(2): [order(1, 1, FIRST)]})
    warehouse.load("orders", {FIRST: [order(1, 2, FIRST)]})
    warehouse.dbt("run", "--select", "staging")
    assert [row["amount"] for row in warehouse.query("from staging.stg_wicked__order_payments")] == [2, 2]
    warehouse.load("orders", {FIRST: []})
    warehouse.dbt("run", "--select", "staging")
    assert [row["amount"] for row in warehouse.query("from staging.stg_wicked__order_payments")] == [1]


def test_of_two_orders_of_one_id_the_one_that_is_deleted_goes(tmp_path: Path) -> None:
    def orders() -> list[tuple[str, str]]:
        warehouse.dbt("run", "--select", "staging")
        rows = warehouse.query("select order_key, contact_id from staging.stg_wicked__orders order by order_key")
        return [(row["order_key"], row["contact_id"]) for row in rows]

    ann, bob, cyd = (
        {"id": "1001", "sourceSystem": system, "contact": {"id": name}, "date": f"{FIRST}T1{hour}:00:00.000Z"}
        for hour, (system, name) in enumerate([("shopify", "ann"), ("shopify", "bob"), ("woocommerce", "cyd")])
    )
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.load("orders", {FIRST: [bob, cyd, ann]})
    assert orders() == [("shopify/1001", "ann"), ("shopify/1001#2", "bob"), ("woocommerce/1001", "cyd")]
    warehouse.load("orders", {FIRST: [ann, bob, cyd]})  # in another order: the keys stay
    assert orders() == [("shopify/1001", "ann"), ("shopify/1001#2", "bob"), ("woocommerce/1001", "cyd")]
    warehouse.load("orders", {FIRST: [ann, bob]})
    assert orders() == [("shopify/1001", "ann"), ("shopify/1001#2", "bob")]
    warehouse.load("orders", {FIRST: [ann]})
    assert orders() == [("shopify/1001", "ann")]
    warehouse.load("orders", {FIRST: []})
    assert orders() == []


def test_equal_clicks_of_one_load_are_two_and_of_two_loads_are_one(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.load("clicks", {FIRST: [click(1, 1, FIRST)] * 2, FIRST + timedelta(1): []})
    warehouse.load("clicks", {FIRST + timedelta(1): [click(1, 2, FIRST)] * 2})
    warehouse.dbt("run", "--select", "staging")
    clicks = warehouse.query("select is_last_click, partition_date from staging.stg_wicked__clicks")
    assert clicks == [{"is_last_click": False, "partition_date": FIRST + timedelta(1)}] * 2
