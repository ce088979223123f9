"""`make dev` where it is started as scripts start things, and a demo whose shop can't be served."""

import io
import shutil
import subprocess
import sys

import pytest

from wicked_pipeline import demo

IN_THE_BACKGROUND = """
import pathlib, signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as of a shell without job control
from wicked_pipeline import demo

popen = subprocess.Popen
asked = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"
subprocess.Popen = lambda command, **options: popen([sys.executable, "-c", asked], **options)
sys.exit(demo._dagster_dev(pathlib.Path.cwd()))
"""


def test_dagster_takes_sigint_though_it_is_started_in_the_background() -> None:
    assert subprocess.run([sys.executable, "-c", IN_THE_BACKGROUND], check=False).returncode == 0


def test_a_shop_that_cannot_be_served_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo.sys, "executable", shutil.which("false"))
    with (
        pytest.raises(SystemExit, match=r"^The demo's sandbox did not start: its process ended with status 1"),
        demo.sandbox(),
    ):
        pass


def test_ticks_in_which_nothing_came_are_not_shown() -> None:
    said = """\
\x1b[32m2026-11-30 16:46:51 +0000\x1b[0m - dagster - \x1b[34mINFO\x1b[0m - Serving on http://127.0.0.1:3000
\x1b[32m2026-11-30 16:46:51 +0000\x1b[0m - dagster.daemon.SensorDaemon - INFO - Checking for new runs for sensor: a
\x1b[32m2026-11-30 16:46:52 +0000\x1b[0m - dagster.daemon.SensorDaemon - INFO - Sensor a skipped: no raw asset has been
\x1b[32m2026-11-30 16:46:53 +0000\x1b[0m - dagster.daemon.SensorDaemon - INFO - Launching run for a
"""
    output = io.StringIO()
    demo._pass_on(said.splitlines(keepends=True), output)
    assert [line.split(" - ")[-1] for line in output.getvalue().splitlines()] == [
        "Serving on http://127.0.0.1:3000", "Launching run for a",
    ]  # fmt: skip
