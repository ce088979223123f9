"""Which records that came are rows that raw holds: the same ones byte for byte, the same JSON, or their successors."""

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.landing.copies import said
from wicked_pipeline.warehouse import Connection

DIGEST = "hash(record)"
"""SQL: 64 bits that stand for a record's bytes; of 10¹⁹ pairs of different records one shares them by chance."""

_SAME_BYTES = f"""
    insert into same
    with held as (
        select row_id, digest, row_number() over (partition by digest order by page, position) as ordinal from leaving
    ), digested as (
        select rowid as came_id, {DIGEST} as digest, page, position from incoming where reason is null
    ), came as (
        select came_id, digest, row_number() over (partition by digest order by page, position) as ordinal
        from digested
    )
    select held.row_id, came.came_id
    from held
    inner join came on held.digest = came.digest and held.ordinal = came.ordinal
"""

# Equal keys are paired one to one: two equal clicks are two.
_SUCCESSORS = """
    insert into successors
    with held as (
        select *, {key} as key, row_number() over (partition by {key} order by page, position) as ordinal
        from left_over as version
        where row_id not in (select row_id from successors)
    ), came as (
        select rowid as came_id, *, {key} as key,
            row_number() over (partition by {key} order by page, position) as ordinal
        from incoming as version
        where reason is null and rowid not in (select came_id from same union all select came_id from successors)
    )
    select held.row_id, came.came_id
    from held
    inner join came on held.key = came.key and held.ordinal = came.ordinal
    where {condition}
"""

_LEFT_OVER = """
    create or replace temp table left_over as
    select leaving.row_id, landed.record, landed.record_id, landed.placed_at, leaving.page, leaving.position
    from raw.{endpoint} as landed
    inner join leaving on landed.rowid = leaving.row_id
    where leaving.row_id not in (select row_id from same)
"""

# The same values at the same paths, and the same words: DuckDB rounds numbers, and as words 79.10 isn't 79.1.
_JSON_EQUAL = """
    insert into same
    with came as (
        select rowid as came_id, * from incoming
        where reason is null and rowid not in (select came_id from same)
    ), candidates as (
        select held.row_id, held.record as held_record, came.came_id, came.record as came_record
        from left_over as held
        inner join came
            on held.record_id is not distinct from came.record_id
            and held.placed_at is not distinct from came.placed_at
        where list_sort({held_words}) = list_sort({came_words})
    ), sides as (
        select row_id as id, true as is_held, any_value(held_record) as record from candidates group by row_id
        union all
        select came_id, false, any_value(came_record) from candidates group by came_id
    ), contents as (
        select sides.id, sides.is_held, list_sort(list([node.fullkey, node.type, node.atom::varchar])) as content
        from sides, json_tree(sides.record) as node
        group by all
    ), numbered as (
        select *, row_number() over (partition by content, is_held order by id) as ordinal from contents
    )
    select held.id, came.id
    from numbered as held
    inner join numbered as came on held.content = came.content and held.ordinal = came.ordinal
    where held.is_held and not came.is_held
"""


def begin_pairs(connection: Connection) -> None:
    """The tables `same` and `successors`, each without a pair."""
    for pairs in ("same", "successors"):
        connection.execute(f"create or replace temp table {pairs} (row_id bigint, came_id bigint)")


def pair(connection: Connection, endpoint: Endpoint) -> bool:
    """Pairs rows of the table `leaving` with records of `incoming`, each with one at most.

    `same` has those that came equal, `successors` those that came otherwise. Returns whether any row did not come byte
    for byte: then `left_over` has the rows that did not come equal, with a successor or without.
    """
    connection.execute(_SAME_BYTES)
    if connection.execute("select 1 from leaving anti join same using (row_id) limit 1").fetchone() is None:
        return False
    connection.execute(_LEFT_OVER.format(endpoint=endpoint.name))
    split = r"""regexp_split_to_array({}.record, '[\s,:"{{}}\[\]]+')"""
    connection.execute(_JSON_EQUAL.format(held_words=split.format("held"), came_words=split.format("came")))
    connection.execute("delete from left_over where row_id in (select row_id from same)")
    for key, condition in _identities(endpoint):
        connection.execute(_SUCCESSORS.format(key=key, condition=condition))
    return True


def _identities(endpoint: Endpoint) -> list[tuple[str, str]]:
    """SQL: what two versions of one record share, and a condition besides; the surest first."""
    if endpoint.unique:
        system = said("version", endpoint.system_field)
        is_untold = " or ".join(f"{said(side, endpoint.system_field)} is null" for side in ("held", "came"))
        return [(f"(record_id, coalesce({system}, ''))", "true"), ("record_id", is_untold)]
    changing = "{" + ", ".join(f'"{field}": null' for field in endpoint.changing_fields) + "}"
    return [(f"(coalesce(placed_at::varchar, ''), json_merge_patch(record, '{changing}')::varchar)", "true")]
