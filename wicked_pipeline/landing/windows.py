"""One window from the spool into `raw`, in one transaction: what it answers for is replaced, and the ledger says so."""

from contextlib import suppress
from dataclasses import asdict
from uuid import uuid4

import duckdb

from wicked_pipeline.landing.ledger import Claim, Load, enter
from wicked_pipeline.landing.lines import Lines, write_lines
from wicked_pipeline.landing.outlived import drop_outlived, is_outlived
from wicked_pipeline.windows import FetchedWindow

_SHORTEST_LINE_LIMIT = 2_000_000  # DuckDB's own default

# Of what came: what cannot be landed, what has no instant and is not outlived yet, and what lies in the span, unless a
# newer load answers for that by now.
_INCOMING = """
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
        placed_at is null and not $is_outlived
    ) or (
        placed_at >= $covers_from and placed_at < $covers_to
        and not exists (from newer where placed_at >= newer.covers_from and placed_at < newer.covers_to)
    )
"""


def land(connection: duckdb.DuckDBPyConnection, window: FetchedWindow, account: str, run_id: str) -> Load:
    """Lands the window, and deletes it from the spool once that is committed. Returns its row of the ledger.

    Days that a newer load covers by now stay as that one left them.
    """
    lines = write_lines(window)
    claim = Claim(
        load_id=uuid4().hex,
        account=account,
        endpoint=window.endpoint.name,
        fetched_at=window.read.spooled.header.requested_at.replace(tzinfo=None),
        covers_from=window.covers_from,
        covers_to=window.covers_to,
    )
    try:
        load = _land(connection, window, lines, claim, run_id)
    except duckdb.OutOfMemoryException:  # very large records: let DuckDB have what it needs
        connection.execute("set memory_limit = '-1'")
        load = _land(connection, window, lines, claim, run_id)
    window.read.spooled.delete()
    return load


def _land(
    connection: duckdb.DuckDBPyConnection, window: FetchedWindow, lines: Lines, claim: Claim, run_id: str
) -> Load:
    """The transaction; all of it, or nothing."""
    connection.begin()
    try:
        _stage(connection, window, lines, claim)
        records, rejected = _replace(connection, window, claim)
        load = _ledger_row(window, claim, run_id, records, rejected)
        enter(connection, load)
        drop_outlived(connection, load)
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction itself
            connection.rollback()
        raise
    return load


def _stage(connection: duckdb.DuckDBPyConnection, window: FetchedWindow, lines: Lines, claim: Claim) -> None:
    """The temporary tables `incoming`, all that is to be landed, and `refused`."""
    earliest, past = window.can_hold
    connection.execute(
        _INCOMING,
        {
            **claim.named("account", "endpoint", "fetched_at", "covers_from", "covers_to"),
            "is_outlived": is_outlived(connection, claim),
            "lines": str(lines.path),
            "longest": max(_SHORTEST_LINE_LIMIT, lines.longest + 1),
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
    if lines.rejects:
        connection.executemany(
            "insert into refused values ($page, $position, $reason, $content)", list(map(asdict, lines.rejects))
        )


def _replace(connection: duckdb.DuckDBPyConnection, window: FetchedWindow, claim: Claim) -> tuple[int, int]:
    """Replaces what the window answers for; returns how many records were landed and how many rejected."""
    table = f"raw.{window.endpoint.name}"
    connection.execute(
        f"""
        delete from {table}
        where account = $account and fetched_at <= $fetched_at
            and placed_at >= $covers_from and placed_at < $covers_to
        """,
        claim.named("account", "fetched_at", "covers_from", "covers_to"),
    )
    if window.endpoint.unique:
        _replace_copies(connection, table, claim)
    connection.execute(
        f"""
        insert into {table}
            (account, partition_date, record, fetched_at, load_id, page, position, placed_at, record_id)
        select $account, partition_date, record, $fetched_at, $load_id, page, position, placed_at, record_id
        from incoming
        """,
        claim.named("account", "fetched_at", "load_id"),
    )
    connection.execute(
        """
        insert into raw.rejects (account, endpoint, load_id, page, position, reason, content, rejected_at)
        select $account, $endpoint, $load_id, page, position, reason, content, $fetched_at from refused
        """,
        claim.named("account", "endpoint", "load_id", "fetched_at"),
    )
    return _count(connection, "incoming"), _count(connection, "refused")


def _replace_copies(connection: duckdb.DuckDBPyConnection, table: str, claim: Claim) -> None:
    """A contact or an order whose date has changed is landed on another day: its older copy goes, whichever it is."""
    named = claim.named("account", "fetched_at")
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


def _ledger_row(window: FetchedWindow, claim: Claim, run_id: str, records: int, rejected: int) -> Load:
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
        fetched_on=read.spooled.header.fetched_on,
        **asdict(claim),
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    assert row is not None
    return int(row[0])
