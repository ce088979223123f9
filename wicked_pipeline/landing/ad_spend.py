"""Loads advertising spend from CSV and Parquet files into `raw.ad_spend`.

All files of one call are checked as a whole before anything is written. For a day and source, `raw` keeps the newest
rows of each ad account, or of each file without one. If two files state the same spend, staging chooses one, since it
compares words as the marts do.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.landing.csv_file import CsvError, read_csv
from wicked_pipeline.warehouse import Connection, DatabaseError, empty_warehouse, in_one_transaction

_REQUIRED = ("date", "source", "medium", "campaign", "currency", "spend")
_OPTIONAL = ("content", "clicks", "impressions", "ad_account")

_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"  # DuckDB's own cast would also accept 1_000

_WRONG = f"""
    case
        when not coalesce(regexp_full_match(date, '\\d{{4}}-\\d\\d?-\\d\\d?([ T]\\d\\d:.*)?'), false)
            or try_cast(date as date) is null
            then 'date is not a date such as 2024-01-31: ' || coalesce(nullif(date, ''), 'empty')
        when cast(date as date) < date '2000-01-01' then 'date is before the year 2000: ' || date
        when cast(date as date) > cast($loaded_at as date) + 1 then 'date is in the future: ' || date
        when coalesce(currency, '') = '' then 'currency is empty'
        when not regexp_full_match(currency, '[A-Za-z]{{3}}') then 'currency is not a code such as USD: ' || currency
        when not coalesce(regexp_full_match(spend, '{_NUMBER}'), false)
            then 'spend is not a number such as 1234.50: ' || coalesce(nullif(spend, ''), 'empty')
        when try_cast(spend as decimal(18, 4)) is null then 'spend is too large: ' || spend
        when clicks <> '' and coalesce(try_cast(clicks as bigint), -1) < 0 then 'clicks is not a count: ' || clicks
        when impressions <> '' and coalesce(try_cast(impressions as bigint), -1) < 0
            then 'impressions is not a count: ' || impressions
    end
"""

_ACCEPT = """
    insert into new_spend by name
    select
        $account as account, cast(date as date) as date, source, medium, campaign, nullif(content, '') as content,
        cast(nullif(clicks, '') as bigint) as clicks, cast(nullif(impressions, '') as bigint) as impressions, currency,
        cast(spend as decimal(18, 4)) as spend, $loaded_at as loaded_at, $file as file,
        nullif(ad_account, '') as ad_account, $file_number as file_number
    from spend_lines
"""

_REPLACE = """
    delete from raw.ad_spend
    where account = ?
        and (date, lower(coalesce(source, '')), ad_account is null, coalesce(lower(ad_account), file)) in (
            select (date, lower(coalesce(source, '')), true, file) from new_spend
            union
            select (date, lower(coalesce(source, '')), false, lower(ad_account)) from new_spend
            where ad_account is not null
        )
"""


class SpendError(ExpectedError):
    """A file of spend can't be loaded. The text is one line that names file, line and reason."""


@dataclass(frozen=True)
class Loaded:
    """The result of a load of spend: files read, rows written, and replaced rows of the same files or ad accounts."""

    files: int
    rows: int
    replaced: int


def spend_files(folder: Path) -> list[Path]:
    """The CSV and Parquet files in `folder`, oldest first. Raises `SpendError` if there is no such folder."""
    if not folder.is_dir():
        raise SpendError(f"{folder} is not a folder; check WICKED_AD_SPEND_PATH")
    files = [path for path in folder.glob("*") if path.suffix.lower() in (".csv", ".parquet")]
    return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))


@dataclass(frozen=True)
class CheckedSpend:
    """Valid files of spend: the account, the number of files, and their rows in a Parquet file of our own."""

    account: str
    files: int
    rows: Path


@contextmanager
def checked_spend(account: str, files: Sequence[Path], loaded_at: datetime) -> Iterator[CheckedSpend]:
    """The checked rows of `files`, for a `with` block, read before the warehouse is locked. `loaded_at` is naive UTC.

    A later file counts as newer. Raises `SpendError` for the first wrong file.
    """
    _refuse_a_name_given_twice(files)
    with TemporaryDirectory() as folder:
        rows = Path(folder) / "spend.parquet"
        with empty_warehouse() as connection:
            connection.execute("create temp table new_spend as from raw.ad_spend limit 0")
            for number, file in enumerate(files, start=1):
                _read(connection, file, loaded_at)
                names = {"account": account, "loaded_at": loaded_at, "file": file.name, "file_number": number}
                connection.execute(_ACCEPT, names)
            connection.execute(f"copy new_spend to {_quoted(str(rows))} (format parquet)")
        yield CheckedSpend(account, len(files), rows)


