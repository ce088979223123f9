"""Advertising spend from CSV and Parquet files into `raw.ad_spend`.

All files of one call are checked whole before anything is written, and replace what was there by day and source.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

_REQUIRED = ("date", "source", "medium", "campaign", "currency", "spend")
_OPTIONAL = ("content", "clicks", "impressions")

_TABLE = """
    create schema if not exists raw;
    create table if not exists raw.ad_spend (
        account varchar, date date, source varchar, medium varchar, campaign varchar, content varchar, clicks bigint,
        impressions bigint, currency varchar, spend decimal(18, 4), loaded_at timestamp, file varchar
    );
"""

_WRONG = """
    case
        when date is null or try_cast(date as date) is null
            then 'date is not a date such as 2024-01-31: ' || coalesce(date, 'empty')
        when coalesce(currency, '') = '' then 'currency is empty'
        when try_cast(spend as decimal(18, 4)) is null then 'spend is not a number: ' || coalesce(spend, 'empty')
        when try_cast(spend as decimal(18, 4)) < 0 then 'spend is negative: ' || spend
        when clicks <> '' and coalesce(try_cast(clicks as bigint), -1) < 0 then 'clicks is not a count: ' || clicks
        when impressions <> '' and coalesce(try_cast(impressions as bigint), -1) < 0
            then 'impressions is not a count: ' || impressions
    end
"""

_ACCEPT = """
    insert into new_spend
    select
        $account, cast(date as date), source, medium, campaign, nullif(content, ''), cast(nullif(clicks, '') as bigint),
        cast(nullif(impressions, '') as bigint), currency, cast(spend as decimal(18, 4)), $loaded_at, $file
    from spend_lines
"""

_REPLACE = """
    delete from raw.ad_spend
    where account = ? and (date, coalesce(source, '')) in (select (date, coalesce(source, '')) from new_spend)
"""


class SpendError(Exception):
    """A file of spend can't be loaded. Its text is one line that names file, line and reason."""


@dataclass(frozen=True)
class Loaded:
    """What a load of spend did: files read, rows written, and rows of their days and sources that they replaced."""

    files: int
    rows: int
    replaced: int


def spend_files(folder: Path) -> list[Path]:
    """The CSV and Parquet files in `folder`, by name. Raises `SpendError` where there is no such folder."""
    if not folder.is_dir():
        raise SpendError(f"{folder} is not a folder; check WICKED_AD_SPEND_PATH")
    return sorted(path for path in folder.glob("*") if path.suffix.lower() in (".csv", ".parquet"))


def load_spend(
    connection: duckdb.DuckDBPyConnection, account: str, files: Sequence[Path], loaded_at: datetime
) -> Loaded:
    """Check `files` and put them into `raw.ad_spend` in one transaction; `loaded_at` is naive UTC.

    Rows of the account with a day and source that the files have are replaced. Raises `SpendError` for the first file
    that is wrong, and then nothing is written.
    """
    connection.execute(_TABLE)
    connection.execute("create or replace temp table new_spend as from raw.ad_spend limit 0")
    for file in files:
        _read(connection, file)
        connection.execute(_ACCEPT, {"account": account, "loaded_at": loaded_at, "file": file.name})
    connection.begin()
    try:
        replaced = _count(connection, _REPLACE, account)
        rows = _count(connection, "insert into raw.ad_spend from new_spend")
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction itself
            connection.rollback()
        raise
    return Loaded(files=len(files), rows=rows, replaced=replaced)


def _read(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Put the file's rows as text into the temporary table `spend_lines`; raises `SpendError` where one is wrong."""
    is_csv = file.suffix.lower() == ".csv"
    path = _quoted(str(file))  # a view takes no parameters
    rows = f"read_csv({path}, all_varchar = true, header = true)" if is_csv else f"read_parquet({path})"
    try:
        connection.execute(f"create or replace temp view spend_file as from {rows}")
        names = [row[0] for row in connection.execute("describe spend_file").fetchall()]
        connection.execute(_lines(file, names))
    except duckdb.Error as error:
        raise SpendError(f"{file}: {str(error).splitlines()[0]}") from error
    wrong = connection.execute(
        f"select line, {_WRONG} as reason from spend_lines where reason is not null order by line limit 1"
    ).fetchone()
    if wrong:
        raise SpendError(f"{file}, {'line' if is_csv else 'row'} {wrong[0] + is_csv}: {wrong[1]}")


def _lines(file: Path, names: Iterable[str]) -> str:
    """The statement that takes the known columns of `spend_file` as text, whatever their order and case."""
    known = {name.strip().lower(): name for name in names}
    missing = [name for name in _REQUIRED if name not in known]
    if missing:
        raise SpendError(f"{file}, line 1: no column {', '.join(missing)}")
    columns = [
        f"trim(cast({_identifier(known[name])} as varchar)) as {name}" if name in known else f"null::varchar as {name}"
        for name in _REQUIRED + _OPTIONAL
    ]
    numbered = ", ".join(["row_number() over () as line", *columns])
    return f"create or replace temp table spend_lines as select {numbered} from spend_file"  # quoted names


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count(connection: duckdb.DuckDBPyConnection, statement: str, *parameters: str) -> int:
    row = connection.execute(statement, list(parameters)).fetchone()
    return int(row[0]) if row else 0
