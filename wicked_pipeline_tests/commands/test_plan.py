"""The plan: what is landed, what is to read, and what that takes."""

from datetime import date
from pathlib import Path

import pytest

from wicked_pipeline import cli, landing
from wicked_pipeline.landing.ledger import enter
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import read_warehouse, write_warehouse
from wicked_pipeline.windows import DAY, begins
from wicked_pipeline_tests.landing.test_ledger import load


@pytest.fixture(autouse=True)
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings for a warehouse that isn't there yet."""
    monkeypatch.setenv("WICKED_TODAY", "2024-06-30")
    monkeypatch.setenv("WICKED_ACCOUNT", "shop")
    monkeypatch.setenv("WICKED_DUCKDB_PATH", str(tmp_path / "shop.duckdb"))
    return tmp_path / "shop.duckdb"


def plan(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    """The plan's lines, by what they are about."""
    assert cli.main(["plan", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return dict(line.split(": ", 1) if ": " in line else ("all", line) for line in lines)


def test_landed_days_between_days_to_read_are_told_as_landed(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Days so close to unlanded ones that they are read again with them."""
    zone = load_settings().account.zone
    with write_warehouse(warehouse) as connection:
        landing.note_account(connection, load_settings().account)
        for number, first in enumerate([date(2024, 3, 2), date(2024, 3, 5)]):
            enter(connection, load(number, begins(first, zone), begins(first + DAY, zone), records=1))
    lines = plan(capsys, "2024-03-01", "2024-03-06")
    assert lines["clicks"] == "2 of 6 days landed, 6 days to read, 1 record a day: 1 request"
    assert lines["orders"] == "0 of 6 days landed, 6 days to read, records a day unknown, so at least: 1 request"
    assert lines["all"] == "In all 3 requests, 1 minute at 120 a minute"
    assert plan(capsys, "2024-03-02", "2024-03-02")["clicks"] == "1 of 1 day landed, nothing to read"


def test_what_is_landed_is_told_of_a_plan_to_read_it_again(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zone, day = load_settings().account.zone, date(2024, 3, 2)
    with write_warehouse(warehouse) as connection:
        landing.note_account(connection, load_settings().account)
        enter(connection, load(1, begins(day, zone), begins(day + DAY, zone), records=2500))
    lines = plan(capsys, "2024-03-02", "2024-03-02", "--refetch")
    assert lines["clicks"].startswith("1 of 1 day landed, 1 day to read, 2,500 records a day: ")


def test_a_plan_makes_no_warehouse_and_waits_for_no_reader(warehouse: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(capsys, "2024-03-01", "2024-03-06")["clicks"].startswith("0 of 6 days landed")
    assert list(warehouse.parent.iterdir()) == []
    with write_warehouse(warehouse) as connection:
        landing.note_account(connection, load_settings().account)
    with read_warehouse(warehouse):
        assert plan(capsys, "2024-03-01", "2024-03-06")["clicks"].startswith("0 of 6 days landed")
