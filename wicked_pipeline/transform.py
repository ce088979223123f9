"""The dbt project as a thing to run: where it is, what it needs, its manifest kept current, one `dbt build`.

The models are in `dbt/`; when they run is in `defs/transform.py`. Nothing here knows Dagster.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.settings import PROJECT_ROOT

PROJECT_DIR = PROJECT_ROOT / "dbt"
TARGET_DIR = PROJECT_DIR / "target"
MANIFEST = TARGET_DIR / "manifest.json"
SOURCES = ("models", "macros", "seeds", "tests", "snapshots", "analyses", "dbt_project.yml", "profiles.yml")

_BROKEN = ("error", "runtime error")
_WEEK_SECONDS = 7 * 24 * 3600.0


class TransformError(ExpectedError):
    """dbt could not do what it was asked to. Its text says what failed, from dbt's own output."""


class ModelsFailed(TransformError):
    """A model could not be built, or none was begun: what dbt wrote must not take the warehouse's place."""


def executable() -> Path:
    """dbt beside the running Python, found though `.venv/bin` isn't on PATH."""
    return Path(sys.executable).with_name("dbt")


def environment(warehouse: Path) -> dict[str, str]:
    """The variables that dbt and its profile read to build in `warehouse`. dbt runs in `dbt/`, so that is absolute.

    Unit tests are left out, a quarter of a build's time: what they say of the models' rules doesn't depend on the data.
    """
    return {
        "WICKED_DUCKDB_PATH": str(warehouse),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
        "DBT_PROFILES_DIR": str(PROJECT_DIR),
    }


def ensure_manifest(warehouse: Path) -> Path:
    """The path of a manifest at least as new as the project's files, which is parsed where there is none.

    `warehouse` is what models are built in: dbt parses anew where its profile names another one.

    Any number of processes may ask at once: one parses, in a folder of its own, and swaps the result in whole.
    Raises `TransformError`.
    """
    if _is_current():
        return MANIFEST
    TARGET_DIR.mkdir(parents=True, exist_ok=True)
    with (TARGET_DIR / ".parsing").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        if not _is_current():
            _parse(warehouse)
    return MANIFEST


def build(warehouse: Path, arguments: Sequence[str] = ()) -> bool:
    """`dbt build` in `warehouse`, its output to the terminal; whether all its tests passed.

    Raises `ModelsFailed` where a model could not be built, or dbt began nothing: `warehouse` isn't whole then.
    """
    target = TARGET_DIR / f"dbt-{uuid4().hex}"
    target.mkdir(parents=True)
    parsed = TARGET_DIR / "partial_parse.msgpack"
    if parsed.exists():
        shutil.copy2(parsed, target)
    artifacts = ["--target-path", str(target), "--log-path", str(target), "--log-format-file", "json"]
    command = [str(executable()), "build", *artifacts, *arguments]
    ended = subprocess.run(command, cwd=PROJECT_DIR, env={**os.environ, **environment(warehouse)}, check=False)
    if models_failed(target):
        raise ModelsFailed(failure_line(target, f"dbt ended with status {ended.returncode} before it built anything"))
    if ended.returncode == 0:
        tidy(target)
    return ended.returncode == 0


def models_failed(target: Path) -> bool:
    """Whether, in the dbt run whose artifacts are in `target`, a model could not be built, or nothing was begun.

    A test that fails is another matter: what it looked at was built.
    """
    artifact = target / "run_results.json"
    if not artifact.exists():
        return True
    results = json.loads(artifact.read_text())["results"]
    return any(result["status"] in _BROKEN and not _is_test(result) for result in results)


def tidy(target: Path) -> None:
    """Removes the artifacts in `target`, of a run that ended well; a failed one's are kept for a week."""
    shutil.rmtree(target, ignore_errors=True)
    for old in TARGET_DIR.glob("dbt-*"):
        if time.time() - old.stat().st_mtime > _WEEK_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def failure_line(target: Path, otherwise: str) -> str:
    """What failed in the dbt run whose artifacts are in `target`, in one line.

    Where dbt began nothing, it is what dbt's log says, or `otherwise`.
    """
    artifact = target / "run_results.json"
    results = json.loads(artifact.read_text())["results"] if artifact.exists() else []
    failed = [result for result in results if result["status"] in (*_BROKEN, "fail")]
    failed.sort(key=_is_test)  # a model that can't be built explains more than a test
    if not failed:
        return " ".join((_logged_error(target) or otherwise).split())
    names = ", ".join(result["unique_id"].split(".")[2] for result in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    said = " ".join((failed[0].get("message") or "").split())
    return f"dbt: {len(failed)} of {len(results)} failed: {names}{more}. The first says: {said}"


def _is_test(result: Mapping[str, Any]) -> bool:
    return str(result["unique_id"]).startswith(("test.", "unit_test."))


def _logged_error(target: Path) -> str:
    """The error that dbt's log in `target` ends with; without the macros it went through. Empty: there is none."""
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
