"""Runs the dbt project: its paths and environment, its current manifest, and one `dbt build`.

The models are in `dbt/`. `defs/transform.py` decides when they run. This module doesn't know Dagster.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.settings import PROJECT_ROOT

PROJECT_DIR = PROJECT_ROOT / "dbt"
TARGET_DIR = PROJECT_DIR / "target"
MANIFEST = TARGET_DIR / "manifest.json"
SOURCES = ("models", "macros", "seeds", "tests", "snapshots", "analyses", "dbt_project.yml", "profiles.yml")

_WEEK_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Test:
    """A dbt test: its name, its asset (`marts/orders`), its description, and the table of its failing rows."""

    name: str
    asset: str
    description: str
    rows_in: str | None


@dataclass(frozen=True)
class Result:
    """The result of a model, seed or test, in dbt's own words. `failures` is the number of rows that a test found."""

    unique_id: str
    status: str
    message: str
    failures: int | None
    seconds: float

    @property
    def is_test(self) -> bool:
        """Whether this is the result of a test, not of a model or seed."""
        return self.unique_id.startswith(("test.", "unit_test."))

    @property
    def passes(self) -> bool:
        """Whether it was built, or is a test that found no rows."""
        return self.status in ("success", "pass")

    @property
    def warns(self) -> bool:
        """Whether it is a test of severity WARN that found rows."""
        return self.status == "warn"

    @property
    def fails(self) -> bool:
        """Whether it could not be built or run, or is a test of severity ERROR that found rows."""
        return self.status in ("error", "runtime error", "fail")


@dataclass(frozen=True)
class Step:
    """A line of dbt's output, the room of its model, if any, and how many of all models and tests are done."""

    line: str
    room: str | None
    done: int
    total: int


class TransformError(ExpectedError):
    """A dbt command failed. The text names the failure, from dbt's own output."""


class ModelsFailed(TransformError):
    """A model could not be built, or dbt began none. The copy must not replace the warehouse."""


def executable() -> Path:
    """The path of dbt, beside the running Python, since `.venv/bin` may not be on PATH."""
    return Path(sys.executable).with_name("dbt")


def environment(warehouse: Path) -> dict[str, str]:
    """The variables of dbt and its profile for a build in `warehouse`, an absolute path, since dbt runs in `dbt/`.

    Unit tests take a quarter of a build's time and are left out: their results don't depend on the data.
    """
    return {
        "WICKED_DUCKDB_PATH": str(warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
        "DBT_PROFILES_DIR": str(PROJECT_DIR),
    }


def manifest(warehouse: Path) -> dict[str, Any]:
    """The current manifest: dbt's description of the project's models and tests. `warehouse`: see `ensure_manifest`."""
    return dict(json.loads(ensure_manifest(warehouse).read_bytes()))


def ensure_manifest(warehouse: Path) -> Path:
    """The path of a manifest that is at least as new as the project's files. If there is none, dbt parses the project.

    `warehouse` is the file of the builds: if dbt's profile named another file, a build would parse again.

    Any number of processes may call this at once. One of them parses, in a folder of its own, and then replaces the
    manifest. Raises `TransformError`.
    """
    if _is_current():
        return MANIFEST
    TARGET_DIR.mkdir(parents=True, exist_ok=True)
    with (TARGET_DIR / ".parsing").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        if not _is_current():
            _parse(warehouse)
    return MANIFEST


def build(
    warehouse: Path, arguments: Sequence[str] = (), on_step: Callable[[Step], None] = lambda _: None
) -> list[Result]:
    """Runs `dbt build` in `warehouse`, and returns the results of models and tests. `on_step` gets each line of dbt.

    Raises `ModelsFailed` if a model could not be built, or dbt began none. Then `warehouse` isn't whole.
    """
    target = TARGET_DIR / f"dbt-{uuid4().hex}"
    target.mkdir(parents=True)
    parsed = TARGET_DIR / "partial_parse.msgpack"
    if parsed.exists():
        shutil.copy2(parsed, target)
    formats = ["--log-format", "json", "--log-format-file", "json", "--no-use-colors"]
    command = [str(executable()), "build", "--target-path", str(target), "--log-path", str(target), *formats]
    with subprocess.Popen(
        [*command, *arguments],
        cwd=PROJECT_DIR,
        env={**os.environ, **environment(warehouse)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _follow(process.stdout or (), on_step)
        except BaseException:
            process.terminate()
            raise
    results = results_in(target)
    if models_failed(results):
        said = _logged_error(target) or f"dbt ended with status {process.returncode} before it built anything"
        raise ModelsFailed(failure_line(results, said))
    if not any(result.fails for result in results):
        _tidy(target)
    return results


def _follow(lines: Iterable[str], on_step: Callable[[Step], None]) -> None:
    """Passes each line of dbt to `on_step`. dbt's lines are JSON objects; others are skipped."""
    done = total = 0
    for line in lines:
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, KeyError, TypeError):
            continue
        node = data.get("node_info") or {}
        total = data.get("total") or total
        done += bool(node.get("node_finished_at")) and "index" in data
        room = node["node_path"].split("/")[0] if node.get("resource_type") == "model" else None
        on_step(Step(info["msg"], room, done, total))


def each_room(say: Callable[[str], None]) -> Callable[[Step], None]:
    """A function for steps. `say` gets a line when each room of models begins."""
    begun: set[str] = set()

    def take(step: Step) -> None:
        if step.room and step.room not in begun:
            begun.add(step.room)
            say(f"Building {step.room}, {step.done} of {step.total} models and tests done")

    return take


def results_in(target: Path) -> list[Result]:
    """The results of the dbt run whose artifacts are in `target`; an empty list if it began nothing."""
    artifact = target / "run_results.json"
    return [
        Result(
            found["unique_id"],
            found["status"],
            found.get("message") or "",
            found.get("failures"),
            found.get("execution_time") or 0.0,
        )
        for found in (json.loads(artifact.read_text())["results"] if artifact.exists() else ())
    ]


def models_failed(results: Sequence[Result]) -> bool:
    """Whether a model could not be built, or dbt began none.

    A failed test doesn't count: its model was built.
    """
    return not results or any(result.fails and not result.is_test for result in results)


def tests_failed(results: Sequence[Result]) -> bool:
    """Whether a test of severity ERROR failed, or could not be run."""
    return any(result.fails and result.is_test for result in results)


def tests_in(manifest: Mapping[str, Any]) -> dict[str, Test]:
    """All tests of models, by dbt's unique id."""
    nodes = manifest["nodes"]
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] in ("model", "seed")}
    tests = {}
    for unique_id, node in nodes.items():
        if node["resource_type"] == "test":
            config = node["config"]
            named = (config.get("meta") or {}).get("dagster", {}).get("ref", {}).get("name")  # a test of several models
            attached = node.get("attached_node") or node["depends_on"]["nodes"][0]
            model = models[named] if named else nodes[attached]
            rows_in = f"{node['schema']}.{node['alias']}" if config.get("store_failures") else None
            asset = f"{model['schema']}/{model['name']}"
            tests[unique_id] = Test(node["name"], asset, node["description"], rows_in)
    return tests


