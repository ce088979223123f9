"""The account's days in `raw`: the zone in which they are cut, which are whole, and how they are cut again.

`partition_date` and the ledger's `window_from` and `window_to` are days, which change with the zone. Spans and
`placed_at` are instants, which don't.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from wicked_pipeline.account import DUES, FACTS, Account
from wicked_pipeline.endpoints import LISTS, Endpoint
from wicked_pipeline.records import own_instant
from wicked_pipeline.warehouse import Connection, in_one_transaction
from wicked_pipeline.windows import DAY, INSTANT, DayRange, begins, day_of

Span = tuple[datetime, datetime]
SECOND = timedelta(seconds=1)

_BEFORE = "UTC"
"""The zone in which old versions cut days; they stored no zone."""


def zone_of(connection: Connection, account: str) -> ZoneInfo:
    """The zone in which the landed days are cut. Older versions have no column for it."""
    rows = connection.execute("select accounts from raw.accounts as accounts where account = ?", [account]).fetchall()
    return ZoneInfo((rows[0][0].get("days_timezone") if rows else None) or _BEFORE)


def joined_spans(spans: Iterable[Span]) -> list[Span]:
    """The spans in ascending order; those that touch or overlap are joined."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def touched_days(span: Span, zone: tzinfo) -> DayRange:
    """The days that the span touches; for an empty span, the day of its begin."""
    first = day_of(span[0], zone)
    return DayRange(first, max(first, day_of(span[1] - INSTANT, zone)))


def whole_days(touched: DayRange, spans: Sequence[Span], zone: tzinfo) -> DayRange | None:
    """`touched` without its first or last day, if no span of `spans` holds that day whole; None if no day is left.

    `spans` are in ascending order and don't touch.
    """
    first = touched.first if _holds(spans, touched.first, zone) else touched.first + DAY
    last = touched.last if _holds(spans, touched.last, zone) else touched.last - DAY
    return DayRange(first, last) if first <= last else None


def _holds(spans: Sequence[Span], day: date, zone: tzinfo) -> bool:
    begin, end = begins(day, zone), begins(day + DAY, zone)
    place = bisect_right(spans, begin, key=lambda span: span[0])
    return place > 0 and spans[place - 1][1] >= end


def local_date(instant: str, span: Span, zone: ZoneInfo) -> str:
    """SQL: the account's date of an instant. It is fast for instants of the span."""
    begin, end = span
    cases = " ".join(f"when {instant} < timestamp '{until}' then {ahead}" for until, ahead in _clocks(span, zone))
    return f"""
        case
            when {instant} >= timestamp '{begin}' and {instant} < timestamp '{end}'
                then make_timestamp(epoch_us({instant}) + case {cases} end)::date
            else {_any_local_date(instant, zone)}
        end
    """


def _any_local_date(instant: str, zone: ZoneInfo) -> str:
    """SQL: the account's date of any instant. It takes ten times as long as within a span."""
    return f"""
        case
            when {instant} between timestamp '0001-01-02' and timestamp '9999-12-30'  -- others may lack a local date
                then timezone('{zone.key}', timezone('UTC', {instant}))::date
            else {instant}::date
        end
    """


def _clocks(span: Span, zone: ZoneInfo) -> list[tuple[datetime, int]]:
    """The zone's offsets during the span: for each, its end and by how many microseconds clocks are ahead of UTC."""
    begin, end = span
    clocks: list[tuple[datetime, int]] = []
    while begin < end:
        ahead, until = _ahead(begin, zone), min(begin + DAY, end)
        if _ahead(until - INSTANT, zone) != ahead:
            seconds = range((until - begin) // SECOND + 1)
            since = begin
            until = begin + SECOND * bisect_left(
                seconds, True, key=lambda second: _ahead(since + second * SECOND, zone) != ahead
            )
        if clocks and clocks[-1][1] == ahead:
            clocks.pop()
        clocks.append((until, ahead))
        begin = until
    return clocks


def _ahead(instant: datetime, zone: ZoneInfo) -> int:
    return (instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) - instant) // INSTANT


