"""How Dagster learns that a run's process is gone: else a killed run counts as running, and keeps its place in a pool.

`run_monitoring` asks this launcher, which `dagster.yaml` names, about every run that is said to be running.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._grpc.client import DagsterGrpcClient

LIFELINE = "wicked/lifeline"
"""The tag of a run in a command's own process: a file that is locked as long as the process lives."""


class Launcher(DefaultRunLauncher):
    """Dagster's default launcher, that can also tell whether a run's process lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """It can."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Of a run that the UI launched, whether its code server answers (which itself watches its runs' processes)."""
        if LIFELINE in run.tags:
            return _health(is_held(Path(run.tags[LIFELINE])))
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]  # Dagster's own
        return _health(client is None or _answers(client))


@contextmanager
def lifeline(path: Path) -> Iterator[Path]:
    """Holds the lock on `path` for a `with` block, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether a process that lives holds the lifeline at `path`."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _answers(client: DagsterGrpcClient) -> bool:
    try:
        client.ping("")
    except Exception:  # whatever is wrong with the server
        return False
    return True


def _health(is_alive: bool) -> CheckRunHealthResult:
    if is_alive:
        return CheckRunHealthResult(WorkerStatus.RUNNING)
    return CheckRunHealthResult(WorkerStatus.FAILED, "its process is gone")
