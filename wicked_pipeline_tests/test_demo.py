"""`make dev` where it is started as scripts start things."""

import subprocess
import sys

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
