"""What is of one account, or of one currency, is as it would be without the other: they are never added."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from wicked_pipeline.landing import checked_spend, load_spend
from wicked_pipeline.settings import load_settings
from wicked_pipeline.transform import ensure_manifest
from wicked_pipeline.warehouse import copy_of, write_warehouse
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import World, random_world

LAST_DAY = date(2024, 7, 2)
Marts = dict[str, list[Row]]


def priced_otherwise(world: World, currency: str) -> World:
    """The same shop, with all that was sold in this currency at three times its price."""
    dearer = deepcopy(world)
    for _, order in dearer.orders:
        if order["currency"] == currency:
            for priced in (order, *order["payments"]):
                priced["amount"] = round(priced["amount"] * 3, 4)
    return dearer


def marts_of(folder: Path, worlds: dict[str, World], euro: int = 1) -> Marts:
    """Each mart of a warehouse that holds these accounts, with spend in two currencies, a euro being worth as many."""
    warehouse = Warehouse(folder / "wicked.duckdb")
    for account, world in worlds.items():
        warehouse.set_timezone(account, world.timezone)
        for endpoint in ("contacts", "clicks", "orders"):
            warehouse.load(endpoint, {**world.by_day(endpoint), LAST_DAY: []}, account=account)
    for account in worlds:  # last, since who writes gives raw's tables columns that these rows lack
        spend = folder / "spend.csv"
        lines = [f"2024-0{month}-0{day},google,cpc,brand,{currency},{money}" for month in (1, 2, 3)
                 for day in (1, 9) for currency, money in (("USD", 10), ("EUR", 20 * euro))]  # fmt: skip
        spend.write_text("\n".join(["date,source,medium,campaign,currency,spend", *lines]), encoding="utf-8")
        now = datetime.now(UTC).replace(tzinfo=None)
        with checked_spend(account, [spend], now) as checked, write_warehouse(warehouse.path) as connection:
            load_spend(connection, checked)
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test",
                  "--vars", "forecast_minimum_repeat_customers: 5")  # fmt: skip
    tables = warehouse.query("select table_name from information_schema.tables where table_schema = 'marts'")
    return {row["table_name"]: warehouse.query(f"from marts.{row['table_name']}") for row in tables}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Marts:
    return marts_of(tmp_path_factory.mktemp("alone"), {"shop": random_world(11)})


def test_an_account_beside_one_with_the_same_names_has_the_figures_that_it_has_alone(
    alone: Marts, tmp_path: Path
) -> None:
    """Both have the contacts AB-0, AB-1 …, orders of one id, campaigns and channels of one name."""
    beside = marts_of(tmp_path, {"another": random_world(12), "shop": random_world(11)})
    assert {row["account"] for row in beside["order_attribution"]} == {"another", "shop"}
    for mart, rows in alone.items():
        same([row for row in beside[mart] if row["account"] == "shop"], rows)


def test_no_figure_in_dollars_moves_with_prices_in_euros(alone: Marts, tmp_path: Path) -> None:
    dearer = marts_of(tmp_path, {"shop": priced_otherwise(random_world(11), "EUR")}, euro=3)
    assert dearer != alone
    for mart, rows in alone.items():
        if rows and "currency" in rows[0]:
            in_dollars = [[row for row in side if row["currency"] != "EUR"] for side in (dearer[mart], rows)]
            assert in_dollars[1], mart
            same(*in_dollars)


def test_money_stands_beside_its_currency_and_is_summed_by_it() -> None:
    """A mart's key has the currency, or names one order, which has one; what the API says of a contact names none."""
    manifest = json.loads(ensure_manifest(copy_of(load_settings().duckdb_path)).read_bytes())
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    keys = {test["attached_node"]: test["test_metadata"]["kwargs"]["columns"] for test in tests
            if test.get("test_metadata", {}).get("name") == "unique_key"}  # fmt: skip
    marts = [
        node for node in manifest["nodes"].values() if node["resource_type"] == "model" and node["schema"] == "marts"
    ]
    with_money = [
        mart for mart in marts if any("decimal" in column["data_type"] for column in mart["columns"].values())
    ]
    without_currency = {
        mart["name"] for mart in with_money
        if "currency" not in mart["columns"] or not {"currency", "order_key"} & set(keys[mart["unique_id"]])
    }  # fmt: skip
    assert len(with_money) > len(marts) / 2
    assert without_currency == {"contacts", "contact_ltv_history", "ltv_reconciliation"}
