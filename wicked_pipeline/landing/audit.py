"""The figures behind the raw assets' checks, and the figures of each day, computed from the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from wicked_pipeline.warehouse import Connection
from wicked_pipeline.windows import DayRange

_NEWEST = """
    with loads as (
        select * from raw.loads where account = $account and endpoint = $endpoint
    ),
    days as (
        select load_id, fetched_at, unnest(generate_series(window_from, window_to, interval 1 day))::date as day
        from loads
    ),
    newest as (
        select day, max_by(load_id, fetched_at) as load_id from days group by day
    )
"""
"""The endpoint's `loads`, and for each day that one answers for, the `newest` of them."""


@dataclass(frozen=True)
class Audit:
    """One endpoint's loads that are the newest for at least one of their days. Windows are named by their days."""

    windows: int  # how many such loads there are
    records: int  # records in raw
    off_total: tuple[str, ...]  # windows whose number of records differs from the API's `total`
    unsettled: tuple[str, ...]  # windows whose data moved while they were read
    rejects: int  # records that could not be landed


def audit(connection: Connection, account: str, endpoint: str) -> Audit:
    """The endpoint's current figures. A window that was cut short on purpose is not compared with its `total`."""
    rows = connection.execute(
        f"""
        {_NEWEST}
        select
            window_from || ' to ' || window_to,
            coalesce(settled, true) as is_settled,
            records + coalesce(rejected, 0) + coalesce(outside, 0) - coalesce(copies, 0) as in_pages,
            is_settled and not coalesce(cut, false) and in_pages <> total
        from loads
        semi join newest using (load_id)
        order by window_from, window_to
        """,
        {"account": account, "endpoint": endpoint},
    ).fetchall()
    ((records, rejects),) = connection.execute(
        f"""
        select
            (select count(*) from raw.{endpoint} where account = $account),
            (select count(*) from raw.rejects where account = $account and endpoint = $endpoint)
        """,
        {"account": account, "endpoint": endpoint},
    ).fetchall()
    return Audit(
        windows=len(rows),
        records=records,
        off_total=tuple(days for days, *_, is_off in rows if is_off),
        unsettled=tuple(days for days, is_settled, *_ in rows if not is_settled),
        rejects=rejects,
    )


@dataclass(frozen=True)
class LandedDay:
    """A day of one endpoint: how many records raw holds of it, and the newest load that answers for it.

    A load of an older version lacks some figures.
    """

    day: date
    records: int
    run_id: str | None
    fetched_at: datetime
    window_from: date
    window_to: date
    settled: bool
    pages: int | None
    requests: int | None
    retries: int | None
    reads: int | None
    throttled_seconds: float | None
    rejected: int | None
    added: int | None
    changed: int | None
    deleted: int | None
    has_news: bool  # whether the run that read it last found a record of this day new, changed or gone


def landed_days(connection: Connection, account: str, endpoint: str, days: DayRange) -> list[LandedDay]:
    """Those of `days` that are landed, in their order."""
    rows = connection.execute(
        f"""
        {_NEWEST},
        counted as (
            select partition_date as day, count(*) as records from raw.{endpoint}
            where account = $account and partition_date between $first and $last
            group by partition_date
        ),
        changed as (
            select partition_date as day, load_id from raw.{endpoint}
            where account = $account and partition_date between $first and $last
            union
            select partition_date, superseding_load_id from raw.superseded
            where account = $account and endpoint = $endpoint and partition_date between $first and $last
        ),
        news as (
            select distinct changed.day, loads.run_id
            from changed
            inner join loads on changed.load_id = loads.load_id
        )
        select
            newest.day, coalesce(counted.records, 0), loads.run_id, loads.fetched_at, window_from, window_to,
            coalesce(settled, true), pages, requests, retries, reads, throttled_seconds, rejected, added, changed,
            deleted, news.day is not null
        from newest
        inner join loads on newest.load_id = loads.load_id
        left join counted on newest.day = counted.day
        left join news on newest.day = news.day and loads.run_id = news.run_id
        where newest.day between $first and $last
        order by newest.day
        """,
        {"account": account, "endpoint": endpoint, "first": days.first, "last": days.last},
    ).fetchall()
    return [LandedDay(*row) for row in rows]
