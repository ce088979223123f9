"""What no later window replaces by its instant, because it has none: records without a date of their own, and rejects.

They are the truth of the window that returned them, for as long as that window is.
"""

from dataclasses import asdict
from datetime import datetime

import duckdb

from wicked_pipeline.landing.ledger import Load, is_covered, only


def drop_outlived(connection: duckdb.DuckDBPyConnection, load: Load) -> None:
    """Records without an instant of their own, and rejects, go once newer loads cover the whole span of theirs."""
    older = connection.execute(
        f"""
        select load_id, covers_from, covers_to, fetched_at from raw.loads
        where account = $account and endpoint = $endpoint and fetched_at < $fetched_at
            and covers_from < $covers_to and covers_to > $covers_from
            and load_id in (
                select load_id from raw.{load.endpoint} where placed_at is null
                union select load_id from raw.rejects
            )
        """,
        only(asdict(load), "account", "endpoint", "fetched_at", "covers_from", "covers_to"),
    ).fetchall()
    for load_id, covers_from, covers_to, fetched_at in older:
        if is_outlived(connection, load.account, load.endpoint, covers_from, covers_to, fetched_at):
            connection.execute(f"delete from raw.{load.endpoint} where placed_at is null and load_id = ?", [load_id])
            connection.execute("delete from raw.rejects where load_id = ?", [load_id])


def is_outlived(
    connection: duckdb.DuckDBPyConnection,
    account: str,
    endpoint: str,
    covers_from: datetime,
    covers_to: datetime,
    fetched_at: datetime,
) -> bool:
    """Whether loads newer than one that was fetched then cover the whole of its span."""
    spans = connection.execute(
        """
        select covers_from, covers_to from raw.loads
        where account = ? and endpoint = ? and fetched_at > ? and covers_from < covers_to
        """,
        [account, endpoint, fetched_at],
    ).fetchall()
    return covers_from < covers_to and is_covered(covers_from, covers_to, spans)
