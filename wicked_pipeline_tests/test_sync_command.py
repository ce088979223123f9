"""`wicked-pipeline sync` and `plan` without days: what they say, and that a killed sync goes on where it ended."""

import os
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from wicked_pipeline import cli
from wicked_pipeline.sandbox import Server, build_world, changes, running
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.command import COMMAND, run, set_up
from wicked_pipeline_tests.served import assert_holds

FIRST, LAST = date(2024, 1, 1), date(2024, 3, 30)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server, and settings in the environment for it and for a warehouse that isn't there yet."""
    with running(build_world(FIRST, 90, contacts=60, clicks=60, orders=8), requests_per_minute=0) as server:
        set_up(monkeypatch, server, FIRST, tmp_path)
        yield server


def test_a_plan_of_an_empty_warehouse_sends_no_request_and_makes_no_file(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["plan"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "contacts, 3 days from 2024-03-28 to 2024-03-30 (still change): 1 request"
    assert "clicks, 30 days from 2024-02-27 to 2024-03-27 (not landed for good): 1 request" in told
    assert told[-1].startswith("Waits: ")
    assert told[-1].endswith("57 days from 2024-01-01 to 2024-02-26 (not landed for good): requests unknown")
    assert (server.requests, list(tmp_path.glob("*.duckdb"))) == ([], [])


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("name", "value", "arguments", "says"),
    [
        ("WICKED_DAILY_REQUESTS", "0", ["sync"], "WICKED_DAILY_REQUESTS"),
        ("WICKED_API_KEY", "", ["sync"], "WICKED_API_KEY"),
        ("WICKED_TODAY", "2024-01-01", ["sync"], "WICKED_START_DATE 2024-01-01 is not over yet"),
        ("WICKED_TODAY", "2024-03-31", ["plan", "2024-01-01"], "plan FROM TO needs both days"),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.setenv(name, value)
    assert cli.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


@pytest.mark.timeout(600)
def test_a_killed_sync_that_is_run_again_reads_the_rest_and_builds(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WICKED_TODAY", "2024-03-25")
    seeded = run("backfill", "2024-01-01", "2024-03-24", "--raw-only")
    assert seeded.returncode == 0, seeded.stderr
    monkeypatch.setenv("WICKED_TODAY", "2024-03-31")
    changes.refund(server.world, next(order for order in server.world.orders if order.get("payments")))
    planned = run("plan").stdout.splitlines()
    (total,) = (int(line.split()[2]) for line in planned if line.startswith("In all"))

    server.requests.clear()
    server.switches.latency = 1.0
    killed = subprocess.Popen([*COMMAND, "sync"], cwd=PROJECT_ROOT, env=os.environ, stderr=subprocess.DEVNULL)
    warehouse = tmp_path / "shop.duckdb"
    while killed.poll() is None and len(server.requests) < 5:
        time.sleep(0.05)
    killed.kill()
    killed.wait()
    server.switches.latency = 0.0
    again = run("sync")
    assert again.returncode == 0, again.stderr
    assert "In all 0 requests" not in again.stderr
    assert "contacts, " in again.stderr
    assert len(server.requests) <= total + 3, planned  # answers that were under way when it was killed
    assert_holds(warehouse, server.world, LAST)
    assert "In all 0 requests" in run("plan").stdout
