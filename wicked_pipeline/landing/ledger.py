"""What the ledger `raw.loads` says: which days are landed for good, and how many records a day holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, tzinfo

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.days import joined_spans, whole_days, zone_of
from wicked_pipeline.warehouse import Connection
from wicked_pipeline.windows import DAY, DayRange, begins, is_final

_RECENT_LOADS = 50


@dataclass(frozen=True)
class Claim:
    """What a window answers for: a span of one account's list, as it was at `fetched_at`. Instants are naive, UTC."""

    load_id: str
    account: str
    endpoint: str
    fetched_at: datetime
    covers_from: datetime
    covers_to: datetime

    def named(self, *names: str) -> dict[str, object]:
        """These fields as a statement's parameters: DuckDB refuses those that it does not use."""
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Load(Claim):
    """A row of the ledger `raw.loads`: one committed window. What its columns mean is in `warehouse/migrations.py`."""

    window_from: date | None
    window_to: date | None
    pages: int
    total: int | None
    records: int
    outside: int
    requests: int
    retries: int
    reads: int
    throttled_seconds: float
    settled: bool
    run_id: str
    rejected: int
    copies: int
    cut: bool
    fetched_on: date
    added: int
    changed: int
    deleted: int


@dataclass(frozen=True)
class _Entry:
    """A load: the span (naive, UTC) it answers for, whether it held together, when and by which run it was fetched."""

    covers_from: datetime
    covers_to: datetime
    settled: bool
    fetched_on: date
    run_id: str | None


def enter(connection: Connection, load: Load) -> None:
    """Writes the row, in the transaction that lands its window."""
    row = asdict(load)
    names = ", ".join(row)
    places = ", ".join(f"${name}" for name in row)
    connection.execute(f"insert into raw.loads ({names}) values ({places})", row)


def days_of(connection: Connection, claim: Claim, touched: DayRange, zone: tzinfo) -> DayRange:
    """The account's days that are whole once the claim is in the ledger; those it touches where none is.

    A day that two windows share is so the one's that lands last.
    """
    begin, end = begins(touched.first, zone), begins(touched.last + DAY, zone)
    others = connection.execute(
        """
        select covers_from, covers_to from raw.loads
        where account = $account and endpoint = $endpoint and covers_from < $end and covers_to > $begin
        """,
        {**claim.named("account", "endpoint"), "begin": begin, "end": end},
    ).fetchall()
    held = joined_spans([*others, (claim.covers_from, claim.covers_to)])
    return whole_days(touched, held, zone) or touched


def missing_days(
    connection: Connection,
    endpoint: Endpoint,
    account: Account,
    days: DayRange,
    runs: Collection[str] | None = None,
) -> list[date]:
    """The days among the `days` of an account that are not landed.

    A day is landed when the newest loads that cover it held together, and were fetched once its `lookback_days`
    had passed since. With `runs`, only what these runs have landed counts, and that however soon it was fetched: they
    are the tries of one piece of work.
    """
    zone, lookback_days = account.zone, account.lookback_days
    entries = _entries(connection, endpoint, account.name, begins(days.first, zone), begins(days.last + DAY, zone))
    if runs is not None:
        entries, lookback_days = [entry for entry in entries if entry.run_id in runs], 0
    each = (days.first + n * DAY for n in range(days.days))
    return [day for day in each if not _is_landed(day, entries, lookback_days, zone)]


def not_read_since(
    connection: Connection, endpoint: Endpoint, account: Account, days: DayRange, since: date
) -> list[date]:
    """The days among the `days` of an account that settled loads of that date or later don't cover."""
    zone = account.zone
    entries = _entries(connection, endpoint, account.name, begins(days.first, zone), begins(days.last + DAY, zone))
    newer = [entry for entry in entries if entry.fetched_on >= since]
    each = (days.first + n * DAY for n in range(days.days))
    return [day for day in each if not _is_landed(day, newer, 0, zone)]


def changes_of_run(connection: Connection, run_id: str) -> dict[str, tuple[int, int, int]]:
    """How many records the run's loads added, changed and deleted, by endpoint."""
    rows = connection.execute(
        "select endpoint, sum(added)::bigint, sum(changed)::bigint, sum(deleted)::bigint from raw.loads"
        " where run_id = ? group by endpoint order by endpoint",
        [run_id],
    ).fetchall()
    return {endpoint: tuple(changes) for endpoint, *changes in rows}


def is_empty(connection: Connection) -> bool:
    """Whether no window and no spend file is landed, or there are no tables for them."""
    rows = connection.execute(
        """
        select 1 from duckdb_tables()
        where schema_name = 'raw' and table_name in ('loads', 'ad_spend') and estimated_size > 0
        """
    ).fetchall()
    return not rows


def densities(connection: Connection, account: str) -> dict[str, float]:
    """Records a day by endpoint, from the latest loads that cover at least a day."""
    rows = connection.execute(
        """
        with recent as (
            select endpoint, records, date_diff('second', covers_from, covers_to) / 86400.0 as days
            from raw.loads
            where account = ? and covers_to >= covers_from + interval 1 day
            qualify row_number() over (partition by endpoint order by fetched_at desc) <= ?
        )
        select endpoint, sum(records) / sum(days) from recent group by endpoint
        """,
        [account, _RECENT_LOADS],
    ).fetchall()
    return dict(rows)


def is_covered(covers_from: datetime, covers_to: datetime, spans: Iterable[tuple[datetime, datetime]]) -> bool:
    """Whether the spans together reach from `covers_from` to `covers_to` without a gap."""
    reached = covers_from
    for begin, end in sorted(spans):
        if begin > reached:
            break
        reached = max(reached, end)
    return reached >= covers_to


def _entries(connection: Connection, endpoint: Endpoint, account: str, begin: datetime, end: datetime) -> list[_Entry]:
    """The loads that touch the span from `begin` to `end`, the newest first; one without a span stands for its days."""
    zone = zone_of(connection, account)
    rows = connection.execute(
        """
        select
            covers_from, covers_to, window_from, window_to,
            coalesce(settled, true),
            coalesce(fetched_on, fetched_at::date),
            run_id
        from raw.loads
        where account = $account and endpoint = $endpoint
            and coalesce(covers_from, window_from - interval 1 day) < $end
            and coalesce(covers_to, window_to + interval 2 day) > $begin
        order by fetched_at desc
        """,
        {"account": account, "endpoint": endpoint.name, "begin": begin, "end": end},
    ).fetchall()
    return [
        _Entry(covers_from or begins(first, zone), covers_to or begins(last + DAY, zone), *rest)
        for covers_from, covers_to, first, last, *rest in rows
    ]


def _is_landed(day: date, entries: Sequence[_Entry], lookback_days: int, zone: tzinfo) -> bool:
    begin, end = begins(day, zone), begins(day + DAY, zone)
    if begin == end:  # clocks have left the whole day out
        return True
    newest: list[tuple[datetime, datetime]] = []
    for entry in entries:
        if entry.covers_from >= end or entry.covers_to <= begin:
            continue
        if is_covered(max(entry.covers_from, begin), min(entry.covers_to, end), newest):
            continue  # it answers for nothing of the day that newer loads don't
        if not entry.settled or not is_final(day, entry.fetched_on, lookback_days):
            return False
        newest.append((entry.covers_from, entry.covers_to))
        if is_covered(begin, end, newest):
            return True
    return False
