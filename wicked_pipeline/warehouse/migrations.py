"""The tables of the schema `raw`: numbered steps, each of which a warehouse takes once, by whoever writes it next.

A step that has landed on main is never changed; what is new is a step at the end. No keys, indexes or sequences: the
ledger's transaction and dbt's tests hold what keys would, and a lake format has none. Instants are TIMESTAMP in UTC.
"""

from collections.abc import Mapping
from pathlib import Path

from wicked_pipeline.warehouse.duckdb_file import Connection, Missing, WarehouseError, in_one_transaction

_RECORDS = {
    "account": "VARCHAR",
    "partition_date": "DATE",  # the record's own date in the account's zone; without one, its window's first day
    "record": "JSON",  # the record's own bytes
    "fetched_at": "TIMESTAMP",  # when its window was first asked for
    "load_id": "VARCHAR",
    "page": "INTEGER",
    "position": "INTEGER",
    "placed_at": "TIMESTAMP",  # the instant by which a load replaces it; null: by its load's whole span
    "record_id": "VARCHAR",  # a contact's or an order's id, by which its copies in other windows are found
}
_LOADS = {
    "load_id": "VARCHAR",
    "account": "VARCHAR",
    "endpoint": "VARCHAR",
    "window_from": "DATE",  # the account's days that are whole with it, both included; null: none is
    "window_to": "DATE",
    "pages": "INTEGER",
    "total": "BIGINT",  # what the API said that the window holds
    "records": "BIGINT",  # landed
    "outside": "BIGINT",  # in its pages, and a neighbour's, or of a day that nobody asked for
    "requests": "INTEGER",  # what it cost, readings that didn't hold together included
    "retries": "INTEGER",  # of the requests: sent again after a failure
    "reads": "INTEGER",  # how often it was read from its first page on; 0: an ended run had read it
    "throttled_seconds": "DOUBLE",  # for which 429s kept it waiting
    "settled": "BOOLEAN",  # no data moved while it was read; null counts as true
    "fetched_at": "TIMESTAMP",  # when its first page was asked for
    "run_id": "VARCHAR",
    "rejected": "BIGINT",  # could not be landed; records + outside + rejected are all that its pages hold
    "copies": "BIGINT",  # of those outside: that a page repeats of the one before it
    "cut": "BOOLEAN",  # not all of `total` was read, on purpose
    "fetched_on": "DATE",  # the account's date at the time
    "covers_from": "TIMESTAMP",  # the span that this load answers for
    "covers_to": "TIMESTAMP",
}
_REJECTS = {
    "account": "VARCHAR",
    "endpoint": "VARCHAR",
    "load_id": "VARCHAR",
    "page": "INTEGER",
    "position": "INTEGER",
    "reason": "VARCHAR",
    "content": "VARCHAR",
    "rejected_at": "TIMESTAMP",
}
_ACCOUNTS = {
    "account": "VARCHAR",
    "timezone": "VARCHAR",
    "days_timezone": "VARCHAR",  # in which the days of what is landed are cut; null: UTC, as older versions did
}
_AD_SPEND = {
    "account": "VARCHAR",
    "date": "DATE",
    "source": "VARCHAR",
    "medium": "VARCHAR",
    "campaign": "VARCHAR",
    "content": "VARCHAR",
    "clicks": "BIGINT",
    "impressions": "BIGINT",
    "currency": "VARCHAR",
    "spend": "DECIMAL(18, 4)",
    "loaded_at": "TIMESTAMP",  # of the call, in UTC
    "file": "VARCHAR",
    "ad_account": "VARCHAR",
    "file_number": "INTEGER",  # its place among the call's files, from 1
}
# The newest load that returned a record byte for byte, after the one that brought it; null: none has.
_CONFIRMED = {
    "confirmed_at": "TIMESTAMP",
    "confirmed_load_id": "VARCHAR",
    "confirmed_page": "INTEGER",
    "confirmed_position": "INTEGER",
}
_SUPERSEDED = {
    "endpoint": "VARCHAR",
    **_RECORDS,  # a version holds from its fetched_at
    **_CONFIRMED,
    "superseded_at": "TIMESTAMP",  # to here: when the window that no longer returned it so was first asked for
    "superseded_by": "VARCHAR",  # changed; merged: came back under another contact's id; deleted: did not come back
    "superseding_load_id": "VARCHAR",
}
_FAILURES = {
    "account": "VARCHAR",
    "endpoint": "VARCHAR",
    "first_day": "DATE",  # the account's days that a run was to read and did not land, both included
    "last_day": "DATE",
    "reason": "VARCHAR",
    "failed_at": "TIMESTAMP",
    "failed_on": "DATE",  # the account's date at the time
    "run_id": "VARCHAR",
}


