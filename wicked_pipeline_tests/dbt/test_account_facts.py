"""What is so of one account holds for it alone, above dbt's variable; a changed fact moves what follows from it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from pydantic import ValidationError

from wicked_pipeline.account import FACTS, Account
from wicked_pipeline.landing import note_account
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.warehouse import DBT_PROJECT, Warehouse
from wicked_pipeline_tests.dbt.world import random_world

Marts = dict[str, list[Row]]
ITS_OWN: dict[str, Any] = {
    "refund_semantics": "entry", "tracking_began": "2024-03-01", "vendor_last_click_lookback_days": 20,
    "subscription_grace_days": 0,
}  # fmt: skip


def warehouse_of(folder: Path, *accounts: str) -> Warehouse:
    """The same shop under each of these names."""
    warehouse, world = Warehouse(folder / "wicked.duckdb"), random_world(11)
    for account in accounts:
        warehouse.set_timezone(account, world.timezone)
        for endpoint in ("contacts", "clicks", "orders"):
            warehouse.load(endpoint, world.by_day(endpoint), account=account)
    with write_warehouse(warehouse.path):  # which adds the columns of this version
        pass
    return warehouse


def note(warehouse: Warehouse, account: str, facts: Mapping[str, Any]) -> None:
    """As landing does where the settings say so."""
    with duckdb.connect(str(warehouse.path)) as connection:  # as dbt does, which may still have it in this process
        note_account(connection, Account(name=account, timezone=random_world(11).timezone, **facts))


def built(warehouse: Warehouse, variables: Mapping[str, Any] | None = None) -> Marts:
    given = {"forecast_minimum_repeat_customers": 5, **(variables or {})}
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test",
                  "--vars", yaml.safe_dump(given, default_flow_style=True).strip())  # fmt: skip
    tables = warehouse.query(  # data_health follows from other settings, which `note` enters too
        "select table_name from information_schema.tables where table_schema = 'marts' and table_name <> 'data_health'"
    )
    return {row["table_name"]: warehouse.query(f"from marts.{row['table_name']}") for row in tables}


def of(account: str, marts: Marts) -> Marts:
    """The account's rows, without its label and the keys that are made of it."""

    def kept(row: Row) -> Row:
        return {name: value for name, value in row.items() if name != "account" and not name.endswith("_key")}

    return {mart: [kept(row) for row in rows if row["account"] == account] for mart, rows in marts.items()}


def assert_same(rows: Marts, expected: Marts) -> None:
    for mart in expected:
        same(rows[mart], expected[mart])


def test_two_accounts_of_one_warehouse_have_each_its_own(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    by_variables = of("shop", built(warehouse_of(tmp_path / "alone", "shop"), ITS_OWN))
    warehouse = warehouse_of(tmp_path, "shop", "another")
    note(warehouse, "shop", {})
    note(warehouse, "another", ITS_OWN)
    first = built(warehouse)
    assert_same(of("another", first), by_variables)
    differ = {mart for mart, rows in of("shop", first).items() if rows != by_variables[mart]}
    assert differ >= {"orders", "attribution_coverage", "touchpoint_reconciliation", "subscriptions"}

    note(warehouse, "shop", ITS_OWN)
    note(warehouse, "another", {})
    second = built(warehouse)
    assert_same(of("shop", second), by_variables)
    assert_same(of("another", second), of("shop", first))


def test_a_setting_may_be_what_the_variable_may_be() -> None:
    """The bounds of `macros/variables.sql`, at which both are tried."""
    table = (DBT_PROJECT / "macros" / "variables.sql").read_text()
    told = {name: yaml.safe_load(line) for name, line in re.findall(
        rf"^        '({'|'.join(FACTS)})': (\{{.+\}}),$", table, re.MULTILINE)}  # fmt: skip
    assert set(told) == set(FACTS)
    for name, bounds in told.items():
        good = bounds.get("words") or [bounds[end] for end in ("least", "most") if end in bounds]
        bad = [bounds["least"] - 1, bounds["most"] + 1, 1.5] if "least" in bounds else ["wrong", "9999-12-31", 1]
        for value in good:
            assert getattr(Account(**{name: value}), name) == value
        for value in bad:
            with pytest.raises(ValidationError):
                Account(**{name: value})


@pytest.mark.parametrize("began", ["2024-03-03", "2024-03-03 12:00:00", "2024-03-03T12:00:00.5"])
def test_tracking_began_is_written_as_the_variable_is(began: str) -> None:
    assert str(Account(tracking_began=began).tracking_began).startswith("2024-03-03")
