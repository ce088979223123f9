"""Tells Dagster that a run's process has died. Otherwise a killed run counts as running and keeps its place in a pool.

`dagster.yaml` names this launcher. `run_monitoring` asks it about every run with the status "running".
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
"""The tag of a run in a command's own process. Its value is a file that is locked while the process lives."""


class Launcher(DefaultRunLauncher):
    """Dagster's default launcher, which can also tell whether a run's process lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """True: this launcher can tell."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives. For a run from the UI: whether its code server answers, which watches it."""
        if LIFELINE in run.tags:
            return _health(is_held(Path(run.tags[LIFELINE])))
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]  # Dagster's own
        return _health(client is None or _answers(client))


@contextmanager
def lifeline(path: Path) -> Iterator[Path]:
    """Locks `path` for a `with` block. The lock ends with the process, even if it is killed."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock on `path`."""
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
    except Exception:  # any error means that the server doesn't answer
        return False
    return True


def _health(is_alive: bool) -> CheckRunHealthResult:
    if is_alive:
        return CheckRunHealthResult(WorkerStatus.RUNNING)
    return CheckRunHealthResult(WorkerStatus.FAILED, "its process has died")