def note_account(connection: Connection, account: Account) -> None:
    """Stores the account's time zone, facts and dues in `raw.accounts`, for dbt.

    Days that are cut in another zone, by an older version or before the setting changed, are cut again.
    """
    in_one_transaction(connection, lambda: _note_account(connection, account))


def _note_account(connection: Connection, account: Account) -> None:
    before = zone_of(connection, account.name)
    if before.key != account.timezone:
        for endpoint in LISTS.values():
            _cut_ledger(connection, account.name, endpoint, before, account.zone)
            _cut_records(connection, account.name, endpoint, account.zone)
    row = {"account": account.name, "timezone": account.timezone, "days_timezone": account.timezone}
    row |= {fact: getattr(account, fact) for fact in (*FACTS, *DUES)}
    connection.execute("delete from raw.accounts where account = ?", [account.name])
    connection.execute(
        f"insert into raw.accounts ({', '.join(row)}) values ({', '.join(f'${name}' for name in row)})", row
    )


def _cut_ledger(connection: Connection, account: str, endpoint: Endpoint, before: ZoneInfo, zone: ZoneInfo) -> None:
    """Cuts the days of each load again. A load without a span gets the span of its days in the zone `before`."""
    rows = connection.execute(
        """
        select load_id, covers_from, covers_to, window_from, window_to from raw.loads
        where account = ? and endpoint = ? and (covers_from is not null or window_from is not null)
        """,
        [account, endpoint.name],
    ).fetchall()
    spans = {
        load_id: (covers_from or begins(first, before), covers_to or begins(last + DAY, before))
        for load_id, covers_from, covers_to, first, last in rows
    }
    held = joined_spans(spans.values())
    days = [whole_days(touched_days(span, zone), held, zone) for span in spans.values()]
    connection.execute(
        """
        update raw.loads set
            window_from = cut.window_from, window_to = cut.window_to,
            covers_from = cut.covers_from, covers_to = cut.covers_to
        from (
            select unnest($loads) as load_id, unnest($begins) as covers_from, unnest($ends) as covers_to,
                unnest($firsts::date[]) as window_from, unnest($lasts::date[]) as window_to
        ) as cut
        where loads.load_id = cut.load_id and loads.account = $account and loads.endpoint = $endpoint
        """,
        {
            "account": account,
            "endpoint": endpoint.name,
            "loads": list(spans),
            "begins": [begin for begin, _ in spans.values()],
            "ends": [end for _, end in spans.values()],
            "firsts": [found.first if found else None for found in days],
            "lasts": [found.last if found else None for found in days],
        },
    )


def _cut_records(connection: Connection, account: str, endpoint: Endpoint, zone: ZoneInfo) -> None:
    """Sets each record's day: by `placed_at`, else by its own date, else the first day of its window."""
    table = f"raw.{endpoint.name}"
    connection.execute(
        f"""
        update {table} set partition_date = {_any_local_date("placed_at", zone)}
        where account = ? and placed_at is not null
            and partition_date is distinct from {_any_local_date("placed_at", zone)}
        """,
        [account],
    )
    rows = connection.execute(
        f"select rowid, record::varchar from {table} where account = ? and placed_at is null", [account]
    ).fetchall()
    connection.execute(
        f"""
        update {table} as records set
            partition_date = coalesce({_any_local_date("cut.instant", zone)}, cut.first_day, records.partition_date)
        from (
            select unplaced.row_id, unplaced.instant,
                coalesce(loads.window_from, {_any_local_date("loads.covers_from", zone)}) as first_day
            from (select unnest($rows::bigint[]) as row_id, unnest($instants::timestamp[]) as instant) as unplaced
            inner join {table} as landed on landed.rowid = unplaced.row_id
            left join raw.loads as loads on loads.account = landed.account
                and loads.load_id = coalesce(landed.confirmed_load_id, landed.load_id)
        ) as cut
        where records.rowid = cut.row_id
        """,
        {
            "rows": [row for row, _ in rows],
            "instants": [own_instant(endpoint, record.encode(), zone) for _, record in rows],
        },
    )
