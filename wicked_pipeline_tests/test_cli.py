"""The command line: what it refuses, how it ends, and that a backfill makes the warehouse equal the server's world."""

import argparse
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from wicked_pipeline import cli
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.sandbox import Server, build_world, running
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.command import COMMAND, run, set_up
from wicked_pipeline_tests.served import assert_holds, rows

FIRST, LAST = date(2024, 1, 1), date(2024, 3, 30)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(build_world(FIRST, 90, contacts=10, clicks=60, orders=8), requests_per_minute=0) as server:
        yield server


@pytest.fixture
def settings(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings in the environment for this server, and the path of a warehouse that isn't there yet."""
    server.switches.key = "sandbox-key"
    return set_up(monkeypatch, server, FIRST, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["2024-01-10", "2024-01-01"], "FROM 2024-01-10 is after TO 2024-01-01"),
        (["2024-03-30", "2024-03-31"], "2024-03-31 is not over yet"),
        (["2024-03-30", "2030-01-01"], "2030-01-01 is not over yet"),
        (["2023-12-31", "2024-01-02"], "before WICKED_START_DATE"),
        (["2024-01-32", "2024-02-02"], "'2024-01-32' is not a date"),
        (["yesterday", "2024-02-02"], "'yesterday' is not a date"),
        (["2024-01-01"], "TO"),
        (["2024-01-01", "2024-01-02", "--fast"], "--fast"),
    ],
)
def test_days_that_cannot_be_right_are_refused_in_one_line(
    settings: Path, server: Server, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    asked = len(server.requests)
    try:
        status = cli.main(["backfill", *arguments])
    except SystemExit as exit_:
        status = exit_.code
    (line,) = capsys.readouterr().err.splitlines()
    assert (status, says in line) == (2, True), line
    assert len(server.requests) == asked
    assert not settings.exists()


def test_a_spend_file_that_is_not_there_is_refused_in_one_line(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["spend", str(settings.with_name("gone.csv"))]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "there is no file" in line
    assert "gone.csv" in line
    assert not settings.exists()


def test_a_wrong_spend_file_is_told_before_the_warehouse_is_waited_for(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = settings.with_name("spend.csv")
    file.write_text("date,spend\n2024-01-01,1\n")
    with duckdb.connect(str(settings)):
        assert cli.main(["spend", str(file)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "spend.csv, line 1: missing column source" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WICKED_API_KEY", ""),
        ("WICKED_API_KEY", "two words"),
        ("WICKED_API_KEY", "secret\nsecret"),
        ("WICKED_API_URL", "ftp://nowhere"),
        ("WICKED_ACCOUNT_TIMEZONE", "Mars/Olympus"),
        ("WICKED_START_DATE", "soon"),
        ("WICKED_LOOKBACK_DAYS", "-1"),
        ("WICKED_REQUESTS_PER_MINUTE", "0"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(
    settings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert cli.main(["backfill", "2024-01-01", "2024-01-02"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
    assert "secret" not in line
    assert not settings.exists()


@pytest.mark.timeout(600)
def test_a_backfill_makes_staging_and_marts_equal_the_servers_world(
    settings: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_ENGINE_TARGET_PATH", str(settings.with_name("elsewhere")))  # as a dbt user may have it
    done = run("backfill", FIRST.isoformat(), LAST.isoformat())
    assert done.returncode == 0, done.stderr
    assert_holds(settings, server.world, LAST)
    told = done.stderr.splitlines()
    rooms = [line.split()[1] for line in told if line.startswith("Building")]
    assert (rooms[0], sorted(rooms)) == ("staging,", ["core,", "intermediate,", "marts,", "staging,"])
    counts = {name: rows(settings, f"select count(*) as n from raw.{name}")[0]["n"] for name in sorted(LISTS)}
    landed = "; ".join(f"{name}: {count:,} added, 0 changed, 0 deleted" for name, count in counts.items())
    assert f"Landed {landed}" in told
    assert re.search(r"\d+ of \d+ checks passed; these warn:$", done.stderr, re.MULTILINE)
    (line,) = (line for line in told if "forecast_was_fitted" in line)
    assert line.startswith("  forecast_was_fitted of marts/forecast_parameters: Shows which of the forecast")
    assert settings.stat().st_mode & 0o077 == 0
    assert server.key not in done.stderr + done.stdout

    asked = len(server.requests)
    again = run("backfill", FIRST.isoformat(), "2024-03-20", "--raw-only")
    assert (again.returncode, len(server.requests)) == (0, asked), again.stderr
    assert run("backfill", FIRST.isoformat(), "2024-01-05", "--raw-only", "--refetch").returncode == 0
    assert len(server.requests) > asked


def test_a_check_that_fails_ends_the_command_with_status_1(settings: Path) -> None:
    days = ("backfill", "2024-02-01", "2024-02-03", "--raw-only")
    assert run(*days).returncode == 0
    with duckdb.connect(str(settings)) as connection:
        connection.execute("update raw.loads set total = total + 3 where endpoint = 'orders'")
    done = run(*days)
    *_, passed, failed = done.stderr.splitlines()
    assert (done.returncode, passed) == (1, "8 of 9 checks passed")
    assert "1 check failed: equals_the_total of wicked/orders" in failed


def test_a_refused_key_is_told_in_one_line_after_at_most_six_requests(settings: Path, server: Server) -> None:
    server.switches.key, asked = "another", len(server.requests)
    done = run("backfill", "2024-01-01", "2024-03-30", "--raw-only")
    assert done.returncode == 1
    assert "refuses the API key (401" in done.stderr.splitlines()[-1]
    assert len(server.requests) - asked <= 6
    assert rows(settings, "from raw.loads") == []


def test_a_file_that_is_no_warehouse_is_named(settings: Path) -> None:
    settings.write_bytes(b"not a database" * 1000)
    done = run("backfill", "2024-01-01", "2024-01-02", "--raw-only")
    assert done.returncode == 1
    assert f"{settings} is not a DuckDB file" in done.stderr.splitlines()[-1]


def test_ctrl_c_ends_it_cleanly_and_the_next_backfill_goes_on(settings: Path, server: Server) -> None:
    server.switches.latency = 1.0
    try:
        process = subprocess.Popen(
            [*COMMAND, "backfill", "2024-01-01", "2024-03-30", "--raw-only"],
            cwd=PROJECT_ROOT, env=os.environ, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        asked = len(server.requests)
        while len(server.requests) == asked and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    finally:
        server.switches.latency = 0.0
    assert process.returncode == 130, told
    assert "interrupted" in told.splitlines()[-1]
    assert "Traceback" not in told
    with dg.DagsterInstance.from_config(os.environ["DAGSTER_HOME"]) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.CANCELED]
    assert run("backfill", "2024-01-01", "2024-03-30", "--raw-only").returncode == 0
    assert rows(settings, "select count(*) as n from raw.clicks") == [{"n": len(server.world.clicks)}]


@pytest.mark.usefixtures("settings")
def test_a_contact_is_shown_as_json(server: Server, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    contact = server.world.contacts[0]
    for name in (contact["id"], contact["sourceId"], contact["email"]):
        assert cli.main(["contact", name]) == 0
        assert contact["email"] in capfdbinary.readouterr().out.decode()
    assert cli.main(["contact", "nobody@example.com"]) == 1
    assert b"nobody@example.com" not in capfdbinary.readouterr().err


def test_a_contact_is_landed_in_raw_and_its_older_version_kept(settings: Path, server: Server) -> None:
    contact = server.world.contacts[0]
    assert cli.main(["contact", contact["email"], "--land"]) == 0
    before = contact["LTV"]
    with server.world.lock:
        contact["LTV"] = 98765.4
        server.world.changed()
    try:
        assert cli.main(["contact", contact["id"], "--land"]) == 0
        assert cli.main(["contact", contact["id"], "--land"]) == 0
    finally:
        contact["LTV"] = before
        server.world.changed()
    ltv = "(record ->> '$.LTV')::double as ltv"
    assert rows(settings, f"select record_id, {ltv} from raw.contacts") == [
        {"record_id": contact["id"], "ltv": 98765.4}
    ]
    assert rows(settings, f"select superseded_by, {ltv} from raw.superseded") == [
        {"superseded_by": "changed", "ltv": before}
    ]
    assert rows(settings, "select sum(added) as a, sum(changed) as c, count(*) as n from raw.loads") == [
        {"a": 1, "c": 1, "n": 3}
    ]


def test_help_comes_at_once_and_names_every_command() -> None:
    started = time.monotonic()
    told = run("--help").stdout
    assert time.monotonic() - started < 2  # half a second on an idle machine
    (listed,) = (action for action in cli._parser([])._actions if isinstance(action, argparse._SubParsersAction))
    assert all(f"\n    {command} " in told for command in listed.choices)


def test_the_bare_command_shows_help_and_ends_with_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert "backfill" in capsys.readouterr().err


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert re.fullmatch(r"wicked-pipeline \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_marts_says_that_nothing_is_landed_and_makes_nothing(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["marts"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "`wicked-pipeline backfill`" in line
    assert not settings.exists()
    duckdb.connect(str(settings)).close()
    assert cli.main(["marts"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"no data is landed in {settings}" in line
    assert rows(settings, "from duckdb_tables()") == []


def test_marts_passes_variables_on_and_says_a_line_a_room_and_which_tests_warn(settings: Path) -> None:
    days = ("2024-02-01", "2024-02-03")
    assert run("backfill", *days, "--raw-only").returncode == 0
    with duckdb.connect(str(settings)) as connection:
        connection.execute("""update raw.orders set record = json_merge_patch(record, '{"contact": null}')""")
    built = run("marts", "--vars", "{refund_semantics: entry}")
    assert (built.returncode, built.stdout) == (0, "")
    *rooms, passed = built.stderr.splitlines()[:5]
    assert sorted(line.split(",")[0] for line in rooms) == [
        "Building core", "Building intermediate", "Building marts", "Building staging",
    ]  # fmt: skip
    assert re.fullmatch(r"\d+ of \d+ checks passed; these warn:", passed)
    assert "  orders_name_a_contact of marts/orders: " in built.stderr
    assert rows(settings, "from checks.orders_name_a_contact")
    assert rows(settings, "select distinct refund_kind from marts.orders where refund_kind <> 'entry'") == []


def test_marts_that_cannot_be_built_leave_the_warehouse_as_it_was(settings: Path) -> None:
    """A name that is no variable is refused before anything is built, a date that isn't one before dbt is asked."""
    assert run("backfill", "2024-02-01", "2024-02-01", "--raw-only").returncode == 0
    wrong = run("marts", "--vars", "{refund_semantic: entry}")
    assert wrong.returncode == 1
    assert "there is no variable refund_semantic: there are refund_semantics," in wrong.stderr.splitlines()[-1]
    with duckdb.connect(str(settings), read_only=True) as connection:
        assert connection.execute("from duckdb_tables() where schema_name <> 'raw'").fetchall() == []
    broken = run("marts", "--vars", "{ad_spend_relation: ads.costs}")
    assert broken.returncode == 1
    assert "stg_wicked__ad_spend" in broken.stderr.splitlines()[-1]
    assert broken.stderr.splitlines()[-1].endswith("The warehouse is unchanged")
    with duckdb.connect(str(settings), read_only=True) as connection:
        assert connection.execute("from duckdb_tables() where schema_name <> 'raw'").fetchall() == []
    no_names = run("marts", "--vars", "{refund_semantics")
    assert (no_names.returncode, no_names.stderr.count("\n")) == (2, 1)
    assert "--vars must be names with values" in no_names.stderr
    unreal = run("marts", "--vars", "{tracking_began: 2024-13-01}")
    assert (unreal.returncode, unreal.stderr) == (
        2, "wicked-pipeline: tracking_began is 2024-13-01: month must be in 1..12\n",
    )  # fmt: skip
