"""Staging and the first marts, figure by figure, against plain Python on random worlds."""

import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.dbt import reference, reference_ltv
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import World, random_world

LAST_DAY = date(2024, 7, 2)
PAGE = Path(__file__).parents[2] / "docs" / "which-figures-agree.md"
FIGURES_THAT_AGREE = re.findall(r"```sql\n(.+?);\n```", PAGE.read_text(), re.DOTALL)
"""The queries of the page: each returns what differs."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")


def built(warehouse: Warehouse, world: World, refunds: str = "auto") -> None:
    """The warehouse holds this world and no other, and its marts are built."""
    warehouse.hold(world)
    warehouse.load("orders", {LAST_DAY: []})
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", "--vars", f"refund_semantics: {refunds}")


@pytest.mark.parametrize(("seed", "refunds"), [(1, "status"), (2, "entry"), (3, "auto")])
def test_each_mart_equals_the_world(warehouse: Warehouse, seed: int, refunds: str) -> None:
    world = random_world(seed)
    for _, order in world.orders[::7]:
        order["currency"] = None  # null equals nothing in SQL, and such orders have to add up, too
    built(warehouse, world, refunds)
    zone = ZoneInfo(world.timezone)
    known = reference.Known(record for _, record in world.contacts)
    orders = reference.orders((record for _, record in world.orders), zone, refunds, known)
    contacts = reference.contacts((record for _, record in world.contacts), zone)
    attribution = reference.order_attribution(orders)
    reported = {row["contact_id"]: row["ltv"] for row in contacts}
    same(warehouse.query("from staging.stg_wicked__contacts"), contacts)
    same(warehouse.query("from staging.stg_wicked__clicks"), reference.clicks((r for _, r in world.clicks), zone))
    same(warehouse.query("from marts.contacts"), reference.in_marts(contacts))
    same(
        warehouse.query("from marts.orders"),
        [{k: v for k, v in o.items() if k not in ("touchpoints", "sale")} for o in orders],
    )
    api_models = (
        "attribution_model in ('first_click', 'first_optin', 're_optin', 'last_click', 'linear', 'full_impact')"
    )
    same(warehouse.query(f"from marts.order_attribution where {api_models}"), attribution)
    same(warehouse.query("from marts.customer_ltv"), reference_ltv.customer_ltv(orders, reported))
    same(warehouse.query("from marts.ltv_cohorts"), reference_ltv.ltv_cohorts(orders, LAST_DAY))
    assert FIGURES_THAT_AGREE
    for sql in FIGURES_THAT_AGREE:
        assert warehouse.query(sql) == [], sql


def test_marts_can_be_read_where_the_file_has_another_name(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.dbt("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    warehouse.path = warehouse.path.rename(tmp_path / "snapshot.duckdb")
    for mart in warehouse.query(
        "select table_name as name from information_schema.tables where table_schema = 'marts'"
    ):
        warehouse.query(f"from marts.{mart['name']} limit 1")


def test_a_zone_learnt_later_reads_local_dates_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    order = {
        "id": "o",
        "date": "2024-02-01T02:00:00Z",
        "payments": [{"date": "2024-01-31T21:00:00", "status": "APPROVED"}],
    }
    warehouse.load("orders", {date(2024, 2, 1): [order]})
    warehouse.dbt("run", "--select", "+orders")
    paid = "select cast(paid_at as varchar) as paid_at from staging.stg_wicked__order_payments"
    assert warehouse.query(paid) == [{"paid_at": "2024-02-01 02:00:00"}]
    warehouse.set_timezone("shop", "Europe/Berlin")
    warehouse.dbt("run", "--select", "+orders")
    assert warehouse.query(paid) == [{"paid_at": "2024-01-31 20:00:00"}]
    assert warehouse.query("select order_date from marts.orders") == [{"order_date": date(2024, 2, 1)}]
