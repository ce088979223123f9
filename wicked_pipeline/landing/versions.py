"""By difference: what came equal stays and is confirmed, what differs or is gone becomes a version in `raw.superseded`.

A version holds from its `fetched_at` to its `superseded_at`; in `raw.contacts` and so on are those that still hold.
"""

from dataclasses import dataclass
from datetime import datetime

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.copies import said, take_copies
from wicked_pipeline.landing.ledger import Claim
from wicked_pipeline.landing.pairs import DIGEST, begin_pairs, pair
from wicked_pipeline.warehouse import Connection


@dataclass(frozen=True)
class Difference:
    """What a window changed: records that are new, that came otherwise than they were, and that are gone."""

    added: int
    changed: int
    deleted: int


_HELD = """
    select rowid as row_id, {digest} as digest, page, position from raw.{endpoint} as landed
"""


def replace(connection: Connection, endpoint: Endpoint, claim: Claim, outlived: list[str]) -> Difference:
    """Replaces what the claim answers for by the table `incoming`.

    That is all in its span, the older copies of what came, and what of the `outlived` loads has no instant.
    """
    superseded = 0
    begin_pairs(connection)
    if _find_leaving(connection, endpoint, claim, outlived):
        is_rest = pair(connection, endpoint)
        _confirm(connection, endpoint, claim)
        superseded = _supersede(connection, endpoint, claim) if is_rest else 0
    ((inserted,),) = connection.execute(
        f"""
        insert into raw.{endpoint.name}
            (account, partition_date, record, fetched_at, load_id, page, position, placed_at, record_id)
        select $account, partition_date, record, $fetched_at, $load_id, page, position, placed_at, record_id
        from incoming where reason is null and rowid not in (select came_id from same)
        """,
        claim.named("account", "fetched_at", "load_id"),
    ).fetchall()
    ((changed,),) = connection.execute("select count(*) from successors").fetchall()
    return Difference(added=inserted - changed, changed=changed, deleted=superseded - changed)


def forget_versions(connection: Connection, account: str, before: datetime) -> None:
    """Deletes the account's versions that ceased to hold before that instant (naive, UTC)."""
    connection.execute("delete from raw.superseded where account = ? and superseded_at < ?", [account, before])


def _find_leaving(connection: Connection, endpoint: Endpoint, claim: Claim, outlived: list[str]) -> bool:
    """The temporary table `leaving`: the rows of raw that the claim answers for; returns whether there are any."""
    held = _HELD.format(endpoint=endpoint.name, digest=DIGEST)
    connection.execute(
        f"""
        create or replace temp table leaving as {held}
        where account = $account and coalesce(confirmed_at, fetched_at) <= $fetched_at
            and placed_at >= $covers_from and placed_at < $covers_to
        """,
        claim.named("account", "fetched_at", "covers_from", "covers_to"),
    )
    if outlived:
        connection.execute(
            f"""
            insert into leaving {held}
            where account = $account and placed_at is null
                and coalesce(confirmed_load_id, load_id) in (select unnest($outlived))
            """,
            {**claim.named("account"), "outlived": outlived},
        )
    if endpoint.unique:
        take_copies(connection, endpoint, claim, held)
    return connection.execute("select 1 from leaving limit 1").fetchone() is not None


def _confirm(connection: Connection, endpoint: Endpoint, claim: Claim) -> None:
    """Says of the rows that came equal where they came last; what has no date may lie in another window's first day."""
    connection.execute(
        f"""
        update raw.{endpoint.name} as landed set
            confirmed_at = $fetched_at, confirmed_load_id = $load_id,
            confirmed_page = came.page, confirmed_position = came.position,
            partition_date = came.partition_date, placed_at = came.placed_at
        from (
            select same.row_id, incoming.page, incoming.position, incoming.partition_date, incoming.placed_at
            from same inner join incoming on same.came_id = incoming.rowid
        ) as came
        where landed.rowid = came.row_id
        """,
        claim.named("fetched_at", "load_id"),
    )


def _supersede(connection: Connection, endpoint: Endpoint, claim: Claim) -> int:
    """Moves the rows of `left_over` to `raw.superseded`; returns how many they are."""
    owner = endpoint.contact_field
    is_merged = f"{said('landed', owner)} <> {said('incoming', owner)}" if owner else "false"
    ((superseded,),) = connection.execute(
        f"""
        insert into raw.superseded by name
        select
            landed.*,
            $endpoint as endpoint,
            $fetched_at as superseded_at,
            case
                when incoming.rowid is null then 'deleted' when {is_merged} then 'merged' else 'changed'
            end as superseded_by,
            $load_id as superseding_load_id
        from raw.{endpoint.name} as landed
        inner join left_over on landed.rowid = left_over.row_id
        left join successors on left_over.row_id = successors.row_id
        left join incoming on successors.came_id = incoming.rowid
        """,
        claim.named("endpoint", "fetched_at", "load_id"),
    ).fetchall()
    connection.execute(f"delete from raw.{endpoint.name} where rowid in (select row_id from left_over)")
    return int(superseded)
