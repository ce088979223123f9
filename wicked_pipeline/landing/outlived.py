"""What no later window replaces by its instant, because it has none: records without a date of their own, and rejects.

They are the truth of the window that returned them, for as long as that window is.
"""

from collections.abc import Sequence
from datetime import datetime

from wicked_pipeline.landing.ledger import Claim, is_covered
from wicked_pipeline.warehouse import Connection


def outlived_by(connection: Connection, newer: Claim) -> list[str]:
    """The loads whose records without an instant of their own, and rejects, go with the newer load.

    They are those whose whole span newer loads cover once it is there.
    """
    older = connection.execute(
        f"""
        select load_id, covers_from, covers_to, fetched_at from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at < $fetched_at
            and covers_from < $covers_to and covers_to > $covers_from
            and load_id in (
                select coalesce(confirmed_load_id, load_id) from raw.{newer.endpoint} where placed_at is null
                union select load_id from raw.rejects
            )
        """,
        newer.named("account", "endpoint", "fetched_at", "covers_from", "covers_to"),
    ).fetchall()
    return [
        load_id
        for load_id, covers_from, covers_to, fetched_at in older
        if is_outlived(
            connection,
            Claim(load_id, newer.account, newer.endpoint, fetched_at, covers_from, covers_to),
            besides=[(newer.covers_from, newer.covers_to)],
        )
    ]


def is_outlived(connection: Connection, claim: Claim, besides: Sequence[tuple[datetime, datetime]] = ()) -> bool:
    """Whether loads newer than the claim, and the spans `besides`, cover the whole of its span."""
    spans = connection.execute(
        """
        select covers_from, covers_to from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at > $fetched_at and covers_from < covers_to
        """,
        claim.named("account", "endpoint", "fetched_at"),
    ).fetchall()
    return claim.covers_from < claim.covers_to and is_covered(claim.covers_from, claim.covers_to, [*spans, *besides])
