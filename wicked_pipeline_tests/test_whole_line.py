"""The whole line, from the API to the marts, holds the API's world when its commands are killed or work at once."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from wicked_pipeline.sandbox import Server, build_world, running
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.command import COMMAND
from wicked_pipeline_tests.served import assert_holds
from wicked_pipeline_tests.test_ingest_crashes import read_all_the_time

FIRST, LAST = date(2024, 1, 1), date(2024, 2, 29)
Process = subprocess.Popen[bytes]

pytestmark = [pytest.mark.long, pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    days = (LAST - FIRST).days + 1
    with running(build_world(FIRST, days, contacts=10, clicks=60, orders=8), requests_per_minute=0) as server:
        server.switches.latency = 0.3
        yield server


def start(server: Server, folder: Path, *arguments: str) -> Process:
    """The command on the warehouse in `folder`, in a process group of its own; what it says goes to a file there."""
    folder.mkdir(exist_ok=True)
    settings = {
        "WICKED_API_URL": server.url,
        "WICKED_API_KEY": server.key,
        "WICKED_START_DATE": str(FIRST),
        "WICKED_TODAY": str(LAST + timedelta(days=1)),
        "WICKED_DUCKDB_PATH": str(folder / "shop.duckdb"),
        "DAGSTER_HOME": str(folder / "home"),
    }
    with (folder / "said.txt").open("a") as said:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=PROJECT_ROOT,
            env=os.environ | settings,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def backfill(server: Server, folder: Path, first: date = FIRST, last: date = LAST) -> Process:
    return start(server, folder, "backfill", str(first), str(last))


def ends_well(process: Process, folder: Path) -> None:
    assert process.wait() == 0, (folder / "said.txt").read_text()


def marts(folder: Path) -> dict[str, list[str]]:
    """Each mart's rows, but for the instants of its building and the last digits of sums, which hang on their order."""
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        every = "columns(name -> name not in ('fetched_at', 'loaded_at', 'valid_from'))"
        return {
            name: sorted(map(_rounded, connection.execute(f"select {every} from marts.{name}").fetchall()))
            for (name,) in names
        }


def _rounded(row: tuple[object, ...]) -> str:
    return repr([round(value, 9) if isinstance(value, float) else value for value in row])


def test_a_run_killed_six_times_anywhere_is_finished_by_the_seventh(server: Server, tmp_path: Path) -> None:
    """While it starts, reads, lands or builds; what comes of it is what a run that nobody disturbs makes."""
    seed = time.time_ns() % 1000
    print(f"seed {seed}")
    rng, begun = Random(seed), time.monotonic()
    ends_well(backfill(server, tmp_path / "calm"), tmp_path / "calm")
    takes = time.monotonic() - begun
    for number in range(6):
        process = backfill(server, tmp_path / "killed")
        with suppress(subprocess.TimeoutExpired):
            process.wait(takes * (number + rng.random()) / 6)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    ends_well(backfill(server, tmp_path / "killed"), tmp_path / "killed")
    assert_holds(tmp_path / "killed" / "shop.duckdb", server.world, LAST)
    assert marts(tmp_path / "killed") == marts(tmp_path / "calm")


def test_two_overlapping_backfills_a_build_and_a_reader_at_once(server: Server, tmp_path: Path) -> None:
    """Each waits for the warehouse as long as another of them has it; the reader, for no more than a transaction."""
    ends_well(backfill(server, tmp_path, FIRST, FIRST), tmp_path)
    runs = [
        backfill(server, tmp_path, FIRST, LAST - timedelta(days=9)),
        backfill(server, tmp_path, FIRST + timedelta(days=9), LAST),
        start(server, tmp_path, "marts"),
    ]
    longest = read_all_the_time(tmp_path / "shop.duckdb", runs)
    print(f"nobody could read for {longest:.1f} s")
    assert longest < 5, "far less than a build takes"
    for run in runs:
        ends_well(run, tmp_path)
    assert_holds(tmp_path / "shop.duckdb", server.world, LAST)
