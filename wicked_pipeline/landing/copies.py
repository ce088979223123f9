"""Copies of a contact or an order in other windows: its date has changed, or its window was cut elsewhere.

Ids are unique only within a source system, if there: two shops may both have an order 1001, and neither is the other's
copy. So a copy has the id, the source system and the owner of its original, as far as each of them is told.
"""

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.ledger import Claim
from wicked_pipeline.warehouse import Connection


def take_copies(connection: Connection, endpoint: Endpoint, claim: Claim, held: str) -> None:
    """Of a record in `incoming` and its copies in raw the newest stays: the others go into `leaving`, by `held`.

    A copy that was read later than the claim takes its record out of `incoming`.
    """
    if not _have_met(connection, endpoint, claim):
        return
    connection.execute(
        f"""
        create or replace temp table copies as
        with landed as (
            select rowid as row_id, coalesce(confirmed_at, fetched_at) as read_at, record_id, record
            from raw.{endpoint.name}
            where {_MET}
        )
        select landed.row_id, landed.read_at > $fetched_at as is_newer, incoming.page, incoming.position
        from landed
        inner join incoming on landed.record_id = incoming.record_id
        where {_are_copies(endpoint)}
        """,
        claim.named("account", "fetched_at"),
    )
    connection.execute(
        "delete from incoming where (page, position) in (select (page, position) from copies where is_newer)"
    )
    connection.execute(f"insert into leaving {held} where rowid in (select row_id from copies where not is_newer)")


_MET = """
    account = $account and record_id in (select record_id from incoming)
    and rowid not in (select row_id from leaving)
"""


def _have_met(connection: Connection, endpoint: Endpoint, claim: Claim) -> bool:
    """Whether another window has any of the ids: hardly ever, and only then records are read."""
    row = connection.execute(
        f"select count(*) from raw.{endpoint.name} where {_MET}", claim.named("account")
    ).fetchone()
    return row != (0,)


def _are_copies(endpoint: Endpoint) -> str:
    """SQL: `landed` and `incoming`, of one id, don't differ in source system and share what says whose they are."""
    system = endpoint.system_field
    alike = [f"coalesce({said('landed', system)} = {said('incoming', system)}, true)"]
    if endpoint.owner_fields:
        same = [f"{said('landed', field)} = {said('incoming', field)}" for field in endpoint.owner_fields]
        nobodys = [
            f"coalesce({', '.join(said(side, field) for field in endpoint.owner_fields)}) is null"
            for side in ("landed", "incoming")
        ]
        alike.append(f"({' or '.join([*same, *nobodys])})")
    return " and ".join(alike)


def said(side: str, field: str) -> str:
    """SQL: what a record says in a field, without regard to case; null where it says nothing."""
    return f"nullif(nullif(lower(trim({side}.record ->> '$.{field}')), ''), 'null')"
