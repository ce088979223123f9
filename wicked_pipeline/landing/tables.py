"""The tables of the schema `raw`, but for the one of spend (`ad_spend.py`).

No keys, indexes or sequences: the ledger's transaction and dbt's tests hold what keys would, and a lake format has
none. Instants are TIMESTAMP in UTC.
"""

from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.landing.days import cut_days_in
from wicked_pipeline.warehouse import Connection, in_one_transaction

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
_TABLES = {
    **dict.fromkeys(LISTS, _RECORDS),
    "loads": _LOADS,
    "rejects": _REJECTS,
    "accounts": _ACCOUNTS,
}


def prepare(connection: Connection, account: str, timezone: str) -> None:
    """Makes what is missing of the schema, and notes the account's time zone, from which dbt takes it.

    Days that are cut in another zone, by an older version or before the setting was changed, are cut anew.
    """

    def prepare_all() -> None:
        _make(connection)
        cut_days_in(connection, account, timezone)

    in_one_transaction(connection, prepare_all)


def _make(connection: Connection) -> None:
    connection.execute("create schema if not exists raw")
    for table, columns in _TABLES.items():
        definitions = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table if not exists raw.{table} ({definitions})")
        for name, kind in columns.items():
            connection.execute(f'alter table raw.{table} add column if not exists "{name}" {kind}')
