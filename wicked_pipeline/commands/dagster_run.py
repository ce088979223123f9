"""The job `pipeline` (or `raw`) as one run in this process, on the instance of `DAGSTER_HOME`: the UI shows it."""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TextIO
from uuid import uuid4

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.workspace.load import location_origins_from_yaml_paths

from wicked_pipeline.commands.checks import Checks
from wicked_pipeline.commands.errors import CommandFailed
from wicked_pipeline.commands.terminal import Terminal
from wicked_pipeline.definitions import definitions
from wicked_pipeline.defs.dbt_tests import outcomes
from wicked_pipeline.defs.launcher import LIFELINE, lifeline
from wicked_pipeline.defs.resources import ProgressReport
from wicked_pipeline.defs.runs import FULL, SKIP_LANDED
from wicked_pipeline.home import ensure_home
from wicked_pipeline.landing import changes_of_run
from wicked_pipeline.progress import Progress
from wicked_pipeline.reporting import changes
from wicked_pipeline.settings import PROJECT_ROOT, Settings
from wicked_pipeline.transform import Step
from wicked_pipeline.warehouse import read_warehouse
from wicked_pipeline.windows import DayRange


class TerminalProgress(ProgressReport):
    """A run's progress on the terminal, instead of in its log."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    @contextmanager
    def of(self, log: Callable[[str], None]) -> Iterator[Progress]:  # noqa: ARG002 - reported elsewhere
        """The progress of the run, shown while a `with` block lasts."""
        with self._terminal.progress() as progress:
            yield progress

    def tell(self, log: Callable[[str], None], text: str) -> None:
        """Writes the text to the run's log and to the terminal."""
        log(text)
        self._terminal.say(text)

    @contextmanager
    def of_build(self, log: Callable[[str], None]) -> Iterator[Callable[[Step], None]]:  # noqa: ARG002
        """What takes each line of dbt's."""
        with self._terminal.steps() as take:
            yield take


def backfill(settings: Settings, days: DayRange, *, raw_only: bool, refetch: bool, verbose: bool) -> None:
    """One run of the job over the days. Raises `CommandFailed`, as `_run` does."""
    tags = {
        "dagster/asset_partition_range_start": days.first.isoformat(),
        "dagster/asset_partition_range_end": days.last.isoformat(),
        SKIP_LANDED: str(not refetch).lower(),
    }
    _run(settings, "raw" if raw_only else "pipeline", tags, f"Run of {days}", verbose=verbose)


def sync(settings: Settings, *, full: bool, verbose: bool) -> None:
    """One run of the job without a range, which makes today's plan. Raises `CommandFailed`, as `_run` does."""
    _run(settings, "pipeline", {FULL: str(full).lower()}, "Full sweep" if full else "Sync", verbose=verbose)


def _run(settings: Settings, job_name: str, tags: Mapping[str, str], title: str, *, verbose: bool) -> None:
    """One run of the job with these tags, in this process; `verbose` shows its log on the terminal.

    Raises `CommandFailed` with its first failed step's line.
    """
    home = ensure_home()
    defs = definitions(settings)
    job = defs.resolve_job_def(job_name)
    alive = lifeline(home / "lifelines" / uuid4().hex)
    with alive as path, _only_terminal() as output, _instance(job) as instance:
        terminal = Terminal(output)
        if verbose:
            logging.getLogger("wicked_pipeline").addHandler(_TerminalHandler(terminal))
        terminal.say(f"{title}, shown in the Dagster UI on {home}")
        result = job.execute_in_process(
            instance=instance,
            tags={**tags, LIFELINE: str(path)},
            resources={"progress": TerminalProgress(terminal)},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
        if not result.success:
            raise CommandFailed(f"{_first_failure(result)} (run {result.run_id})")
        with read_warehouse(settings.duckdb_path) as connection:
            changed = changes_of_run(connection, result.run_id)
        if changed:
            terminal.say(f"Landed {'; '.join(changes(*each) for each in changed.items())}")
        checks = _checks(result, defs)
        for line in checks.lines():
            terminal.say(line)
        if failure := checks.failure():
            raise CommandFailed(f"{failure}, see the checks in the Dagster UI (run {result.run_id})")


@contextmanager
def _instance(job: dg.JobDefinition) -> Iterator[dg.DagsterInstance]:
    """The instance of `DAGSTER_HOME`, which marks new runs as runs of the workspace's job.

    Without the mark the UI can't re-execute them, and shows them neither on the job's page nor in the timeline.
    """
    (location,) = location_origins_from_yaml_paths([str(PROJECT_ROOT / "workspace.yaml")])
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job.name)
    with dg.DagsterInstance.get() as instance:
        create = partial(instance.create_run_for_job, remote_job_origin=origin)
        instance.create_run_for_job = create  # type: ignore[method-assign]  # `execute_in_process` can't be told
        yield instance


def _checks(result: dg.ExecuteInProcessResult, defs: dg.Definitions) -> Checks:
    """The results of the run's checks. A model's check stands for all its dbt tests, which are in its metadata."""
    checks, graph = Checks(), defs.resolve_asset_graph()
    for check in result.get_asset_check_evaluations():
        described = check.description or graph.get(check.asset_check_key).description
        checks.add(check.asset_key.to_user_string(), *outcomes(check, described or ""))
    return checks


def _first_failure(result: dg.ExecuteInProcessResult) -> str:
    """The first failed step's line, from its failure or else its error. Raises `KeyboardInterrupt` after Ctrl-C."""
    failed = next((event.step_failure_data for event in result.all_events if event.is_step_failure), None)
    if failed is None:
        return "the run failed before its first step"
    if failed.error and failed.error.cls_name == "DagsterExecutionInterruptedError":
        raise KeyboardInterrupt
    if failed.user_failure_data and failed.user_failure_data.description:
        return failed.user_failure_data.description
    error = failed.error and (failed.error.cause or failed.error)
    return error.message if error else "a step failed"


class _TerminalHandler(logging.Handler):
    """Writes the package's log to the terminal, a line for each message."""

    def __init__(self, terminal: Terminal) -> None:
        super().__init__(logging.INFO)
        self._terminal = terminal

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line."""
        self._terminal.say(record.getMessage())


@contextmanager
def _only_terminal() -> Iterator[TextIO]:
    """Hides the output of Dagster and dbt, which have logs of their own. Yields the terminal itself."""
    sys.stdout.flush()
    sys.stderr.flush()
    with os.fdopen(os.dup(1), "w") as output, os.fdopen(os.dup(2), "w") as errors, open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield errors
        finally:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
