"""One window from the spool into `raw`, in one transaction: what it answers for is replaced, and the ledger says so.

Records are landed as their own bytes by set-based SQL, read from a file of tab-separated lines: DuckDB's own JSON
reader would write numbers and escapes anew, and refuses a whole file for one bad record.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import duckdb

from wicked_pipeline.api.frame import read_page
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.ledger import is_covered
from wicked_pipeline.records import Described, describe
from wicked_pipeline.windows import FetchedWindow

_BLANKS = bytes.maketrans(b"\t\r\n", b"   ")  # inside JSON they are white space, or else the record is no JSON
_SHORTEST_LINE_LIMIT = 2_000_000  # DuckDB's own default


@dataclass(frozen=True)
class Load:
    """A row of the ledger `raw.loads`; its columns are told there."""

    load_id: str
    account: str
    endpoint: str
    window_from: date
    window_to: date
    pages: int
    total: int
    records: int
    outside: int
    requests: int
    settled: bool
    fetched_at: datetime
    run_id: str
    rejected: int
    cut: bool
    fetched_on: date
    covers_from: datetime
    covers_to: datetime


@dataclass(frozen=True)
class _Reject:
    page: int
    position: int
    reason: str
    content: str


def land(
    connection: duckdb.DuckDBPyConnection, window: FetchedWindow, account: str, run_id: str, fetched_on: date
) -> Load:
    """Lands the window, and deletes it from the spool once that is committed. Returns its row of the ledger.

    Days that a newer load covers by now stay as that one left them. `fetched_on` is the account's date.
    """
    lines = window.read.spooled.folder / "lines.tsv"
    with lines.open("wb") as file:
        longest, rejects = _write_lines(window, file)
    load_id = uuid4().hex
    parameters = {
        "account": account,
        "endpoint": window.endpoint.name,
        "load_id": load_id,
        "fetched_at": window.read.spooled.header.requested_at.replace(tzinfo=None),
        "covers_from": window.covers_from,
        "covers_to": window.covers_to,
    }
    connection.begin()
    try:
        _stage(connection, window, lines, longest, rejects, parameters)
        records, rejected = _replace(connection, window, parameters)
        load = _ledger_row(window, parameters, run_id, fetched_on, records, rejected)
        _insert_row(connection, load)
        _drop_outlived(connection, load)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    window.read.spooled.delete()
    return load


def _write_lines(window: FetchedWindow, file: BinaryIO) -> tuple[int, list[_Reject]]:
    """Writes a line a record (page, position, instant, id, record); returns the longest one's bytes, and the rejects."""
    longest, rejects = 0, []
    for number, body in enumerate(window.read.spooled.bodies(), start=1):
        page = read_page(body, window.read.spooled.header.requested_at)
        for position, (record, said) in enumerate(zip(page.records, describe(window.endpoint, page), strict=True), 1):
            if said.problem is not None:
                rejects.append(_Reject(number, position, said.problem, bytes(record).decode(errors="backslashreplace")))
                continue
            instant = said.instant.isoformat() if said.instant else ""
            text = bytes(record).translate(_BLANKS)
            line = b"%d\t%d\t%s\t%s\t%s\n" % (number, position, instant.encode(), _id(window.endpoint, said), text)
            longest = max(longest, len(line))
            file.write(line)
    return longest, rejects


def _id(endpoint: Endpoint, said: Described) -> bytes:
    """What a newer copy replaces the record by, free of tabs and line breaks."""
    record_id = said.id or ""
    return (record_id if record_id.isprintable() else repr(record_id)).encode() if endpoint.unique else b""


def _stage(
    connection: duckdb.DuckDBPyConnection,
    window: FetchedWindow,
    lines: Path,
    longest: int,
    rejects: list[_Reject],
    parameters: dict[str, object],
) -> None:
    """The temporary tables `incoming`, all that is to be landed, and `refused`."""
    earliest, past = window.can_hold
    connection.execute(
        """
        create or replace temp table incoming as
        with lines as (
            select page, position, nullif(record_id, '') as record_id, try_cast(content as json) as record, content,
                coalesce(instant::date, $first_day) as partition_date,
                case when instant >= $earliest and instant < $past then instant end as placed_at
            from read_csv($lines, delim = '\t', quote = '', escape = '', header = false, auto_detect = false,
                max_line_size = $longest, columns = {
                    'page': 'INTEGER', 'position': 'INTEGER', 'instant': 'TIMESTAMP',
                    'record_id': 'VARCHAR', 'content': 'VARCHAR'
                })
        ), newer as (
            select covers_from, covers_to from raw.loads
            where account = $account and endpoint = $endpoint and fetched_at > $fetched_at
        )
        select page, position, record_id, partition_date, placed_at, record,
            case when record is null then content end as broken
        from lines
        where record is null or (
            coalesce(placed_at >= $covers_from and placed_at < $covers_to, true)
            and not exists (
                from newer
                where coalesce(placed_at, $covers_from) >= newer.covers_from
                    and coalesce(placed_at, $covers_from) < newer.covers_to
            )
        )
        """,
        {
            **_named(parameters, "account", "endpoint", "fetched_at", "covers_from", "covers_to"),
            "lines": str(lines),
            "longest": max(_SHORTEST_LINE_LIMIT, longest + 1),
            "first_day": window.days.first,
            "earliest": earliest,
            "past": past,
        },
    )
    connection.execute(
        """
        create or replace temp table refused as
        select page, position, 'not JSON to DuckDB' as reason, broken as content from incoming where record is null
        """
    )
    connection.execute("delete from incoming where record is null")
    if rejects:
        connection.executemany(
            "insert into refused values ($page, $position, $reason, $content)", [asdict(reject) for reject in rejects]
        )


