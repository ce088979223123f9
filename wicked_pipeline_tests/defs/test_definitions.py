"""The assets that users are promised, by name, and how they hang together."""

from typing import Any

import dagster as dg
import pytest

from wicked_pipeline.definitions import definitions
from wicked_pipeline.defs import dbt_tests
from wicked_pipeline.defs.transform import RAW
from wicked_pipeline.settings import load_settings
from wicked_pipeline.transform import manifest
from wicked_pipeline.warehouse import copy_of

DEFS = definitions(load_settings())
LANDED = {"wicked/clicks", "wicked/contacts", "wicked/orders"}
STAGING = {
    "base_wicked__accounts", "base_wicked__clicks", "base_wicked__contact_versions", "base_wicked__contacts",
    "base_wicked__order_versions", "base_wicked__orders",
    "stg_wicked__accounts", "stg_wicked__ad_spend", "stg_wicked__clicks", "stg_wicked__contact_versions",
    "stg_wicked__contacts", "stg_wicked__failures", "stg_wicked__loads", "stg_wicked__order_payment_versions",
    "stg_wicked__order_payments", "stg_wicked__order_products", "stg_wicked__orders",
}  # fmt: skip
MARTS = {
    "assisted_conversions", "attribution_content_daily", "attribution_coverage", "attribution_daily",
    "channel_contribution", "channel_performance", "clicks", "cohort_payback", "contact_ltv_history", "contacts",
    "conversion_paths", "customer_forecast", "customer_ltv", "data_health", "forecast_backtest", "forecast_parameters",
    "forecast_verdicts", "lead_cohorts", "ltv_cohorts", "ltv_cohorts_by_acquisition", "ltv_reconciliation",
    "model_comparison", "order_attribution", "order_payment_history", "orders", "path_lengths", "repeat_purchases",
    "subscriptions", "subscriptions_monthly", "touchpoint_reconciliation",
}  # fmt: skip


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in DEFS.resolve_all_asset_specs()}


def upstream(specs: dict[str, dg.AssetSpec], key: str) -> set[str]:
    """The assets that one hangs on, at any distance."""
    direct = {dep.asset_key.to_user_string() for dep in specs[key].deps}
    return direct.union(*(upstream(specs, dep) for dep in direct))


def all_tests() -> list[dict[str, Any]]:
    """dbt's tests, as its manifest has them."""
    nodes = manifest(copy_of(load_settings().duckdb_path))["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "test"]


def test_raw_staging_and_marts_are_there(specs: dict[str, dg.AssetSpec]) -> None:
    promised = {key for key in specs if not key.startswith("intermediate/")}
    staging, marts = {f"staging/{name}" for name in STAGING}, {f"marts/{name}" for name in MARTS}
    assert promised == LANDED | {"wicked/ad_spend"} | staging | marts


def test_lineage_joins_raw_staging_and_marts(specs: dict[str, dg.AssetSpec]) -> None:
    assert upstream(specs, "staging/stg_wicked__order_payments") >= {"wicked/orders"}
    assert upstream(specs, "marts/attribution_daily") >= {"marts/orders", "wicked/orders"}
    assert upstream(specs, "marts/customer_ltv") >= {"wicked/orders", "wicked/contacts"}
    assert all(upstream(specs, key) & LANDED or not specs[key].deps for key in specs)


def test_the_graph_is_grouped_by_schema(specs: dict[str, dg.AssetSpec]) -> None:
    assert {(key.split("/")[0], spec.group_name) for key, spec in specs.items()} == {
        ("wicked", "raw"),
        ("staging", "staging"),
        ("intermediate", "intermediate"),
        ("marts", "marts"),
    }


def test_every_dependency_can_be_materialized(specs: dict[str, dg.AssetSpec]) -> None:
    for spec in specs.values():
        assert {dep.asset_key.to_user_string() for dep in spec.deps} <= set(specs), spec.key


def test_each_asset_says_what_and_whose_it_is(specs: dict[str, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        assert spec.owners, key
        assert spec.kinds >= {"duckdb"}, key
    assert all(specs[key].description for key in specs if not key.startswith("intermediate/"))


def test_raw_is_partitioned_and_the_rest_is_not(specs: dict[str, dg.AssetSpec]) -> None:
    partitioned = {key for key, spec in specs.items() if spec.partitions_def is not None}
    assert partitioned == {key.to_user_string() for key in RAW}


def test_a_range_of_days_is_one_run_of_the_job() -> None:
    job = DEFS.resolve_job_def("pipeline")
    assert job.partitions_def is not None
    assert job.backfill_policy == dg.BackfillPolicy.single_run()


def test_each_test_of_a_model_is_told_by_its_models_check() -> None:
    """A dbt test of several models names the one that it belongs to."""
    graph = DEFS.resolve_asset_graph()
    checks = [graph.get(key) for key in graph.asset_check_keys if key.name == dbt_tests.NAME]
    told = [name for check in checks for name in (check.description or "").removeprefix("dbt's tests: ").split(", ")]
    assert sorted(told) == sorted(node["name"] for node in all_tests())


def test_each_check_that_is_more_than_a_columns_says_what_it_finds() -> None:
    graph = DEFS.resolve_asset_graph()
    assert all(graph.get(key).description for key in graph.asset_check_keys)
    of_columns = [node for node in all_tests() if node.get("attached_node") and node["config"]["severity"] != "warn"]
    described = {node["name"]: node["description"] for node in all_tests() if node not in of_columns}
    assert "a_sale_is_one_order" in described
    assert not [name for name, description in described.items() if not description]


def test_columns_carry_their_documentation(specs: dict[str, dg.AssetSpec]) -> None:
    schema = specs["marts/orders"].metadata["dagster/column_schema"]
    assert {column.name for column in schema.columns if column.description} >= {"net_revenue", "is_purchase"}


def test_raw_and_models_have_checks() -> None:
    checks = {(key.asset_key.to_user_string(), key.name) for key in DEFS.resolve_asset_graph().asset_check_keys}
    for key in LANDED:
        assert {(key, "equals_the_total"), (key, "has_no_rejects"), (key, "held_still")} <= checks
    assert any(key == "marts/orders" for key, _ in checks)
    assert ("marts/touchpoint_reconciliation", "touchpoints_agree") in checks
