"""The worked example in `docs/lifetime-value.md` is what the marts say."""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.lifetime_value.raw import AD_SPEND

PAGE = Path(__file__).parents[2] / "docs" / "lifetime-value.md"
EXAMPLE = PAGE.read_text().split("## Worked example")[1]
Table = list[dict[str, str]]


def table(heading: str) -> Table:
    """The table under a line of the page that begins with this heading."""
    lines = iter(EXAMPLE.split(f"\n{heading}", 1)[1].splitlines())
    rows = []
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    names, _, *cells = rows
    return [dict(zip(names, row, strict=True)) for row in cells]


MARTS = re.findall(r"\n`(\w+)`:\n", EXAMPLE)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The marts of the page's contacts and orders."""
    warehouse = Warehouse(tmp_path_factory.mktemp("example") / "wicked.duckdb")
    warehouse.set_timezone("shop", "America/New_York")
    days: dict[date, list[dict[str, Any]]] = {date(2024, 1, 1): [], date(2024, 3, 31): []}
    for row in table("Orders"):
        days.setdefault(date.fromisoformat(row["ordered_at"][:10]), []).append(order_record(row))
    load = warehouse.load("orders", days)
    warehouse.query("update raw.loads set window_to = date '2024-03-31' where load_id = ?", [load])
    warehouse.load("contacts", {date(2024, 1, 1): map(contact_record, table("Contacts"))})
    warehouse.query(AD_SPEND)
    for row in table("Spend"):
        warehouse.query("insert into raw.ad_spend values ('shop', ?, ?, ?, ?, 'USD', ?)", list(row.values()))
    without_tests = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    warehouse.dbt("build", *without_tests, "--select", *(f"+{mart}" for mart in MARTS))
    return warehouse


def order_record(row: dict[str, str]) -> dict[str, Any]:
    """An order of the page as the API writes it."""
    at = instant(row["ordered_at"])
    source, medium, campaign = row["first click"].split(" / ")
    click = {"date": at, "source": source, "medium": medium, "campaign": campaign}
    payments = [{"date": at, "status": row["status"], "amount": float(row["amount"])}]
    return {"id": row["order_id"], "sourceId": "s", "date": at, "amount": float(row["amount"]), "currency": "USD",
            "subscriptionId": row["subscription_id"], "contact": {"id": row["contact_id"], "sourceId": "s"},
            "payments": payments, "attributions": {"firstClick": click}}  # fmt: skip


def contact_record(row: dict[str, str]) -> dict[str, Any]:
    """A contact of the page as the API writes it."""
    utms = {name: row[name] for name in ("source", "medium", "campaign")}
    optin = {"date": instant(row["first_optin_at"]), **utms} if row["first_optin_at"] else {}
    return {"id": row["contact_id"], "sourceId": "s", "email": "x@example.com", "urlWicked": "u",
            "createDate": instant(row["created_at"]), "firstOptin": optin}  # fmt: skip


def instant(text: str) -> str:
    """As the API writes it."""
    return text.replace(" ", "T") + ":00.000Z"


def written(value: Any) -> str:
    """As the page writes a value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float | Decimal):
        return f"{float(value):.4f}".rstrip("0").rstrip(".")
    return str(value)


@pytest.mark.parametrize("mart", MARTS)
def test_the_page_is_what_the_mart_says(example: Warehouse, mart: str) -> None:
    """Row for row, in the columns that the page shows."""
    rows = table(f"`{mart}`")
    found = example.query(f"select {', '.join(rows[0])} from marts.{mart}")
    assert sorted(tuple(map(written, row.values())) for row in found) == sorted(tuple(row.values()) for row in rows)
