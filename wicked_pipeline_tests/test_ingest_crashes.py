"""Nothing is lost or doubled when runs are killed, the disk is full, the power goes, or several work at once."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from wicked_pipeline.api import PagedSource
from wicked_pipeline.endpoints import CONTACTS
from wicked_pipeline.extract import fetch
from wicked_pipeline.fetched import FetchedWindow
from wicked_pipeline.ingest import spool_root
from wicked_pipeline.landing import Load, land, note_account
from wicked_pipeline.progress import Progress
from wicked_pipeline.sandbox import Fault, Reading, World, build_world
from wicked_pipeline.spool import Spool
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline.windows import DayRange
from wicked_pipeline_tests.backfill_process import start
from wicked_pipeline_tests.shop import Shop, differences, inner_days, open_shop, unaccounted

Process = subprocess.Popen  # of text


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(days=60, clicks=200, contacts=30, orders=30)


def begin(shop: Shop, first: date, last: date) -> "Process[str]":
    return start(shop.server.url, shop.server.key, shop.settings.duckdb_path, first, last, shop.folder)


def wait_for_requests(shop: Shop, count: int, process: "Process[str]") -> None:
    """Until the run has asked for so much, or has ended."""
    while len(shop.server.requests) < count and process.poll() is None:
        time.sleep(0.01)


def finish(shop: Shop, first: date, last: date) -> None:
    """One more run ends well; then all is there, once, and nothing else."""
    process = begin(shop, first, last)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert differences(shop, first, last) == []
    assert unaccounted(shop) == []
    assert shop.spooled() == []
    for table in ("contacts", "clicks", "orders"):
        assert shop.query(f"select count(*) from raw.{table} anti join raw.loads using (load_id)") == [(0,)]


def kill(shop: Shop, first: date, last: date, rng: Random) -> None:
    """Kills a run after so many requests and a moment."""
    shop.server.requests.clear()
    process = begin(shop, first, last)
    wait_for_requests(shop, rng.randrange(1, 10), process)
    time.sleep(rng.random() * 0.2)
    with suppress(ProcessLookupError):  # it may have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_run_killed_three_times_is_finished_by_the_fourth(world: World, tmp_path: Path) -> None:
    killed_at_random(world, tmp_path, seed=time.time_ns() % 1000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(17))
def test_51_kills(world: World, seed: int, tmp_path: Path) -> None:
    killed_at_random(world, tmp_path, seed)


def killed_at_random(world: World, folder: Path, seed: int) -> None:
    print(f"seed {seed}")
    rng = Random(seed)
    first, last = inner_days(world)
    with open_shop(world, folder, latency=0.05) as shop:
        for _ in range(3):
            kill(shop, first, last, rng)
        finish(shop, first, last)


def test_the_power_goes(world: World, tmp_path: Path) -> None:
    """A run is stopped, its files are copied as they are at that moment, and a run on the copy finishes the work."""
    first, last = inner_days(world)
    with open_shop(world, tmp_path / "here", latency=0.05) as shop:
        process = begin(shop, first, last)
        wait_for_requests(shop, 9, process)
        os.killpg(process.pid, signal.SIGSTOP)
        shutil.copytree(tmp_path / "here", tmp_path / "there")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        finish(Shop(shop.server, tmp_path / "there"), first, last)


def whole_windows(shop: Shop) -> set[tuple[str, str]]:
    """The windows in the spool of which each page is there: path, and first day."""
    whole = set()
    for header in spool_root(shop.settings.duckdb_path).glob("*/*/*/window.json"):
        window, pages = json.loads(header.read_bytes())[0], sorted(header.parent.glob("*-*.json"))
        last = json.loads(pages[-1].read_bytes()) if pages else {"page": 0, "totalPages": 1}
        if last["page"] == last["totalPages"]:
            whole.add((window["endpoint"]["path"], window["days"]["first"]))
    return whole


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("reads windows")]


@pytest.mark.parametrize("end", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("latency", [0.0, 0.2])
def test_where_landing_breaks_off_the_next_run_of_the_process_goes_on_at_once(
    world: World, tmp_path: Path, end: type[BaseException], latency: float
) -> None:
    first, last = inner_days(world)
    broke_off: list[float] = []

    def break_off(_: Load) -> None:
        while not whole_windows(shop):
            time.sleep(0.01)
        broke_off.append(time.monotonic())
        raise end

    with open_shop(world, tmp_path, latency=latency) as shop:
        with pytest.raises(end):
            shop.run(first, last, refetch=False, on_load=break_off)
        assert time.monotonic() - broke_off[0] < 2
        assert readers() == []
        left = whole_windows(shop)
        shop.server.requests.clear()
        shop.run(first, last, refetch=False)
        assert left & set(shop.asked()) == set()
        assert differences(shop, first, last) == []
        assert unaccounted(shop) == []
        assert shop.spooled() == []


def test_a_thread_that_still_waits_for_its_answer_writes_nothing_more(world: World, tmp_path: Path) -> None:
    first, last = inner_days(world)

    def break_off(_: Load) -> None:
        shop.server.switches.faults = [Fault("slow", rate=1, seconds=4)]
        time.sleep(0.5)  # by then each thread waits for an answer
        raise KeyboardInterrupt

    with open_shop(world, tmp_path, latency=0.05) as shop:
        with pytest.raises(KeyboardInterrupt):
            shop.run(first, last, refetch=False, on_load=break_off)
        assert readers() != []
        shop.server.switches.faults.clear()
        shop.run(first, last, refetch=False)
        for thread in readers():
            thread.join(10)
        assert differences(shop, first, last) == []
        assert shop.spooled() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 5 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "none", str(disk)]).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_ends_a_run_with_one_line_and_loses_nothing(world: World, small_disk: Path) -> None:
    first, last = inner_days(world)
    with open_shop(world, small_disk) as shop:
        process = begin(shop, first, last)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert len(said.splitlines()) == 1
        assert "space" in said
        landed = shop.query("select load_id from raw.loads")
        subprocess.run(["mount", "-o", "remount,size=100m", str(small_disk)], check=True)
        finish(shop, first, last)
        assert set(landed) <= set(shop.query("select load_id from raw.loads"))


def test_two_overlapping_runs_and_a_reader_at_once(world: World, tmp_path: Path) -> None:
    first, last = inner_days(world)
    with open_shop(world, tmp_path, latency=0.03) as shop:
        runs = [begin(shop, first, last - timedelta(days=9)), begin(shop, first + timedelta(days=9), last)]
        longest = read_all_the_time(shop.settings.duckdb_path, runs)
        assert [run.wait() for run in runs] == [0, 0]
        assert longest < 10, "seconds for which nobody could read"
        finish(shop, first, last)


def read_all_the_time(warehouse: Path, runs: "Sequence[Process[Any]]") -> float:
    """Reads again and again while the runs live; gives the longest time in seconds between two readings."""
    longest, read_at = 0.0, None
    while any(run.poll() is None for run in runs):
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                connection.execute("select count(*) from information_schema.tables").fetchall()
        except duckdb.IOException:
            time.sleep(0.02)
            continue
        longest = max(longest, time.monotonic() - (read_at or time.monotonic()))
        read_at = time.monotonic()
        time.sleep(0.05)
    return longest


def test_a_spool_that_nobody_can_use_is_deleted(world: World, tmp_path: Path) -> None:
    first, _ = inner_days(world)
    with open_shop(world, tmp_path) as shop:
        shop.run(first, first)
        stray = next(spool_root(shop.settings.duckdb_path).iterdir()) / "0123"
        (stray / "clicks-2024").mkdir(parents=True)
        (stray / "clicks-2024" / "window.json").write_bytes(b"\0\0\0")
        shop.run(first, first)
        assert shop.spooled() == []


def test_a_run_that_lands_late_loses_no_record_that_only_it_has_seen(world: World, tmp_path: Path) -> None:
    """Of two overlapping runs the one that has asked first lands last: undated contacts beyond the other's days too."""
    first, last = inner_days(world)
    late = first + timedelta(days=20)
    with open_shop(world, tmp_path, reading=Reading(create_dates="null")) as shop:
        with write_warehouse(shop.settings.duckdb_path) as connection:
            note_account(connection, shop.account)
        with Spool(tmp_path / "spool", "default", last) as spool:
            work = {CONTACTS: [DayRange(late, last)]}
            zone = shop.account.zone
            windows: list[FetchedWindow] = []
            source = PagedSource(shop.client())
            fetch(source, work, spool, windows.extend, zone=zone, per_day={}, progress=Progress())
            shop.run(first, last - timedelta(days=5), endpoints=[CONTACTS])
            with write_warehouse(shop.settings.duckdb_path) as connection:
                for window in windows:
                    land(connection, window, "default", "late")
        assert [line for line in differences(shop, first, last) if line.startswith("contacts")] == []
