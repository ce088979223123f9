"""What the checks of staging find: values nobody can read, a wrong time zone, the other meaning of refunds."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.dbt.warehouse import Warehouse

DAY = date(2024, 3, 1)
CHECKS = (
    "dates_and_amounts_can_be_read",
    "the_account_timezone_fits_its_payments",
    "the_refund_semantics_fit_the_reported_ltv",
    "unknown_contacts_are_not_known_by_another_id",
)


def order(number: int, **fields: Any) -> dict[str, Any]:
    """A paid order whose payment carries New York's local time, as the API writes it."""
    ordered_at = datetime(2024, 3, 1, 12, tzinfo=ZoneInfo("UTC")) + timedelta(minutes=number)
    paid_at = ordered_at.astimezone(ZoneInfo("America/New_York"))
    payment = {"date": f"{paid_at:%Y-%m-%dT%H:%M:%S}", "status": "APPROVED", "amount": 10}
    return {
        "id": f"o{number}",
        "date": f"{ordered_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "contact": {"id": f"c{number}", "sourceId": f"s{number}"},
        "amount": 10,
        "currency": "USD",
        "payments": [payment],
        **fields,
    }


def contact(number: int, ltv: float) -> dict[str, Any]:
    return {"id": f"c{number}", "sourceId": f"s{number}", "createDate": f"{DAY}T00:00:00.000Z", "LTV": ltv}


def found(warehouse: Warehouse, refunds: str = "auto") -> dict[str, list[dict[str, Any]]]:
    """The rows that each check complains of."""
    variables = f"refund_semantics: {refunds}"
    warehouse.dbt("run", "--select", "staging", "+orders", "+int_guest_clicks", "--vars", variables)
    warehouse.dbt("test", "--select", *CHECKS, "--vars", variables)
    return {check: warehouse.query(f"from checks.{check}") for check in CHECKS}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.set_timezone("shop", "America/New_York")
    warehouse.load("contacts", {DAY: [contact(number, 10) for number in range(30)]})
    warehouse.load("orders", {DAY: [order(number) for number in range(30)]})
    return warehouse


def test_good_data_gives_no_check_a_reason(warehouse: Warehouse) -> None:
    assert found(warehouse) == {check: [] for check in CHECKS}


def test_each_check_finds_what_it_is_there_for(warehouse: Warehouse) -> None:
    warehouse.set_timezone("shop", "Europe/Berlin")
    refunded = [{"date": "", "status": status, "amount": 10} for status in ("APPROVED", "REFUNDED")]
    warehouse.load(
        "orders",
        {
            DAY: [
                *(order(number) for number in range(25)),
                order(25, amount="ten"),
                order(26, payments=[{"date": "yesterday", "status": "APPROVED", "amount": 10}]),
                order(27, payments=refunded),
                order(28, contact={"id": "elsewhere", "sourceId": "s28"}),
            ]
        },
    )
    warehouse.load("contacts", {DAY: [contact(number, 0 if number == 27 else 10) for number in range(30)]})
    rows = found(warehouse, refunds="status")
    assert rows["dates_and_amounts_can_be_read"] == [{"account": "shop", "endpoint": "orders", "records": 2}]
    [zone] = rows["the_account_timezone_fits_its_payments"]
    assert zone["hours_off"] == -6.0
    [refunds] = rows["the_refund_semantics_fit_the_reported_ltv"]
    assert (refunds["fitting_status"], refunds["fitting_entry"], refunds["differing"]) == (0, 1, "c27")
    [unknown] = rows["unknown_contacts_are_not_known_by_another_id"]
    assert (unknown["endpoint"], unknown["records"]) == ("orders", 1)