def load_spend(connection: Connection, spend: CheckedSpend) -> Loaded:
    """Writes checked files into `raw.ad_spend` in one transaction."""
    connection.execute(f"create or replace temp view new_spend as from read_parquet({_quoted(str(spend.rows))})")

    def replace() -> Loaded:
        replaced = _count(connection, _REPLACE, spend.account)
        rows = _count(connection, "insert into raw.ad_spend by name from new_spend")
        return Loaded(files=spend.files, rows=rows, replaced=replaced)

    return in_one_transaction(connection, replace)


def _refuse_a_name_given_twice(files: Sequence[Path]) -> None:
    by_name: dict[str, Path] = {}
    for file in files:
        other = by_name.setdefault(file.name, file)
        if other is not file:
            raise SpendError(f"{file} and {other} have the same file name, which identifies a file; rename one of them")


def _read(connection: Connection, file: Path, loaded_at: datetime) -> None:
    """Puts the file's rows as text into the temporary table `spend_lines`. Raises `SpendError` for a wrong row."""
    is_csv = file.suffix.lower() == ".csv"
    if not is_csv and file.suffix.lower() != ".parquet":
        raise SpendError(f"{file} is neither a .csv nor a .parquet file; export it as CSV")
    columns = ", ".join(f"{name} varchar" for name in _REQUIRED + _OPTIONAL)
    connection.execute(f"create or replace temp table spend_lines (line bigint, {columns})")
    try:
        if is_csv:
            _read_csv(connection, file)
        else:
            _read_parquet(connection, file)
    except CsvError as error:
        raise SpendError(f"{file}, {error}") from None
    except (DatabaseError, OSError) as error:
        said, _, _ = str(error).partition("\n\nLINE ")  # the rest quotes our own statement
        raise SpendError(f"{file}: {' '.join(said.split())}") from error
    wrong = connection.execute(
        # A missing or extra column shifts fields, so any field may hold an e-mail address.
        rf"select line, regexp_replace({_WRONG}, '[^\s,;]+@[^\s,;]+', '(an e-mail address)', 'g') as reason"
        " from spend_lines where reason is not null order by line limit 1",
        {"loaded_at": loaded_at},
    ).fetchone()
    if wrong:
        raise SpendError(f"{file}, {'line' if is_csv else 'row'} {wrong[0]}: {wrong[1]}")


def _read_csv(connection: Connection, file: Path) -> None:
    """Passes rows to DuckDB as lines of JSON, since many parameters from Python are slow."""
    records = read_csv(file)
    _, header = next(records, (1, []))
    places = {name: header.index(written) for name, written in _known(file, header).items()}
    encode = msgspec.json.Encoder().encode
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.json"
        with path.open("wb") as target:
            for line, fields in records:
                values = {name: fields[place].strip() for name, place in places.items()}
                target.write(encode({"line": line, **values}) + b"\n")
        columns = {"line": "bigint", **dict.fromkeys(places, "varchar")}
        connection.execute(
            f"insert into spend_lines by name from read_json(?, format = 'newline_delimited', columns = {columns})",
            [str(path)],
        )


def _read_parquet(connection: Connection, file: Path) -> None:
    path = _quoted(str(file))  # a view takes no parameters
    connection.execute(f"create or replace temp view spend_file as from read_parquet({path})")
    known = _known(file, [row[0] for row in connection.execute("describe spend_file").fetchall()])
    columns = ", ".join(f"trim(cast({_identifier(written)} as varchar)) as {name}" for name, written in known.items())
    numbered = f"select row_number() over () as line, {columns} from spend_file"  # quoted names
    connection.execute(f"insert into spend_lines by name {numbered}")


def _known(file: Path, header: Iterable[str]) -> dict[str, str]:
    """For each known column, by our name, the file's own name. Order and case don't matter. Raises `SpendError`."""
    known: dict[str, str] = {}
    for written in header:
        name = "_".join(written.lower().split())
        if name in _REQUIRED + _OPTIONAL and known.setdefault(name, written) is not written:
            raise SpendError(f"{file}, line 1: two columns are called {name}")
    if missing := [name for name in _REQUIRED if name not in known]:
        raise SpendError(f"{file}, line 1: missing column {', '.join(missing)}")
    return known


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _count(connection: Connection, statement: str, *parameters: str) -> int:
    row = connection.execute(statement, list(parameters)).fetchone()
    return int(row[0]) if row else 0
