"""Many accounts' records into a warehouse's raw tables at once: a load for each costs more than a build."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from wicked_pipeline_tests.dbt.warehouse import Warehouse

AD_SPEND = (
    "create table raw.ad_spend (account varchar, date date, source varchar, medium varchar, campaign varchar,"
    " currency varchar, spend decimal(18, 4))"
)


def put_records(warehouse: Warehouse, table: str, rows: Iterable[tuple[str, date, dict[str, Any]]]) -> None:
    """Append records (account, UTC day, the API's record) to `raw.<table>`."""
    path = warehouse.path.with_name(f"{table}.json")
    written = [{"account": account, "day": str(day), "record": record} for account, day, record in rows]
    path.write_text("\n".join(map(json.dumps, written)))
    warehouse.query(
        f"insert into raw.{table} select account, day, record, timestamp '2025-04-01', 'load', 1, 0"
        " from read_json(?, columns = {account: 'varchar', day: 'date', record: 'json'})",
        [str(path)],
    )


def put_accounts(warehouse: Warehouse, accounts: Iterable[tuple[str, str, date, date]]) -> None:
    """Each account's zone, and the first and last day that the ledger says its orders were read for."""
    columns = [list(column) for column in zip(*accounts, strict=True)]
    warehouse.query("insert into raw.accounts select unnest(?), unnest(?)", columns[:2])
    warehouse.query(
        "insert into raw.loads (load_id, account, endpoint, window_from, window_to)"
        " select 'load', unnest(?), 'orders', unnest(?), unnest(?)",
        [columns[0], *columns[2:]],
    )
