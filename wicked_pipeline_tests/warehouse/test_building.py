"""Models are built beside the warehouse: nobody who reads is shut out, nothing that lands before or after is lost."""

import os
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline.warehouse import WarehouseError, build_warehouse, copy_of, copy_warehouse, write_warehouse

READS = "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True).execute('from t').fetchall())"
READS_TWICE = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print(connection.execute("from t").fetchall(), flush=True)
sys.stdin.readline()
print(connection.execute("from t").fetchall())
"""
WRITES = "import sys, duckdb; duckdb.connect(sys.argv[1]).execute('insert into t values (9)')"
IS_KILLED = (
    "import os, sys, duckdb; c = duckdb.connect(sys.argv[1]); c.execute('insert into t values (2)'); os._exit(0)"
)
GOES_ON = """
import sys, duckdb
from contextlib import suppress
connection = duckdb.connect(sys.argv[1])
print(flush=True)
while True:
    with suppress(duckdb.Error):
        connection.execute("insert into t values (8)")
        connection.execute("checkpoint")
"""
BUILDS_OFTEN = """
import sys, duckdb
from pathlib import Path
from wicked_pipeline.warehouse import build_warehouse
for _ in range(int(sys.argv[2])):
    with build_warehouse(Path(sys.argv[1])) as copy, duckdb.connect(str(copy)) as connection:
        connection.execute("insert into built select count(*) from t")
"""
LANDS_OFTEN = """
import sys
from pathlib import Path
from wicked_pipeline.warehouse import write_warehouse
for number in range(int(sys.argv[2])):
    with write_warehouse(Path(sys.argv[1])) as connection:
        connection.execute("insert into t values (?)", [number])