def _tidy(target: Path) -> None:
    """Removes the artifacts of a successful run in `target`, and those of failed runs after a week."""
    shutil.rmtree(target, ignore_errors=True)
    for old in TARGET_DIR.glob("dbt-*"):
        if time.time() - old.stat().st_mtime > _WEEK_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def failure_line(results: Sequence[Result], otherwise: str = "") -> str:
    """A line that names the failed models and tests; `otherwise` if none failed."""
    failed = [result for result in results if result.fails]
    failed.sort(key=lambda result: result.is_test)  # a model that can't be built explains more than a test
    if not failed:
        return " ".join(otherwise.split())
    names = ", ".join(result.unique_id.split(".")[2] for result in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    said = " ".join(failed[0].message.split())
    return f"dbt: {len(failed)} of {len(results)} failed: {names}{more}. The first says: {said}"


def _logged_error(target: Path) -> str:
    """The last error of dbt's log in `target`, without the stack of macros; empty if there is none."""
    log = target / "dbt.log"
    said = ""
    for line in log.read_text().splitlines() if log.exists() else []:
        with suppress(json.JSONDecodeError):
            event = json.loads(line).get("info", {})
            if event.get("name") == "MainEncounteredError":
                said = event["msg"]
    lines = (line.strip() for line in said.splitlines()[1:])  # the first says that there is an error
    return " ".join(line for line in lines if line and not line.startswith(">"))


def _is_current() -> bool:
    if not MANIFEST.exists():
        return False
    parsed = MANIFEST.stat().st_mtime_ns
    tops = [PROJECT_DIR / name for name in SOURCES]
    return all(path.stat().st_mtime_ns <= parsed for top in tops for path in (top, *top.rglob("*")) if path.exists())


def _parse(warehouse: Path) -> None:
    started_at = time.time_ns()
    with tempfile.TemporaryDirectory(dir=TARGET_DIR, prefix="parse-") as folder:
        command = [
            str(executable()),
            "--quiet",
            "parse",
            "--no-use-colors",
            "--target-path",
            folder,
            "--log-path",
            folder,
        ]
        result = subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env={**os.environ, **environment(warehouse)},
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise TransformError(f"dbt can't parse {PROJECT_DIR}: {(result.stdout or result.stderr).strip()}")
        for name in ("partial_parse.msgpack", "manifest.json"):
            os.utime(Path(folder) / name, ns=(started_at, started_at))  # a file edited meanwhile is newer
            os.replace(Path(folder) / name, TARGET_DIR / name)
