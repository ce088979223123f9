"""A command's run counts as running exactly as long as its process lives."""

import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
from dagster._core.launcher.base import WorkerStatus

from wicked_pipeline.defs.launcher import LIFELINE, Launcher, lifeline

HOLD = """
import sys, time
from pathlib import Path
from wicked_pipeline.defs.launcher import lifeline
with lifeline(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def health(path: Path) -> WorkerStatus:
    return Launcher().check_run_worker_health(dg.DagsterRun(job_name="raw", tags={LIFELINE: str(path)})).status


def test_a_killed_process_ends_its_run(tmp_path: Path) -> None:
    path = tmp_path / "lifelines" / "run"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert health(path) is WorkerStatus.RUNNING
        process.send_signal(signal.SIGKILL)
    assert health(path) is WorkerStatus.FAILED


def test_a_lifeline_leaves_nothing_behind(tmp_path: Path) -> None:
    with lifeline(tmp_path / "run") as path:
        assert health(path) is WorkerStatus.RUNNING
    assert not path.exists()
