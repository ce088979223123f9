"""What no later window replaces by its instant, because it has none: records without a date of their own, and rejects.

They are the truth of the window that returned them, for as long as that window is.
"""

from wicked_pipeline.landing.ledger import Claim, is_covered
from wicked_pipeline.warehouse import Connection


def drop_outlived(connection: Connection, newer: Claim) -> None:
    """Records without an instant of their own, and rejects, go once newer loads cover the whole span of theirs.

    `newer` is the load that may have completed the cover.
    """
    older = connection.execute(
        f"""
        select load_id, covers_from, covers_to, fetched_at from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at < $fetched_at
            and covers_from < $covers_to and covers_to > $covers_from
            and load_id in (
                select load_id from raw.{newer.endpoint} where placed_at is null
                union select load_id from raw.rejects
            )
        """,
        newer.named("account", "endpoint", "fetched_at", "covers_from", "covers_to"),
    ).fetchall()
    for load_id, covers_from, covers_to, fetched_at in older:
        if is_outlived(connection, Claim(load_id, newer.account, newer.endpoint, fetched_at, covers_from, covers_to)):
            connection.execute(f"delete from raw.{newer.endpoint} where placed_at is null and load_id = ?", [load_id])
            connection.execute("delete from raw.rejects where load_id = ?", [load_id])


def is_outlived(connection: Connection, claim: Claim) -> bool:
    """Whether loads newer than the claim cover the whole of its span."""
    spans = connection.execute(
        """
        select covers_from, covers_to from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at > $fetched_at and covers_from < covers_to
        """,
        claim.named("account", "endpoint", "fetched_at"),
    ).fetchall()
    return claim.covers_from < claim.covers_to and is_covered(claim.covers_from, claim.covers_to, spans)
