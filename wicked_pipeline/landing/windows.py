"""One window from the spool into `raw`, in one transaction: its span is brought up to date, and the ledger says so."""

from dataclasses import asdict
from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.landing import versions
from wicked_pipeline.landing.days import local_date, zone_of
from wicked_pipeline.landing.ledger import Claim, Load, days_of, enter
from wicked_pipeline.landing.outlived import is_outlived, outlived_by
from wicked_pipeline.lines import COLUMNS
from wicked_pipeline.warehouse import Connection, in_one_transaction
from wicked_pipeline.windows import DayRange

_LEAST_LINE_LIMIT = 2_000_000  # DuckDB's own; its read buffer, unless told, is sixteen times the longest line

# Of what came: what has no instant, rejects among it, unless it is outlived, and what lies in the span, unless a newer
# load answers for that by now. Only of these is JSON parsed, and once.
_INCOMING = """
    create or replace temp table incoming as
    with lines as (
        select page, position, record_id, problem, content,
            coalesce({local_date}, $first_day) as partition_date,
            case when instant >= $earliest and instant < $past then instant end as placed_at
        from read_csv($lines, delim = '\t', quote = '', escape = '', header = false, auto_detect = false,
            max_line_size = $longest, buffer_size = $longest, columns = $columns)
        {no_copies}
    ), newer as (
        select covers_from, covers_to from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at > $fetched_at
    ), wanted as (
        select page, position, record_id, problem, content, partition_date, placed_at
        from lines
        anti join newer on placed_at >= newer.covers_from and placed_at < newer.covers_to
        where (placed_at is null and not $is_outlived)
            or (placed_at >= $covers_from and placed_at < $covers_to)
    ), parsed as (
        select page, position, record_id, content, partition_date, placed_at, try_cast(content as json) as record,
            case when problem is not null then problem when record is null then 'not JSON to DuckDB' end as reason
        from wanted
    )
    select page, position, partition_date, placed_at, record, reason,
        case when reason is null then record_id end as record_id,
        case when reason is not null then coalesce(content, '') end as content
    from parsed
"""


def land(connection: Connection, window: FetchedWindow, account: str, run_id: str) -> Load:
    """Lands the window, and deletes it from the spool once that is committed. Returns its row of the ledger.

    Days that a newer load covers by now stay as that one left them.
    """
    claim = Claim(
        load_id=uuid4().hex,
        account=account,
        endpoint=window.endpoint.name,
        fetched_at=window.read.spooled.requested_at.replace(tzinfo=None),
        covers_from=window.covers_from,
        covers_to=window.covers_to,
    )
    load = in_one_transaction(connection, lambda: _land(connection, window, claim, run_id))
    window.read.spooled.delete()
    return load


def _land(connection: Connection, window: FetchedWindow, claim: Claim, run_id: str) -> Load:
    zone = zone_of(connection, claim.account)
    days = days_of(connection, claim, window.days, zone)
    _stage(connection, window, claim, days.first, zone)
    outlived = outlived_by(connection, claim)
    difference = versions.replace(connection, window.endpoint, claim, outlived)
    records, rejected = _reject(connection, claim, outlived)
    load = _ledger_row(window, claim, days, run_id, records, rejected, difference)
    enter(connection, load)
    return load


def _stage(connection: Connection, window: FetchedWindow, claim: Claim, first_day: date, zone: ZoneInfo) -> None:
    """The temporary table `incoming`: all that is to be landed, and what can't be, with the reason."""
    earliest, past = window.read.window.can_hold
    copies = {"copies": list(window.read.copies)} if window.read.copies else {}
    connection.execute(
        _INCOMING.format(
            local_date=local_date("instant", (earliest, past), zone),
            no_copies="where position > $copies[page]" if copies else "",
        ),
        {
            **copies,
            **claim.named("account", "endpoint", "fetched_at", "covers_from", "covers_to"),
            "is_outlived": is_outlived(connection, claim),
            "lines": str(window.read.spooled.lines),
            "longest": max(_LEAST_LINE_LIMIT, window.read.longest_line + 1),
            "columns": COLUMNS,
            "first_day": first_day,
            "earliest": earliest,
            "past": past,
        },
    )


def _reject(connection: Connection, claim: Claim, outlived: list[str]) -> tuple[int, int]:
    """Keeps what can't be landed, instead of what `outlived` loads kept; returns how much was landed and rejected."""
    if outlived:
        connection.execute("delete from raw.rejects where load_id in (select unnest(?))", [outlived])
    connection.execute(
        """
        insert into raw.rejects (account, endpoint, load_id, page, position, reason, content, rejected_at)
        select $account, $endpoint, $load_id, page, position, reason, content, $fetched_at
        from incoming where reason is not null
        """,
        claim.named("account", "endpoint", "load_id", "fetched_at"),
    )
    ((records, rejected),) = connection.execute(
        "select count(*) filter (where reason is null), count(reason) from incoming"
    ).fetchall()
    return records, rejected


def _ledger_row(
    window: FetchedWindow,
    claim: Claim,
    days: DayRange,
    run_id: str,
    records: int,
    rejected: int,
    difference: versions.Difference,
) -> Load:
    read = window.read
    return Load(
        window_from=days.first,
        window_to=days.last,
        pages=read.pages,
        total=read.total,
        records=records,
        outside=read.records - records - rejected,
        **asdict(read.effort),
        settled=read.settled,
        run_id=run_id,
        rejected=rejected,
        copies=sum(read.copies),
        cut=read.cut,
        fetched_on=read.spooled.fetched_on,
        **asdict(difference),
        **asdict(claim),
    )
