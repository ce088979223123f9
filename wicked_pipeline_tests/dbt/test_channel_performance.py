"""Spend meets attributed revenue by day, campaign and currency, however its UTMs are spelt."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from wicked_pipeline.landing import checked_spend, load_spend
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.warehouse import Warehouse

DAY = date(2024, 3, 1)
SPEND = """date,source,medium,campaign,content,currency,spend
2024-03-01,FACEBOOK,paid,winter sale,ad 1,USD,30
2024-03-01,facebook,paid,Winter%20Sale,ad 2,USD,10
2024-03-01,facebook,paid,winter sale,ad 1,EUR,5
2024-03-02,google,cpc,brand,,USD,7
"""


def click(contact: str, hour: int, source: str, campaign: str) -> Row:
    utms = {"source": source, "medium": "paid", "campaign": campaign}
    return {"contactId": contact, "date": f"2024-03-01T{hour:02}:00:00Z", "utms": utms}


def order(name: str, contact: str, amount: int) -> Row:
    return {"id": name, "date": "2024-03-01T20:00:00Z", "contact": {"id": contact}, "amount": amount, "currency": "USD"}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """`linear_touch`: one order through two spellings of one campaign, and one without a path."""
    folder: Path = tmp_path_factory.mktemp("wicked")
    warehouse = Warehouse(folder / "wicked.duckdb")
    warehouse.load(
        "clicks", {DAY: [click("c", 1, "Facebook", "Winter%20Sale"), click("c", 2, "facebook", "winter sale")]}
    )
    warehouse.load("orders", {DAY: [order("o1", "c", 100), order("o2", "nobody", 50)]})
    file = folder / "spend.csv"
    file.write_text(SPEND, encoding="utf-8")
    now = datetime.now(UTC).replace(tzinfo=None)
    with checked_spend("shop", [file], now) as spend, write_warehouse(warehouse.path) as connection:
        load_spend(connection, spend)
    warehouse.dbt("seed")
    warehouse.dbt("run", "--select", "+channel_performance")
    return warehouse.query("from marts.channel_performance where attribution_model = 'linear_touch'")


def test_spellings_of_one_campaign_are_one_row_and_its_order_counts_once(rows: list[Row]) -> None:
    [row] = [row for row in rows if row["channel"] == "Paid Social" and row["currency"] == "USD"]
    assert (row["source"], row["medium"], row["campaign"]) == ("facebook", "paid", "winter sale")
    assert (row["spend"], row["attributed_net"], row["profit"]) == (Decimal(40), Decimal(100), Decimal(60))
    assert (row["orders"], row["new_customers"], row["roas"], row["cpa"], row["ncac"]) == (1, 1, 2.5, 40.0, 40.0)


def test_spend_without_revenue_has_its_row_in_its_currency(rows: list[Row]) -> None:
    lonely = {(row["currency"], row["source"]): row for row in rows if row["spend"] and not row["attributed_net"]}
    assert set(lonely) == {("EUR", "facebook"), ("USD", "google")}
    assert lonely["USD", "google"]["date"] == date(2024, 3, 2)
    assert lonely["USD", "google"]["cpa"] is None
    assert lonely["EUR", "facebook"]["profit"] == Decimal(-5)


def test_revenue_without_a_touch_keeps_its_row(rows: list[Row]) -> None:
    [row] = [row for row in rows if row["channel"] is None]
    assert (row["attributed_net"], row["spend"], row["roas"], row["orders"]) == (Decimal(50), None, None, 1)


def test_peoples_own_relation_stands_in_for_the_loaded_table(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.load("orders", {DAY: [order("o1", "c", 100)]})
    warehouse.query("create schema ads; create table ads.costs as select date '2024-03-01' as Date, 'bing' as source,"
                    " 'cpc' as medium, 'x' as campaign, 'usd' as currency, 12.5 as spend, loaded_at"
                    " from (values (timestamp '2024-03-02'), (timestamp '2024-03-03')) as t(loaded_at)")  # fmt: skip
    warehouse.dbt("seed")
    warehouse.dbt("run", "--select", "+int_ad_spend", "--vars", "ad_spend_relation: ads.costs")
    rows = warehouse.query("from staging.stg_wicked__ad_spend")
    assert [(row["account"], row["source"], row["spend"], row["clicks"]) for row in rows] == [
        ("shop", "bing", Decimal("12.5"), None)
    ] * 2
    assert warehouse.query("select sum(spend) as spend from intermediate.int_ad_spend") == [{"spend": Decimal(25)}]
