"""Spend files: accepted whole or refused whole, and replaced by file or ad account, day and source."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline import landing
from wicked_pipeline.landing.ad_spend import Loaded, SpendError, checked_spend, spend_files
from wicked_pipeline.warehouse import empty_warehouse

NOW = datetime(2024, 6, 1, tzinfo=UTC).replace(tzinfo=None)
HEADER = "date,source,medium,campaign,currency,spend\n"


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with empty_warehouse() as connection:
        yield connection


def load_spend(warehouse: duckdb.DuckDBPyConnection, account: str, files: Sequence[Path], at: datetime) -> Loaded:
    """Checks and loads these files."""
    with checked_spend(account, files, at) as spend:
        return landing.load_spend(warehouse, spend)


def csv(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stored(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.sql("select cast(date as varchar), source, spend from raw.ad_spend order by all").fetchall()


def test_a_file_replaces_its_own_days_and_sources_only(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = csv(tmp_path, "a.csv", HEADER + "2024-01-01,google,cpc,x,USD,10.50\n2024-01-01,bing,cpc,x,USD,3\n")
    assert load_spend(warehouse, "shop", [first], NOW) == Loaded(files=1, rows=2, replaced=0)
    other = csv(tmp_path, "b.csv", HEADER + "2024-01-01,google,cpc,y,USD,5\n")
    assert load_spend(warehouse, "shop", [other], NOW) == Loaded(files=1, rows=1, replaced=0)
    first = csv(tmp_path, "a.csv", HEADER + "2024-01-01,Google,cpc,y,USD,7\n2024-01-02,google,cpc,y,USD,8\n")
    assert load_spend(warehouse, "shop", [first], NOW) == Loaded(files=1, rows=2, replaced=1)
    assert stored(warehouse) == [
        ("2024-01-01", "Google", Decimal("7.0000")),
        ("2024-01-01", "bing", Decimal("3.0000")),
        ("2024-01-01", "google", Decimal("5.0000")),
        ("2024-01-02", "google", Decimal("8.0000")),
    ]


def test_an_ad_account_replaces_its_own_days_and_sources_by_whatever_file(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    header = "Ad Account," + HEADER
    files = [
        csv(tmp_path, "one.csv", header + "US,2024-01-01,google,cpc,x,USD,1\n"),
        csv(tmp_path, "two.csv", header + "UK,2024-01-01,google,cpc,x,GBP,2\n"),
        csv(tmp_path, "three.csv", header + "uk,2024-01-01,google,cpc,y,GBP,3\n"),
    ]
    assert [load_spend(warehouse, "shop", [file], NOW).replaced for file in files] == [0, 0, 1]
    assert [spend for _, _, spend in stored(warehouse)] == [Decimal(1), Decimal(3)]


def test_a_file_that_names_its_ad_account_replaces_what_it_said_without(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    load_spend(warehouse, "shop", [csv(tmp_path, "a.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n")], NOW)
    named = csv(tmp_path, "a.csv", "ad_account," + HEADER + "US,2024-01-01,google,cpc,x,USD,2\n")
    assert load_spend(warehouse, "shop", [named], NOW).replaced == 1


def test_files_of_one_load_are_numbered_and_another_account_is_left_alone(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    files = [csv(tmp_path, name, HEADER + "2024-01-01,google,cpc,x,USD,1\n") for name in ("b.csv", "a.CSV")]
    for age, file in enumerate(files):
        os.utime(file, (1_700_000_000 + age, 1_700_000_000 + age))
    csv(tmp_path, "notes.txt", "no spend")
    load_spend(warehouse, "other", files, NOW)
    load_spend(warehouse, "shop", spend_files(tmp_path), NOW)
    load_spend(warehouse, "shop", spend_files(tmp_path), NOW)
    found = warehouse.sql("select account, file, file_number from raw.ad_spend order by all").fetchall()
    assert found == [("other", "a.CSV", 2), ("other", "b.csv", 1), ("shop", "a.CSV", 2), ("shop", "b.csv", 1)]


def test_two_files_of_one_name_are_refused(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "us").mkdir()
    files = [csv(folder, "a.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n") for folder in (tmp_path, tmp_path / "us")]
    with pytest.raises(SpendError, match="have the same file name, which identifies a file"):
        load_spend(warehouse, "shop", files, NOW)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2024-02-30,google,cpc,x,USD,1", "date is not a date such as 2024-01-31: 2024-02-30"),
        ("ann@example.com,google,cpc,x,USD,1", "date is not a date such as 2024-01-31: (an e-mail address)"),
        (",google,cpc,x,USD,1", "date is not a date such as 2024-01-31: empty"),
        ("infinity,google,cpc,x,USD,1", "date is not a date such as 2024-01-31: infinity"),
        ("01/02/2024,google,cpc,x,USD,1", "date is not a date such as 2024-01-31: 01/02/2024"),
        ("1024-01-02,google,cpc,x,USD,1", "date is before the year 2000: 1024-01-02"),
        ("2204-01-02,google,cpc,x,USD,1", "date is in the future: 2204-01-02"),
        ("2024-01-01,google,cpc,x,,1", "currency is empty"),
        ("2024-01-01,google,cpc,x,$,1", "currency is not a code such as USD: $"),
        ("2024-01-01,google,cpc,x,USD,abc", "spend is not a number such as 1234.50: abc"),
        ("2024-01-01,google,cpc,x,USD,", "spend is not a number such as 1234.50: empty"),
        ('2024-01-01,google,cpc,x,USD,"1,234.50"', "spend is not a number such as 1234.50: 1,234.50"),
        ('2024-01-01,google,cpc,x,USD,"12,50"', "spend is not a number such as 1234.50: 12,50"),
        ("2024-01-01,google,cpc,x,USD,1_000", "spend is not a number such as 1234.50: 1_000"),
        ("2024-01-01,google,cpc,x,USD,(5.00)", "spend is not a number such as 1234.50: (5.00)"),
        ("2024-01-01,google,cpc,x,USD,1e15", "spend is too large: 1e15"),
        ("2024-01-01,google,cpc,x,USD,1,", "7 fields, but line 1 has 6"),
        ("2024-01-01,google,cpc,x", "4 fields, but line 1 has 6"),
    ],
)
def test_a_bad_line_refuses_all(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, line: str, reason: str) -> None:
    good = csv(tmp_path, "good.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n")
    bad = csv(tmp_path, "bad.csv", HEADER + "2024-01-01,google,cpc,x,USD,1\n" + line + "\n")
    with pytest.raises(SpendError) as error:
        load_spend(warehouse, "shop", [good, bad], NOW)
    assert str(error.value) == f"{bad}, line 3: {reason}"
    assert stored(warehouse) == []


def test_a_credit_is_taken(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    load_spend(warehouse, "shop", [csv(tmp_path, "a.csv", HEADER + "2024-01-01,google,cpc,x,USD,-1.50\n")], NOW)
    assert [spend for _, _, spend in stored(warehouse)] == [Decimal("-1.5000")]


WORDS = ('brand, "exact"', "two\nlines", "Größe; 42")


def written(delimiter: str, line_break: str) -> str:
    """A file whose fields need quotes, with a header in another order and one column too many."""
    rows = [f'2024-01-0{n}{delimiter}"{word.replace(chr(34), chr(34) * 2)}"' for n, word in enumerate(WORDS, start=1)]
    header = delimiter.join(["Date", '"Campaign"', "notes", "source", "medium", "currency", "spend"])
    lines = [header, *(delimiter.join([row, '"a ""note"""', "google", "cpc", "USD", "1.5"]) for row in rows), ""]
    return line_break.join(lines)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_is_read_as_it_is_specified(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, delimiter: str, line_break: str, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(written(delimiter, line_break).encode(encoding))
    load_spend(warehouse, "shop", [path], NOW)
    found = warehouse.sql("select campaign, spend from raw.ad_spend order by date").fetchall()
    assert found == [(word, Decimal("1.5")) for word in WORDS]


def test_a_first_quote_after_any_sample_is_read(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    lines = "2024-01-01,google,cpc,x,USD,1\n" * 21_000 + '2024-01-01,google,cpc,"brand, ""exact""",USD,1\n'
    load_spend(warehouse, "shop", [csv(tmp_path, "a.csv", HEADER + lines)], NOW)
    found = warehouse.sql("select campaign, count(*) from raw.ad_spend group by all order by all").fetchall()
    assert found == [('brand, "exact"', 1), ("x", 21_000)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEADER.encode() + b"2024-01-01,google,cpc,x,USD,1\n2024-01-01,google,cpc,\xc9t\xe9,USD,1\n",
         "line 3: byte 0xC9 is not UTF-8; the file may be in Latin-1 (Windows-1252): save it as UTF-8"),
        (HEADER.encode("utf-16-le"),
         "line 1: a NUL character; the file may be UTF-16 without a byte order mark: save it as UTF-8"),
        (b"\xff\xfe\x00", "line 1: the file begins as UTF-16 but is not valid UTF-16; save it as UTF-8"),
        (HEADER.encode() + b'2024-01-01,google,cpc,"two\nlines",USD,1\n2024-01-01,google,cpc,"x,USD,1\n\n',
         "line 4: a quote is never closed, or is inside a field that doesn't begin and end with a quote"),
        (HEADER.encode() + b'2024-01-01,google,cpc, "x",USD,1\n',
         "line 2: a quote is never closed, or is inside a field that doesn't begin and end with a quote"),
        (b"date,Date,source,medium,campaign,currency,spend\n", "line 1: two columns are called date"),
        (b"", "line 1: missing column date, source, medium, campaign, currency, spend"),
    ],
)  # fmt: skip
def test_what_is_no_such_csv_is_refused_in_a_line_that_says_why(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(SpendError) as error:
        load_spend(warehouse, "shop", [path], NOW)
    assert str(error.value) == f"{path}, {reason}"


def test_a_missing_column_is_named(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bad = csv(tmp_path, "bad.csv", "date,source,medium,campaign,spend\n2024-01-01,google,cpc,x,1\n")
    with pytest.raises(SpendError, match=r"bad\.csv, line 1: missing column currency"):
        load_spend(warehouse, "shop", [bad], NOW)


def test_a_file_that_is_no_table_is_refused_in_one_line(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bad = csv(tmp_path, "bad.parquet", "not parquet")
    with pytest.raises(SpendError) as error:
        load_spend(warehouse, "shop", [bad], NOW)
    assert str(error.value).startswith(f"{bad}: ")
    assert str(error.value).endswith("too small to be a Parquet file")
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
