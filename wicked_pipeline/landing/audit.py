"""What the ledger says of the data's health: the figures behind the raw assets' checks."""

from dataclasses import dataclass

from wicked_pipeline.warehouse import Connection


@dataclass(frozen=True)
class Audit:
    """One endpoint's loads that are the newest for at least one of their days.

    `windows` are they. `off_total` of them hold another number of records than the API's `total`, in `unsettled` ones
    the data moved while it was read; windows are named by their days. `records` counts the records in raw, `rejects`
    those that could not be landed.
    """

    windows: int
    records: int
    off_total: tuple[str, ...]
    unsettled: tuple[str, ...]
    rejects: int


def audit(connection: Connection, account: str, endpoint: str) -> Audit:
    """The endpoint's figures of this moment. A window cut short on purpose is not held against its `total`."""
    rows = connection.execute(
        """
        with loads as (
            select * from raw.loads where account = $account and endpoint = $endpoint
        ),
        days as (
            select load_id, fetched_at, unnest(generate_series(window_from, window_to, interval 1 day)) as day
            from loads
        ),
        newest as (
            select distinct load_id from (select max_by(load_id, fetched_at) as load_id from days group by day)
        )
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
