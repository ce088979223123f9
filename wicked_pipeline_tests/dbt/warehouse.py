"""A warehouse whose raw tables are filled by hand, and dbt run on it in this process.

The tables have the columns that users are promised and no more, so the models can't lean on anything else. What the
figures should be is in the reference modules beside this one, not here.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from wicked_pipeline_tests.dbt.world import World

DBT_PROJECT = Path(__file__).parents[2] / "dbt"

RAW_TABLES = """
    create schema if not exists raw;
    create or replace table raw.contacts (
        account varchar, partition_date date, record json, fetched_at timestamp, load_id varchar, page integer,
        position integer
    );
    create or replace table raw.clicks as from raw.contacts;
    create or replace table raw.orders as from raw.contacts;
    create or replace table raw.superseded as
        select
            null::varchar as endpoint, *,
            null::timestamp as superseded_at, null::varchar as superseded_by, null::varchar as superseding_load_id
        from raw.contacts;
    create or replace table raw.loads (
        load_id varchar, account varchar, endpoint varchar, window_from date, window_to date, pages integer,
        total integer, records integer, outside integer, requests integer, settled boolean, fetched_at timestamp,
        run_id varchar
    );
    create or replace table raw.rejects (
        account varchar, endpoint varchar, load_id varchar, page integer, position integer, reason varchar,
        content varchar, rejected_at timestamp
    );
    create or replace table raw.accounts (account varchar, timezone varchar);
"""

FIRST_FETCH = datetime(2024, 6, 1, tzinfo=UTC).replace(tzinfo=None)


class Warehouse:
    """Raw tables in `path`, rows put into them as landing would, and dbt's models built from them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loads: Counter[str] = Counter()  # by account, so that its loads are as old as they would be alone
        self.query(RAW_TABLES)

    def query(self, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
        """The rows of `sql`, each by column name."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set timezone = 'UTC'")
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def set_timezone(self, account: str, timezone: str) -> None:
        self.query("delete from raw.accounts where account = ?", [account])
        self.query("insert into raw.accounts values (?, ?)", [account, timezone])

    def load(
        self,
        endpoint: str,
        days: Mapping[date, Iterable[Mapping[str, Any] | str]],
        *,
        account: str = "shop",
        settled: bool | None = None,
    ) -> str:
        """Replace these days by one load of records (dicts, or JSON as text); returns the load's id."""
        self.loads[account] += 1
        fetched_at = FIRST_FETCH + timedelta(hours=self.loads[account])
        load_id = f"load-{self.loads.total():05d}"
        rows: list[list[Any]] = []
        for day, records in days.items():
            for record in records:
                text = record if isinstance(record, str) else json.dumps(record)
                rows.append([account, day, text, fetched_at, load_id, 1 + len(rows) // 1000, len(rows) % 1000])
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("begin")
            connection.execute(
                f"delete from raw.{endpoint} where account = ? and list_contains(?, partition_date)",
                [account, list(days)],
            )
            if rows:
                columns = [list(column) for column in zip(*rows, strict=True)]
                connection.execute(f"insert into raw.{endpoint} select {', '.join(['unnest(?)'] * 7)}", columns)
            connection.execute(
                "insert into raw.loads values (?, ?, ?, ?, ?, 1, ?, ?, 0, 1, ?, ?, 'run')",
                [load_id, account, endpoint, min(days), max(days), len(rows), len(rows), settled, fetched_at],
            )
            connection.execute("commit")
        return load_id

    def hold(self, world: World) -> None:
        """Land this world and forget what was there before."""
        self.query("delete from raw.contacts; delete from raw.clicks; delete from raw.orders; delete from raw.loads")
        self.set_timezone("shop", world.timezone)
        for endpoint in ("contacts", "clicks", "orders"):
            if days := world.by_day(endpoint):
                self.load(endpoint, days)

    def dbt(self, *arguments: str) -> None:
        """Run dbt with these arguments on this warehouse; raises AssertionError with what failed."""
        run_dbt(self.path, *arguments)

    def compiled(self, text: str) -> str:
        """What dbt makes of a piece of SQL with macros in it."""
        [result] = run_dbt(self.path, "compile", "--inline", text)
        return str(result.node.compiled_code)


def invoke_dbt(project: Path, warehouse: Path, *arguments: str) -> dbtRunnerResult:
    """What dbt says of these arguments on `warehouse`, beside which it writes; the environment stays as it was."""
    target, logs = str(warehouse.parent / "target"), str(warehouse.parent / "logs")
    environment = {
        "WICKED_DUCKDB_PATH": str(warehouse),
        "DBT_TARGET_PATH": target,
        "DBT_ENGINE_TARGET_PATH": target,  # dbt sets it itself, and prefers it
        "DBT_LOG_PATH": logs,
        "DBT_ENGINE_LOG_PATH": logs,
    }
    directories = ["--project-dir", str(project), "--profiles-dir", str(project), "--quiet", "--no-write-json"]
    with patch.dict(os.environ, environment):
        manifest = _parsed((*_variables(arguments), *directories), warehouse.stem)
        return dbtRunner(manifest and manifest.deepcopy()).invoke([*arguments, *directories])


@cache
def _parsed(options: tuple[str, ...], database: str) -> Manifest | None:  # noqa: ARG001 - it is in relations' names
    """The manifest of a project and its variables: to parse it takes longer than most tests.

    None where it can't be parsed: dbt then says why.
    """
    manifest = dbtRunner().invoke(["parse", *options]).result
    return manifest if isinstance(manifest, Manifest) else None


def _variables(arguments: Sequence[str]) -> Sequence[str]:
    at = arguments.index("--vars") if "--vars" in arguments else len(arguments)
    return arguments[at : at + 2]


def run_dbt(path: Path, *arguments: str) -> Sequence[Any]:
    """dbt's results of these arguments on the warehouse at `path`; raises AssertionError with what failed."""
    outcome = invoke_dbt(DBT_PROJECT, path, *arguments)
    nodes = getattr(outcome.result, "results", None) or []
    failed = [f"{node.node.name}: {node.message}" for node in nodes if node.status in ("error", "fail")]
    assert outcome.success, "\n".join(failed) or repr(outcome.exception)
    return nodes
