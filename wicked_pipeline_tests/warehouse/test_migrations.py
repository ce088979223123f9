"""Raw's tables are this version's, whichever made them: a step is taken once, and what a newer one made is refused."""

import lzma
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from wicked_pipeline.sandbox import running, world_of_records
from wicked_pipeline.warehouse import DatabaseError, WarehouseError, migrations, read_warehouse, write_warehouse
from wicked_pipeline_tests.dbt.warehouse import run_dbt
from wicked_pipeline_tests.shop import Shop

BEFORE = Path(__file__).with_name("before_migrations.duckdb.xz")
"""Eight days of the sandbox's shop, landed by two runs, spend, and all models: by the last version without numbers."""

RUNS = [(date(2024, 1, 1), date(2024, 1, 4)), (date(2024, 1, 3), date(2024, 1, 8))]
OF_A_RUN = (
    "'(first_|confirmed_|)(fetched_at|at|load_id|page|position)"
    "|latest_plausible_at|last_fetched_at|valid_from|valid_to|loaded_at|rejected_at|run_id|taken_at|added|changed|deleted'"
)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "before" / "shop.duckdb"
    path.parent.mkdir()
    path.write_bytes(lzma.decompress(BEFORE.read_bytes()))
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path)) as connection:  # as dbt does, which may still have it in this process
        return connection.execute(sql).fetchall()


def fresh(before: Path, folder: Path) -> Path:
    """What this version makes of the records and the spend in `before`."""
    folder.mkdir()
    for name in ("contacts", "clicks", "orders"):
        records = rows(before, f"select record::varchar from raw.{name}")
        (folder / f"{name}.ndjson").write_text("".join(f"{record}\n" for (record,) in records))
    settings = {"name": "shop", "duckdb_path": folder / "shop.duckdb", "start_date": RUNS[0][0]}
    with running(world_of_records(folder, "America/New_York"), requests_per_minute=0) as server:
        shop = Shop(server, folder, today=date(2024, 1, 9), **settings)
        for first, last in RUNS:
            shop.run(first, last)
    with write_warehouse(folder / "shop.duckdb") as connection:
        connection.execute(
            f"attach '{before}' as before (read_only); insert into raw.ad_spend from before.raw.ad_spend"
        )
    return folder / "shop.duckdb"


def contents(path: Path) -> dict[str, list[str]]:
    """Each table's rows, but for when, where and by which run they came, and sums' last digits.

    Not those of `intermediate`, in whose numbers one build differs from the next.
    """
    tables = "select schema_name || '.' || table_name from duckdb_tables() where schema_name <> 'intermediate'"
    with duckdb.connect(str(path)) as connection:
        return {
            table: sorted(
                repr([round(value, 9) if isinstance(value, float) else value for value in row])
                for row in connection.execute(
                    f"select columns(name -> not regexp_full_match(name, {OF_A_RUN})) from {table}"
                ).fetchall()
            )
            for (table,) in connection.execute(tables).fetchall()
        }


def test_a_warehouse_of_the_version_before_migrates_and_equals_a_fresh_one(before: Path, tmp_path: Path) -> None:
    made = fresh(before, tmp_path / "fresh")
    with write_warehouse(before) as connection:  # a run would enter the settings, which older versions did not
        connection.execute("update raw.accounts set start_date = ?, lookback_days = 3", [RUNS[0][0]])
    for path in (before, made):
        run_dbt(path, "build", "--exclude-resource-types", "unit_test", "test")
    migrated, expected = contents(before), contents(made)
    assert {name for name, table in expected.items() if migrated[name] != table} == set()
    assert len(expected["marts.orders"]) > 10


def test_each_step_is_taken_once_by_whoever_writes(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = [*migrations.STEPS, ("a column more", "alter table raw.accounts add column first_day date")]
    for steps in (migrations.STEPS, more):
        monkeypatch.setattr(migrations, "STEPS", steps)
        for _ in range(2):
            with write_warehouse(before):
                pass
        assert rows(before, "select number, step from raw.migrations") == [
            (number, name) for number, (name, _) in enumerate(steps, start=1)
        ]
    assert rows(before, "select first_day from raw.accounts") == [(None,)]


def test_a_step_that_fails_leaves_the_warehouse_as_it_was(before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = contents(before)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", [*migrations.STEPS, ("fails", "alter table raw.nothing drop column x")])
        with pytest.raises(DatabaseError, match="nothing"), write_warehouse(before):
            pass
    assert contents(before) == was
    with write_warehouse(before):
        pass


def test_a_warehouse_newer_than_the_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with write_warehouse(path) as connection:
        connection.execute("insert into raw.migrations (number) values (99)")
    content = path.read_bytes()
    for door in (read_warehouse, write_warehouse):
        with (
            pytest.raises(WarehouseError, match=r"^the warehouse .*shop\.duckdb was made by a newer version"),
            door(path),
        ):
            pass
    assert path.read_bytes() == content


def test_a_reader_of_an_older_warehouse_reads_it_or_is_told_what_adds_the_rest(before: Path) -> None:
    content = before.read_bytes()
    with read_warehouse(before) as connection:
        assert connection.execute("select count(*) from raw.loads").fetchone() == (6,)
    with pytest.raises(WarehouseError, match=r"an older version.*`wicked-pipeline marts`"), read_warehouse(before) as c:
        c.execute("select first_day from raw.accounts")
    assert before.read_bytes() == content
