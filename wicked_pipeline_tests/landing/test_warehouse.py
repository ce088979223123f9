"""The file, opened for writing: any path, private, and one connection at a time."""

import threading
from pathlib import Path

import duckdb

from wicked_pipeline import landing


def test_any_path_may_name_it_and_it_is_private(tmp_path: Path) -> None:
    path = tmp_path / "it's a shop" / "ü.duckdb"
    with landing.open_warehouse(path) as connection:
        connection.execute("create table held as select 1 as one")
    with duckdb.connect(str(path), read_only=True) as reader:
        assert reader.execute("from held").fetchall() == [(1,)]
    assert path.stat().st_mode & 0o077 == 0


def test_a_second_connection_of_the_same_process_waits_for_the_first(tmp_path: Path) -> None:
    path, waits, is_open, said = tmp_path / "shop.duckdb", threading.Event(), threading.Event(), []

    def told(who: str) -> None:
        said.append(who)
        waits.set()

    def hold() -> None:
        with landing.open_warehouse(path) as connection:
            connection.execute("create table held as select 1 as one")
            is_open.set()
            waits.wait(10)

    first = threading.Thread(target=hold)
    first.start()
    assert is_open.wait(10)
    with landing.open_warehouse(path, on_wait=told) as connection:
        assert connection.execute("from held").fetchall() == [(1,)]
    first.join()
    assert said[0] == f"the warehouse {path} is in use by another connection"
    assert said[-1] == ""