def _table(name: str, columns: Mapping[str, str]) -> str:
    """SQL: the table with these columns, whichever of them an older version has made already."""
    definitions = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    added = (f'alter table raw.{name} add column if not exists "{column}" {kind};' for column, kind in columns.items())
    return f"create table if not exists raw.{name} ({definitions}); {' '.join(added)}"


STEPS: list[tuple[str, str]] = [
    (
        "all tables of raw, and the columns that versions without numbers had not made",
        "".join(
            _table(name, columns)
            for name, columns in {
                "contacts": _RECORDS,
                "clicks": _RECORDS,
                "orders": _RECORDS,
                "loads": _LOADS,
                "rejects": _REJECTS,
                "accounts": _ACCOUNTS,
                "ad_spend": _AD_SPEND,
            }.items()
        ),
    ),
    (
        "what is so of one account, from its settings; null: dbt's variable of that name holds",
        "".join(
            f"alter table raw.accounts add column if not exists {fact} {kind};"
            for fact, kind in {
                "refund_semantics": "VARCHAR",
                "tracking_began": "TIMESTAMP",
                "vendor_last_click_lookback_days": "INTEGER",
                "subscription_grace_days": "INTEGER",
            }.items()
        ),
    ),
    (
        "versions of records that hold no longer, when those that hold came last, and what each load changed",
        "".join(
            f"alter table raw.{table} add column if not exists {column} {kind};"
            for table, columns in {
                "contacts": _CONFIRMED,
                "clicks": _CONFIRMED,
                "orders": _CONFIRMED,
                "loads": {"added": "BIGINT", "changed": "BIGINT", "deleted": "BIGINT"},
            }.items()
            for column, kind in columns.items()
        )
        + _table("superseded", _SUPERSEDED),
    ),
    (
        "days that a run failed to read, and the settings that say which days are due",
        _table("failures", _FAILURES)
        + "alter table raw.accounts add column if not exists start_date DATE;"
        + "alter table raw.accounts add column if not exists lookback_days INTEGER;",
    ),
]
"""What each step is for, and its SQL; the first one's number is 1."""


def is_current(connection: Connection, path: Path) -> bool:
    """Whether the warehouse has taken all steps. Raises `WarehouseError` where a newer version has taken more."""
    return _taken(connection, path) == len(STEPS)


def _taken(connection: Connection, path: Path) -> int:
    try:
        ((taken,),) = connection.execute("select coalesce(max(number), 0) from raw.migrations").fetchall()
    except Missing:
        return 0
    if taken > len(STEPS):
        raise WarehouseError(
            f"the warehouse {path} was made by a newer version (its tables are at step {taken}, this version knows "
            f"{len(STEPS)}); use that version, or set WICKED_DUCKDB_PATH to another file. Nothing was changed"
        )
    return int(taken)


def migrate(connection: Connection, path: Path) -> None:
    """Takes the steps that the warehouse hasn't taken, all of them or none."""
    taken = _taken(connection, path)
    if taken == len(STEPS):
        return

    def take() -> None:
        connection.execute("create schema if not exists raw")
        connection.execute(
            "create table if not exists raw.migrations (number INTEGER, step VARCHAR, taken_at TIMESTAMP)"
        )
        for number, (name, statements) in enumerate(STEPS[taken:], start=taken + 1):
            connection.execute(statements)
            connection.execute(
                "insert into raw.migrations values (?, ?, timezone('UTC', current_timestamp)::timestamp)",
                [number, name],
            )

    in_one_transaction(connection, take)
