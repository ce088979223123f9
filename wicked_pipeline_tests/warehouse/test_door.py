"""The file, opened to write or to read: any path, private, one writer at a time, and how long others are waited for."""

import errno
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import duckdb
import pytest

from wicked_pipeline.warehouse import (
    Connection,
    WarehouseError,
    build_warehouse,
    copy_of,
    held_by_us,
    read_warehouse,
    write_warehouse,
)


def test_any_path_may_name_it_and_it_is_private(tmp_path: Path) -> None:
    path = tmp_path / "it's a shop" / "ü.duckdb"
    with write_warehouse(path) as connection:
        connection.execute("create table held as select 1 as one")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute("from held").fetchall() == [(1,)]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("door", [write_warehouse, read_warehouse])
def test_a_file_of_data_is_no_warehouse(
    tmp_path: Path, door: Callable[[Path], AbstractContextManager[Connection]]
) -> None:
    """DuckDB would take it for a view in memory, into which landing goes for nothing."""
    path = tmp_path / "spend.csv"
    path.write_text("date,spend\n2024-01-31,5\n")
    with pytest.raises(WarehouseError, match=r"spend\.csv is not a DuckDB file"), door(path):
        pass


def test_a_second_connection_of_the_same_process_waits_for_the_first(tmp_path: Path) -> None:
    path, waits, is_open, said = tmp_path / "shop.duckdb", threading.Event(), threading.Event(), []

    def told(who: str) -> None:
        said.append(who)
        waits.set()

    def hold() -> None:
        with write_warehouse(path) as connection:
            connection.execute("create table held as select 1 as one")
            is_open.set()
            waits.wait(10)

    first = threading.Thread(target=hold)
    first.start()
    assert is_open.wait(10)
    with write_warehouse(path, on_wait=told) as connection:
        assert connection.execute("from held").fetchall() == [(1,)]
    first.join()
    assert said[0] == f"the warehouse {path} is in use by another connection"
    assert said[-1] == ""


HOLDS = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=len(sys.argv) > 2)
print(flush=True)
sys.stdin.read()
"""
IS_KILLED = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("insert into held values (2)")
os._exit(0)
"""


@contextmanager
def held_by_another_program(path: Path, *options: str) -> Iterator[None]:
    """Another process has the file open, to write it, or with an option only to read it."""
    command = [sys.executable, "-c", HOLDS, str(path), *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            yield
        finally:
            holder.kill()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A warehouse whose name is like ours, as by default."""
    path = tmp_path / "wicked-dbt-dagster.duckdb"
    with write_warehouse(path) as connection:
        connection.execute("create table held as select 1 as one")
    return path


def test_who_reads_does_so_beside_other_readers(shop: Path) -> None:
    with held_by_another_program(shop, "to read"), read_warehouse(shop) as connection:
        assert connection.execute("from held").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("create table more as select 1")


def test_who_reads_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="there is no warehouse"), read_warehouse(tmp_path / "no"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_another_program_is_waited_for_briefly_whatever_the_file_is_called(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wicked_pipeline.warehouse.door._WAIT_FOR_STRANGERS", 0.5)
    monkeypatch.setattr("wicked_pipeline.warehouse.door._WAIT_TO_READ", 0.5)
    with held_by_another_program(shop):
        for door in (write_warehouse, read_warehouse):
            with (
                pytest.raises(WarehouseError, match=r"in use by .*release it within \d s; close the"),
                door(shop),
            ):
                pass


def test_a_process_of_ours_is_waited_for_longer(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wicked_pipeline.warehouse.door._WAIT_FOR_STRANGERS", 0.0)
    waits: list[str] = []
    with held_by_us(shop):
        with held_by_another_program(shop):
            waiter = threading.Thread(target=_open_and_close, args=(shop, waits.append))
            waiter.start()
            waiter.join(1)
            assert waiter.is_alive()
        waiter.join(30)
    assert waits[-1] == ""


def _open_and_close(path: Path, on_wait: Callable[[str], None]) -> None:
    with write_warehouse(path, on_wait=on_wait):
        pass


def test_readers_who_connect_and_stay_hinder_nobody(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty landings and five builds, each with a reader more, and none of them ever leaves."""
    monkeypatch.setattr("wicked_pipeline.warehouse.door._WAIT_FOR_READERS", 0.2)
    with write_warehouse(shop) as connection:
        connection.execute("create table landed (number integer); create table built (number integer)")
    longest = 0.0
    with ExitStack() as readers:
        for number in range(25):
            readers.enter_context(held_by_another_program(shop, "to read"))
            begun = time.monotonic()
            if number % 5:
                with write_warehouse(shop) as connection:
                    longest = max(longest, time.monotonic() - begun)
                    connection.execute("insert into landed values (?)", [number])
            else:
                with build_warehouse(shop) as copy, duckdb.connect(str(copy)) as connection:
                    longest = max(longest, time.monotonic() - begun)
                    connection.execute("insert into built select count(*) from landed")
    with read_warehouse(shop) as connection:
        assert connection.execute("select count(*) from landed").fetchone() == (20,)
        assert connection.execute("from built order by all").fetchall() == [(0,), (4,), (8,), (12,), (16,)]
    assert longest < 30
    assert not any(copy_of(shop).parent.iterdir())


def test_without_room_for_a_copy_a_reader_who_stays_is_waited_for(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fills_the_disk(_: BinaryIO, target: BinaryIO) -> None:
        target.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    for name, value in {
        "door._WAIT_FOR_READERS": 0.0,
        "door._WAIT_FOR_STRANGERS": 0.5,
        "duckdb_file._copy": fills_the_disk,
    }.items():
        monkeypatch.setattr(f"wicked_pipeline.warehouse.{name}", value)
    gave_up = pytest.raises(WarehouseError, match=r"in use by another process \(.* within .*; close the")
    with held_by_another_program(shop, "to read"), gave_up, write_warehouse(shop):
        pass
    assert not any(copy_of(shop).parent.iterdir())


def test_a_reader_who_stays_keeps_what_a_killed_writer_left_in_the_log(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wicked_pipeline.warehouse.door._WAIT_FOR_READERS", 0.2)
    subprocess.run([sys.executable, "-c", IS_KILLED, str(shop)], check=True)
    assert Path(f"{shop}.wal").exists()
    with held_by_another_program(shop, "to read"), write_warehouse(shop) as connection:
        assert connection.execute("from held").fetchall() == [(1,), (2,)]
