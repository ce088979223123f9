"""The worked example of docs/attribution.md: its clicks and orders are landed, and its figures are the marts'."""

from datetime import date
from pathlib import Path

import pytest

from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.warehouse import Warehouse

PAGE = Path(__file__).parents[2] / "docs" / "attribution.md"


def table(first_column: str, second_column: str) -> list[Row]:
    """The rows of the page's table that begins with these two columns, by column, as text."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_column} | {second_column} |"))
    end = next(n for n in range(start, len(lines)) if not lines[n].startswith("|"))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:end]]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")
    clicks: dict[date, list[Row]] = {}
    for click in table("click", "clicked at (UTC)"):
        at = click["clicked at (UTC)"]
        utms = {"source": click["source"], "medium": click["medium"]}
        record = {"contactId": "c", "date": f"{at.replace(' ', 'T')}:00.000Z", "utms": utms}
        clicks.setdefault(date.fromisoformat(at[:10]), []).append(record)
    orders: dict[date, list[Row]] = {}
    for order in table("order", "ordered at (UTC)"):
        at, amount = order["ordered at (UTC)"], int(order["amount"])
        record = {"id": order["order"], "date": f"{at.replace(' ', 'T')}:00.000Z", "contact": {"id": "c"}}
        orders.setdefault(date.fromisoformat(at[:10]), []).append(record | {"amount": amount, "currency": "USD"})
    warehouse.load("clicks", clicks)
    warehouse.load("orders", orders)
    warehouse.dbt("seed")
    warehouse.dbt("run", "--select", "+order_attribution", "+channel_contribution", "+clicks")
    return warehouse


def test_the_channels_are_as_printed(warehouse: Warehouse) -> None:
    found = warehouse.query("select channel from marts.clicks order by clicked_at")
    assert [row["channel"] for row in found] == [row["channel"] for row in table("click", "clicked at (UTC)")]


def test_each_model_gives_what_is_printed(warehouse: Warehouse) -> None:
    printed = table("order", "model")
    assert len(printed) == 16
    for row in printed:
        found = warehouse.query(
            "select position, attributed_net from marts.order_attribution where order_id = ? and attribution_model = ?",
            [row["order"], row["model"].strip("`")],
        )
        given = {touch["position"]: f"{touch['attributed_net']:.4f}" for touch in found}
        assert [row[f"click {n}"] for n in (1, 2, 3, 4)] == [given.get(n, "") for n in (1, 2, 3, 4)], row


def test_each_channel_contributes_what_is_printed(warehouse: Warehouse) -> None:
    printed = table("channel", "removal effect")
    found = {row["channel"]: row for row in warehouse.query("from marts.channel_contribution")}
    assert {row["channel"] for row in printed} == set(found)
    columns = {"removal effect": "removal_effect", "Markov conversions": "markov_conversions",
               "Markov net revenue": "markov_net_revenue", "Shapley conversions": "shapley_conversions",
               "Shapley net revenue": "shapley_net_revenue"}  # fmt: skip
    for row in printed:
        for name, column in columns.items():
            assert float(row[name]) == pytest.approx(found[row["channel"]][column], abs=5e-5), (row, name)