def _replace(
    connection: duckdb.DuckDBPyConnection, window: FetchedWindow, parameters: dict[str, object]
) -> tuple[int, int]:
    """Replaces what the window answers for; returns how many records were landed and how many rejected."""
    table = f"raw.{window.endpoint.name}"
    connection.execute(
        f"""
        delete from {table}
        where account = $account and fetched_at <= $fetched_at
            and placed_at >= $covers_from and placed_at < $covers_to
        """,
        _named(parameters, "account", "fetched_at", "covers_from", "covers_to"),
    )
    if window.endpoint.unique:
        _replace_copies(connection, table, parameters)
    connection.execute(
        f"""
        insert into {table}
            (account, partition_date, record, fetched_at, load_id, page, position, placed_at, record_id)
        select $account, partition_date, record, $fetched_at, $load_id, page, position, placed_at, record_id
        from incoming
        """,
        _named(parameters, "account", "fetched_at", "load_id"),
    )
    connection.execute(
        """
        insert into raw.rejects (account, endpoint, load_id, page, position, reason, content, rejected_at)
        select $account, $endpoint, $load_id, page, position, reason, content, $fetched_at from refused
        """,
        _named(parameters, "account", "endpoint", "load_id", "fetched_at"),
    )
    return _count(connection, "incoming"), _count(connection, "refused")


def _replace_copies(connection: duckdb.DuckDBPyConnection, table: str, parameters: dict[str, object]) -> None:
    """A contact or an order whose date has changed is landed on another day: its older copy goes, whichever it is."""
    named = _named(parameters, "account", "fetched_at")
    connection.execute(
        f"""
        delete from incoming
        where record_id in (select record_id from {table} where account = $account and fetched_at > $fetched_at)
        """,
        named,
    )
    connection.execute(
        f"""
        delete from {table}
        where account = $account and fetched_at <= $fetched_at and record_id in (select record_id from incoming)
        """,
        named,
    )


def _ledger_row(
    window: FetchedWindow, parameters: dict[str, object], run_id: str, fetched_on: date, records: int, rejected: int
) -> Load:
    read = window.read
    return Load(
        window_from=window.days.first,
        window_to=window.days.last,
        pages=read.pages,
        total=read.total,
        records=records,
        outside=read.records - records - rejected,
        requests=read.requests,
        settled=read.settled,
        run_id=run_id,
        rejected=rejected,
        cut=read.cut,
        fetched_on=fetched_on,
        **parameters,  # type: ignore[arg-type]  # the rest, by its names
    )


def _insert_row(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    row = asdict(load)
    names = ", ".join(row)
    places = ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into raw.loads ({names}) values ({places})", row)


def _drop_outlived(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Records without an instant of their own, and rejects, go once newer loads cover the whole span of theirs."""
    older = connection.execute(
        f"""
        select load_id, covers_from, covers_to, fetched_at from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at < $fetched_at
            and covers_from < $covers_to and covers_to > $covers_from
            and load_id in (
                select load_id from raw.{load.endpoint} where placed_at is null
                union select load_id from raw.rejects
            )
        """,
        _named(asdict(load), "account", "endpoint", "fetched_at", "covers_from", "covers_to"),
    ).fetchall()
    for load_id, covers_from, covers_to, fetched_at in older:
        if is_covered(covers_from, covers_to, _spans_since(connection, load, fetched_at)):
            connection.execute(f"delete from raw.{load.endpoint} where placed_at is null and load_id = ?", [load_id])
            connection.execute("delete from raw.rejects where load_id = ?", [load_id])


def _spans_since(
    connection: duckdb.DuckDBPyConnection, load: Load, fetched_at: datetime
) -> Iterator[tuple[datetime, datetime]]:
    yield from connection.execute(
        """
        select covers_from, covers_to from raw.loads
        where account = ? and endpoint = ? and fetched_at > ? and covers_from < covers_to
        """,
        [load.account, load.endpoint, fetched_at],
    ).fetchall()


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])


def _named(parameters: dict[str, object], *names: str) -> dict[str, object]:
    """DuckDB refuses parameters that a statement doesn't name."""
    return {name: parameters[name] for name in names}
