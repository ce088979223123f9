"""Spend files: accepted whole or refused whole, and replaced by day and source."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline.landing.ad_spend import Loaded, SpendError, load_spend, spend_files

NOW = datetime(2024, 6, 1, tzinfo=UTC).replace(tzinfo=None)
HEADER = "date,source,medium,campaign,currency,spend\n"


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


def csv(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stored(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.sql("select cast(date as varchar), source, spend from raw.ad_spend order by all").fetchall()


def test_a_later_file_replaces_its_days_and_sources_only(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = csv(tmp_path, "a.csv", HEADER + "2024-01-01,google,cpc,x,USD,10.50\n2024-01-01,bing,cpc,x,USD,3\n")
    second = csv(tmp_path, "b.csv", HEADER + "2024-01-01,google,cpc,y,USD,7\n2024-01-02,google,cpc,y,USD,8\n")
    assert load_spend(warehouse, "shop", [first], NOW) == Loaded(files=1, rows=2, replaced=0)
    assert load_spend(warehouse, "shop", [second], NOW) == Loaded(files=1, rows=2, replaced=1)
    assert stored(warehouse) == [
        ("2024-01-01", "bing", Decimal("3.0000")),
        ("2024-01-01", "google", Decimal("7.0000")),
        ("2024-01-02", "google", Decimal("8.0000")),
    ]


def test_files_of_one_load_add_up_and_another_account_is_left_alone(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = [csv(tmp_path, name, HEADER + "2024-01-01,google,cpc,x,USD,1\n") for name in ("a.csv", "b.CSV")]
    csv(tmp_path, "notes.txt", "no spend")
    load_spend(warehouse, "other", files, NOW)
    load_spend(warehouse, "shop", spend_files(tmp_path), NOW)
    load_spend(warehouse, "shop", spend_files(tmp_path), NOW)
    assert len(stored(warehouse)) == 4


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-02-30,google,cpc,x,USD,1", "date is not a date such as 2024-01-31: 2024-02-30"),
        (",google,cpc,x,USD,1", "date is not a date such as 2024-01-31: empty"),
        ("2024-01-01,google,cpc,x,,1", "currency is empty"),
        ("2024-01-01,google,cpc,x,USD,abc", "spend is not a number: abc"),
        ("2024-01-01,google,cpc,x,USD,-1", "spend is negative: -1"),
    ],
)
def test_a_bad_line_refuses_all(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, line: str, reason: str) -> None:
    good = csv(tmp_path, "good.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n")
    bad = csv(tmp_path, "bad.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n" + line + "\n")
    with pytest.raises(SpendError) as error:
        load_spend(warehouse, "shop", [good, bad], NOW)
    assert str(error.value) == f"{bad}, line 3: {reason}"
    assert stored(warehouse) == []


def test_a_missing_column_is_named(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bad = csv(tmp_path, "bad.csv", "date,source,medium,campaign,spend\n2024-01-01,google,cpc,x,1\n")
    with pytest.raises(SpendError, match=r"bad\.csv, line 1: no column currency"):
        load_spend(warehouse, "shop", [bad], NOW)


def test_a_file_that_is_no_table_is_refused_in_one_line(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bad = csv(tmp_path, "bad.parquet", "not parquet")
    with pytest.raises(SpendError) as error:
        load_spend(warehouse, "shop", [bad], NOW)
    assert str(bad) in str(error.value)
    assert "\n" not in str(error.value)


def test_parquet_with_types_and_optional_columns_is_read(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "spend.parquet"
    warehouse.execute(
        """copy (
            select
                date '2024-01-01' as "Date", 'google' as source, 'cpc' as medium, 'x' as campaign, 'ad' as content,
                5 as clicks, 100 as impressions, 'USD' as currency, 1.25 as spend
        ) to $path""",
        {"path": str(path)},
    )
    path = path.rename(tmp_path / "it's spend.parquet")
    load_spend(warehouse, "shop", [path], NOW)
    row = warehouse.sql("select content, clicks, impressions, spend, file from raw.ad_spend").fetchone()
    assert row == ("ad", 5, 100, Decimal("1.2500"), "it's spend.parquet")
