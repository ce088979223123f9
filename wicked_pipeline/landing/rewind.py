"""Raw as it was after the loads of a past day: versions are put back, and what came later is removed."""

from dataclasses import dataclass
from datetime import date

from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.warehouse import Connection, in_one_transaction


class CannotRewind(ExpectedError):
    """Raw of that day cannot be had again. The text says why."""


@dataclass(frozen=True)
class Rewound:
    """How many lines of spend, of which raw keeps no versions, were loaded after the day's loads."""

    spend_loaded_since: int


_MOMENTS = """
    create or replace temp table moments as
    with accounts as (
        select account from raw.loads union select account from raw.accounts
    ), landed as (
        select account, max(fetched_at) as moment from raw.loads
        where coalesce(fetched_on, fetched_at::date) <= ?
        group by account
    )
    select account, coalesce(moment, timestamp '-infinity') as moment
    from accounts left join landed using (account)
"""

# A load of an older version, which counted no changes, kept no versions either.
_LOADS_WITHOUT_VERSIONS = """
    with kept as (
        select superseding_load_id as load_id, count(*) as versions from raw.superseded group by all
    )
    select max(coalesce(loads.fetched_on, loads.fetched_at::date))
    from raw.loads as loads
    inner join moments using (account)
    left join kept using (load_id)
    where loads.fetched_at > moments.moment
        and coalesce(loads.changed + loads.deleted > coalesce(kept.versions, 0), true)
"""

# Of each span between two ends of loads, the newest load that answers for it.
_READINGS = """
    create or replace temp table readings as
    with ends as (
        select account, covers_from as begins_at from raw.loads where endpoint = $endpoint
        union
        select account, covers_to as begins_at from raw.loads where endpoint = $endpoint
    )
    select
        ends.account,
        ends.begins_at,
        arg_max(loads.load_id, loads.fetched_at) as load_id,
        max(loads.fetched_at) as fetched_at
    from ends
    left join raw.loads as loads
        on loads.account = ends.account and loads.endpoint = $endpoint
        and loads.covers_from <= ends.begins_at and loads.covers_to > ends.begins_at
    where ends.begins_at is not null
    group by all
"""


def check_rewind(connection: Connection, day: date) -> None:
    """Raises `CannotRewind` if nothing was landed by that day, or versions of that time are no longer kept."""
    connection.execute(_MOMENTS, [day])
    ((landed, first),) = connection.execute(
        "select (select bool_or(isfinite(moment)) from moments), min(coalesce(fetched_on, fetched_at::date))"
        " from raw.loads"
    ).fetchall()
    if not landed:
        raise CannotRewind(f"nothing was landed by {day}" + (f": the first day of a load is {first}" if first else ""))
    ((earliest,),) = connection.execute(_LOADS_WITHOUT_VERSIONS).fetchall()
    if earliest:
        raise CannotRewind(
            f"{day} cannot be had again: versions of that time are no longer kept; the earliest day is {earliest}"
        )


def rewind(connection: Connection, day: date) -> Rewound:
    """Makes raw what it was after the last load of that day, of each account. Raises `CannotRewind`."""
    check_rewind(connection, day)
    return in_one_transaction(connection, lambda: _rewind(connection, day))


def _rewind(connection: Connection, day: date) -> Rewound:
    for table, came in {"loads": "fetched_at", "rejects": "rejected_at"}.items():
        _delete(connection, table, f"{came} > moment")
    connection.execute("delete from raw.failures where failed_on > ?", [day])
    for endpoint in LISTS:
        _delete(connection, endpoint, "fetched_at > moment")
        connection.execute(
            f"""
            insert into raw.{endpoint} by name
            select
                superseded.* exclude (endpoint, superseded_at, superseded_by, superseding_load_id)
            from raw.superseded as superseded
            inner join moments using (account)
            where endpoint = ? and fetched_at <= moment and superseded_at > moment
            """,
            [endpoint],
        )
        _undo_confirmations(connection, endpoint)
    _delete(connection, "superseded", "superseded_at > moment")
    _delete(connection, "accounts", "not isfinite(moment)")
    ((loaded_since,),) = connection.execute(
        "select count(*) from raw.ad_spend inner join moments using (account) where loaded_at > moment"
    ).fetchall()
    return Rewound(loaded_since)


def _delete(connection: Connection, table: str, condition: str) -> None:
    connection.execute(f"delete from raw.{table} as t using moments where t.account = moments.account and {condition}")


def _undo_confirmations(connection: Connection, endpoint: str) -> None:
    """Says of rows that a later load confirmed which load of that time had returned them last.

    The place in that load's pages is not kept: the place in the newest one stands for it, because it orders the records
    of one reading in the same way.
    """
    connection.execute(_READINGS, {"endpoint": endpoint})
    connection.execute(
        f"""
        update raw.{endpoint} as landed set
            confirmed_at = was.fetched_at, confirmed_load_id = was.load_id,
            confirmed_page = was.page, confirmed_position = was.position
        from (
            select
                late.row_id,
                case when readings.fetched_at > late.fetched_at then readings.fetched_at end as fetched_at,
                case when readings.fetched_at > late.fetched_at then readings.load_id end as load_id,
                late.confirmed_page as page,
                late.confirmed_position as position
            from (
                select landed.rowid as row_id, landed.* from raw.{endpoint} as landed
                inner join moments using (account)
                where landed.confirmed_at > moment
            ) as late
            asof left join readings
                on late.account = readings.account and late.placed_at >= readings.begins_at
        ) as was
        where landed.rowid = was.row_id
        """
    )