"""


class Interrupted(Exception):
    """What breaks a build off."""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with write_warehouse(path) as connection:
        connection.execute("create table t as select 1 as a")
    return path


def run(code: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def add_two(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("insert into t values (2)")


def test_while_models_are_built_all_may_read_and_none_may_write(warehouse: Path) -> None:
    with build_warehouse(warehouse) as copy:
        add_two(copy)
        assert run(READS, warehouse).stdout == "[(1,)]\n"
        assert "Could not set lock" in run(WRITES, warehouse).stderr
    assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"
    assert run(WRITES, warehouse).returncode == 0


def test_who_goes_on_reading_hinders_no_build_and_reads_what_was_there(warehouse: Path) -> None:
    command = [sys.executable, "-c", READS_TWICE, str(warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "[(1,)]\n"
        with build_warehouse(warehouse) as copy:
            add_two(copy)
        assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"
        assert reader.communicate("go on\n")[0] == "[(1,)]\n"


def test_a_build_that_is_broken_off_leaves_the_warehouse_as_it_was(warehouse: Path) -> None:
    with suppress(Interrupted), build_warehouse(warehouse) as copy:
        add_two(copy)
        raise Interrupted
    assert run(READS, warehouse).stdout == "[(1,)]\n"
    assert list(copy.parent.iterdir()) == []


def test_what_a_killed_build_left_is_not_in_the_way(warehouse: Path) -> None:
    copy = copy_of(warehouse)
    copy.parent.mkdir()
    copy.write_bytes(b"half a copy")
    (copy.parent / "shop.duckdb.tmp").mkdir()
    with build_warehouse(warehouse) as copy:
        add_two(copy)
    assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"


def test_what_a_killed_run_left_in_the_log_is_in_the_copy(warehouse: Path) -> None:
    run(IS_KILLED, warehouse)
    assert Path(f"{warehouse}.wal").exists()
    with build_warehouse(warehouse):
        pass
    assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"


def test_the_log_that_a_killed_run_left_beside_a_links_target_is_in_the_copy(warehouse: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked" / "wicked.duckdb"
    link.parent.mkdir()
    link.symlink_to(warehouse)
    run(IS_KILLED, link)
    assert Path(f"{warehouse}.wal").exists()
    with build_warehouse(link) as copy:
        assert run(READS, copy).stdout == "[(1,), (2,)]\n"
    assert not Path(f"{warehouse}.wal").exists()
    assert run(READS, link).stdout == "[(1,), (2,)]\n"


def test_a_log_that_was_torn_in_its_first_entry_holds_no_build_up(warehouse: Path) -> None:
    run(IS_KILLED, warehouse)
    log = Path(f"{warehouse}.wal")
    os.truncate(log, log.stat().st_size // 2)
    with build_warehouse(warehouse):
        assert not log.exists()
    assert run(READS, warehouse).stdout == "[(1,)]\n"


def test_a_dbt_whose_builder_was_killed_does_not_touch_the_next_build(warehouse: Path) -> None:
    with ExitStack() as at_end:
        with suppress(Interrupted), build_warehouse(warehouse) as copy:
            orphan = subprocess.Popen([sys.executable, "-c", GOES_ON, str(copy)], stdout=subprocess.PIPE)
            at_end.callback(orphan.communicate)
            at_end.callback(orphan.kill)
            assert orphan.stdout is not None
            orphan.stdout.readline()
            raise Interrupted
        with build_warehouse(warehouse) as copy:
            for _ in range(20):
                add_two(copy)
            assert orphan.poll() is None
    assert run(READS, warehouse).stdout == f"[{', '.join(['(1,)'] + ['(2,)'] * 20)}]\n"


def test_a_warehouse_that_was_replaced_meanwhile_is_left_alone(warehouse: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.duckdb"
    with write_warehouse(backup) as connection:
        connection.execute("create table t as select 5 as a")
    with pytest.raises(WarehouseError, match="was replaced while models were built"), build_warehouse(warehouse):
        backup.replace(warehouse)
    assert run(READS, warehouse).stdout == "[(5,)]\n"


def test_a_builder_that_is_killed_after_its_last_commit_loses_nothing(warehouse: Path) -> None:
    with build_warehouse(warehouse) as copy:
        run(IS_KILLED, copy)
        assert Path(f"{copy.resolve()}.wal").exists()
    assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"


def test_a_link_stays_one_and_who_may_read_still_may(warehouse: Path, tmp_path: Path) -> None:
    link = tmp_path / "linked" / "wicked.duckdb"
    link.parent.mkdir()
    link.symlink_to(warehouse)
    warehouse.chmod(0o640)
    group = 4321 if os.geteuid() == 0 else os.getgroups()[-1]
    os.chown(warehouse, -1, group)
    with build_warehouse(link) as copy:
        assert (copy.name, copy.parent.parent) == (link.name, warehouse.parent)
        add_two(copy)
    assert link.is_symlink()
    assert (warehouse.stat().st_mode & 0o777, warehouse.stat().st_gid) == (0o640, group)
    assert run(READS, warehouse).stdout == "[(1,), (2,)]\n"


def test_builds_and_landings_of_several_processes_lose_nothing(warehouse: Path) -> None:
    with write_warehouse(warehouse) as connection:
        connection.execute("create table built (t integer)")
    link = warehouse.with_name("link.duckdb")
    link.symlink_to(warehouse)
    works = [(BUILDS_OFTEN, warehouse), (BUILDS_OFTEN, link), (LANDS_OFTEN, warehouse), (LANDS_OFTEN, link)]
    runs = [subprocess.Popen([sys.executable, "-c", code, str(path), "12"]) for code, path in works]
    assert [run.wait() for run in runs] == [0] * len(runs)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from t").fetchone() == (1 + 2 * 12,)
        assert connection.execute("select count(*) from built").fetchone() == (2 * 12,)


def test_a_copy_for_good_has_what_a_killed_run_left_in_the_log_and_nothing_of_the_copy_before_it(
    warehouse: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere" / "dev.duckdb"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", IS_KILLED, str(warehouse)], check=True)
        copy_warehouse(warehouse, copy)
        subprocess.run([sys.executable, "-c", IS_KILLED, str(copy)], check=True)
    copy_warehouse(warehouse, copy)
    assert [path.name for path in copy.parent.iterdir()] == ["dev.duckdb"]
    with duckdb.connect(str(copy)) as copied, duckdb.connect(str(warehouse)) as original:
        assert copied.execute("from t").fetchall() == original.execute("from t").fetchall()
        assert len(copied.execute("from t").fetchall()) == 3


def test_a_disk_that_takes_no_copy_is_told_in_one_line(warehouse: Path) -> None:
    copy_of(warehouse).parent.write_text("in the way")
    with pytest.raises(WarehouseError, match=r"^can't copy the warehouse .*shop\.duckdb for a build: File exists$"):
        build_warehouse(warehouse).__enter__()
    os.remove(copy_of(warehouse).parent)
