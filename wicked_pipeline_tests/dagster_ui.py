"""Dagster's webserver and daemon on the shipped `workspace.yaml` and `dagster.yaml`, over GraphQL, as by the UI."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from wicked_pipeline.settings import PROJECT_ROOT

LOCATION = {"repositoryLocationName": "wicked_pipeline", "repositoryName": "__repository__"}
FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}

LAUNCH_BACKFILL = """
mutation($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  ... on PartitionKeysNotFoundError { message } ... on InvalidSubsetError { message } } }"""
LAUNCH_RUN = """
mutation($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
REEXECUTE = """
mutation($params: ReexecutionParams!) { launchPipelineReexecution(reexecutionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
RUNS = """
{ runsOrError(limit: 100) { ... on Runs { results {
  runId status jobName tags { key value } assetSelection { path } startTime endTime } } } }"""
RUNS_OF_JOB = """query($selector: PipelineSelector!) { pipelineOrError(params: $selector) {
  __typename ... on Pipeline { runs { runId } } } }"""
RUNS_BY_TAGS = """query($filter: RunsFilter!) { runsOrError(filter: $filter) { ... on Runs { results { runId } } } }"""
BACKFILL = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
  __typename ... on PartitionBackfill { status error { message } } ... on PythonError { message } } }"""
FAILURES = """query($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events {
  ... on ExecutionStepFailureEvent { failureMetadata { description } error { message } } } } } }"""
STATUS = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetPartitionStatuses { ... on TimePartitionStatuses { ranges { status startKey endKey } } } } } }"""
DRY_RUN = """
mutation($selector: ScheduleSelector!, $timestamp: Float) {
  scheduleDryRun(selectorData: $selector, timestamp: $timestamp) { __typename
  ... on DryRunInstigationTick { evaluationResult { skipReason error { message }
    runRequests { runConfigYaml tags { key value } jobName } } } ... on PythonError { message } } }"""


@dataclass(frozen=True)
class Run:
    """A run as the UI lists it; `started` and `ended` are epoch seconds, 0 where it hasn't."""

    id: str
    status: str
    job: str
    tags: Mapping[str, str]
    assets: frozenset[str]
    started: float
    ended: float


