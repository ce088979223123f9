"""`make dev` where it is started as scripts start things, and a demo whose shop can't be served."""

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
        pytest.raises(SystemExit, match=r"^The demo's shop isn't served: its process ended with status 1"),
        demo.sandbox(),
    ):
        pass