@dataclass(frozen=True)
class Ui:
    """The UI at `url`; each method is what a button does."""

    url: str

    def query(self, query: str, **variables: Any) -> dict[str, Any]:
        """The single answer of a GraphQL query; raises AssertionError on an error."""
        answer = requests.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
        assert "errors" not in answer, answer["errors"]
        (result,) = answer["data"].values()
        assert "Error" not in result.get("__typename", ""), result
        return dict(result)

    def backfill(self, assets: Sequence[str], days: Sequence[str]) -> str:
        """Launch a backfill of the assets over the days, as the asset graph's "Materialize" does; gives its id."""
        selection = [{"path": asset.split("/")} for asset in assets]
        params = {"assetSelection": selection, "partitionNames": list(days), "fromFailure": False, "tags": []}
        return str(self.query(LAUNCH_BACKFILL, params=params)["backfillId"])

    def backfill_job(self, job: str, days: Sequence[str]) -> str:
        """Launch a backfill of a job over the days, as the job's page of partitions does; gives its id."""
        selector = {"partitionSetName": f"{job}_partition_set", "repositorySelector": LOCATION}
        params = {"selector": selector, "partitionNames": list(days), "fromFailure": False, "tags": []}
        return str(self.query(LAUNCH_BACKFILL, params=params)["backfillId"])

    def launch(self, job: str, tags: Mapping[str, str], assets: Sequence[str] = ()) -> str:
        """Launch one run of a job, as "Launch run" does; gives its id."""
        selector: dict[str, Any] = {**LOCATION, "pipelineName": job, "assetSelection": None, "assetCheckSelection": []}
        if assets:
            selector["assetSelection"] = [{"path": asset.split("/")} for asset in assets]
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        params = {"selector": selector, "runConfigData": "{}", "mode": "default", "executionMetadata": {"tags": pairs}}
        return str(self.query(LAUNCH_RUN, params=params)["run"]["runId"])

    def reexecute(self, run_id: str, strategy: str = "FROM_FAILURE") -> str:
        """Re-execute a run, as "Re-execute" does; gives the new run's id."""
        params = {"parentRunId": run_id, "strategy": strategy}
        return str(self.query(REEXECUTE, params=params)["run"]["runId"])

    def runs(self) -> list[Run]:
        """All runs, newest first."""
        return [
            Run(
                run["runId"], run["status"], run["jobName"], {tag["key"]: tag["value"] for tag in run["tags"]},
                frozenset("/".join(key["path"]) for key in run["assetSelection"] or ()),
                run["startTime"] or 0, run["endTime"] or 0,
            )
            for run in self.query(RUNS)["results"]
        ]  # fmt: skip

    def runs_of_job(self, job: str) -> list[str]:
        """The ids of the runs that the job's own page lists."""
        found = self.query(RUNS_OF_JOB, selector={**LOCATION, "pipelineName": job})
        return [run["runId"] for run in found["runs"]]

    def runs_of_location(self) -> list[str]:
        """The ids of the runs that the first page, the timeline, lists."""
        label = f"{LOCATION['repositoryName']}@{LOCATION['repositoryLocationName']}"
        found = self.query(RUNS_BY_TAGS, filter={"tags": [{"key": ".dagster/repository", "value": label}]})
        return [run["runId"] for run in found["results"]]

    def failures(self, run_id: str) -> list[str]:
        """What the failed steps of a run say: a failure's description, else the error."""
        events = self.query(FAILURES, run=run_id)["events"]
        failures = [event for event in events if "error" in event]
        return [(e["failureMetadata"] or {}).get("description") or e["error"]["message"] for e in failures]

    def green_days(self, asset: str) -> list[tuple[str, str]]:
        """The ranges of an asset's partitions that are materialized, both ends included."""
        statuses = self.query(STATUS, key={"path": asset.split("/")})["assetPartitionStatuses"]
        return [(r["startKey"], r["endKey"]) for r in statuses["ranges"] if r["status"] == "MATERIALIZED"]

    def schedule_requests(self, schedule: str, timestamp: float) -> list[dict[str, Any]]:
        """What the schedule would launch at an instant (epoch seconds), as "Test schedule" shows it."""
        selector = {**LOCATION, "scheduleName": schedule}
        result = self.query(DRY_RUN, selector=selector, timestamp=timestamp)["evaluationResult"]
        assert result["error"] is None, result["error"]
        return list(result["runRequests"] or [])

    def assets(self) -> list[str]:
        """The keys of all assets that can be materialized."""
        nodes = self.query("{ assetsOrError { ... on AssetConnection { nodes { key { path } definition {"
                           " isMaterializable } } } } }")["nodes"]  # fmt: skip
        return ["/".join(n["key"]["path"]) for n in nodes if n["definition"] and n["definition"]["isMaterializable"]]

    def finish(
        self, *backfills: str, until: Callable[[list[Run]], bool] = lambda _: True, timeout: float = 600
    ) -> list[Run]:
        """Wait until the backfills are done, no run is unfinished, and `until` holds of the runs; gives all of them."""
        deadline = time.monotonic() + timeout
        while True:
            statuses = {self.query(BACKFILL, id=backfill)["status"] for backfill in backfills}
            runs = self.runs()
            busy = [run for run in runs if run.status not in FINISHED]
            if not busy and not statuses & {"REQUESTED", "CANCELING"} and until(runs):
                return runs
            assert time.monotonic() < deadline, (statuses, runs)
            time.sleep(1)

    def outcome(self, run_id: str) -> str:
        """The status with which a run ends."""
        return next(run.status for run in self.finish() if run.id == run_id)


def free_port() -> int:
    """A TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def dagster_ui(home: Path, environment: Mapping[str, str]) -> Iterator[Ui]:
    """Webserver and daemon with `home` as Dagster's home, stopped with all their children at the end."""
    port = free_port()
    command = [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)]
    log = home / "dev.log"
    env = {**os.environ, **environment, "DAGSTER_HOME": str(home)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT_ROOT, env=env, stdout=output, stderr=output, start_new_session=True
        )
        try:
            ui = Ui(f"http://127.0.0.1:{port}")
            _wait(lambda: _answers(ui), process, log)
            yield ui
        finally:
            process.send_signal(signal.SIGINT)  # ignored where this suite runs in the background of a shell
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _answers(ui: Ui) -> bool:
    try:
        entries = ui.query("{ workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError {"
                           " __typename ... on PythonError { message } } } } } }")["locationEntries"]  # fmt: skip
    except requests.ConnectionError:
        return False
    assert all(entry["locationOrLoadError"]["__typename"] == "RepositoryLocation" for entry in entries), entries
    return bool(entries)


def _wait(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not ready():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.5)
