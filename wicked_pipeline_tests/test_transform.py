"""What a failed dbt run says, and what a good one leaves behind."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from wicked_pipeline import transform
from wicked_pipeline.transform import Result, Step


def results(*statuses: str) -> list[Result]:
    """What became of models, with these outcomes."""
    return [
        Result(f"model.wicked.m{number}", status, f"what {number}\nsays", None, 0.1)
        for number, status in enumerate(statuses)
    ]


def test_what_failed_is_named_in_one_line() -> None:
    line = transform.failure_line(results("success", "fail", "error", "pass", "fail", "fail", "skipped"))
    assert line == "dbt: 4 of 7 failed: m1, m2, m4 and 1 more. The first says: what 1 says"


def test_a_run_that_began_nothing_says_what_dbt_says() -> None:
    assert transform.failure_line([], "it can't\n  be parsed") == "it can't be parsed"


def test_good_runs_leave_nothing_and_failed_ones_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transform, "TARGET_DIR", tmp_path)
    good, failed, old = (tmp_path / name for name in ("dbt-good", "dbt-failed", "dbt-old"))
    for folder in (good, failed, old):
        folder.mkdir()
    os.utime(old, (time.time() - 8 * 24 * 3600,) * 2)
    transform._tidy(good)
    assert list(tmp_path.iterdir()) == [failed]


def test_a_manifest_is_current_until_a_file_of_the_project_is_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "PROJECT_DIR", tmp_path)
    monkeypatch.setattr(transform, "MANIFEST", tmp_path / "target" / "manifest.json")
    model = tmp_path / "models" / "a.sql"
    for path in (model, transform.MANIFEST):
        path.parent.mkdir()
        path.touch()
    assert transform._is_current()
    os.utime(model, (time.time() + 5,) * 2)
    assert not transform._is_current()


def test_a_model_that_could_not_be_built_is_told_before_a_test() -> None:
    found = [Result("test.wicked.t.123", "fail", "Got 2 results", 2, 0.1), *results("error")]
    assert transform.failure_line(found).startswith("dbt: 2 of 2 failed: m0, t. The first says: what 0")


@pytest.mark.parametrize(
    ("unique_id", "status", "broken"),
    [
        ("model.wicked.m", "error", True),
        ("seed.wicked.s", "error", True),
        ("operation.wicked.wicked-on-run-start-0", "error", True),
        ("model.wicked.m", "skipped", False),  # for a test that failed
        ("test.wicked.t.123", "fail", False),
        ("test.wicked.t.123", "error", False),
        ("model.wicked.m", "success", False),
    ],
)
def test_what_leaves_the_warehouse_as_it_was(unique_id: str, status: str, broken: bool) -> None:
    assert transform.models_failed([Result(unique_id, status, "", None, 0.0)]) == broken


def test_a_run_that_began_nothing_leaves_the_warehouse_as_it_was_and_says_what_the_log_does(tmp_path: Path) -> None:
    error = "Encountered an error:\nCompilation Error in operation x\n  a is 0: it must be above 0\n  \n  > in macro b"
    lines = [{"info": {"name": "MainReportVersion"}}, {"info": {"name": "MainEncounteredError", "msg": error}}]
    (tmp_path / "dbt.log").write_text("".join(json.dumps(line) + "\n" for line in lines) + "not JSON\n")
    assert transform.models_failed(transform.results_in(tmp_path))
    assert transform._logged_error(tmp_path) == "Compilation Error in operation x a is 0: it must be above 0"


def test_rooms_are_told_as_they_begin() -> None:
    said: list[str] = []
    take = transform.each_room(said.append)
    for room, done in (("staging", 0), (None, 1), ("staging", 2), ("core", 3), ("staging", 4)):
        take(Step("a line", room, done, 9))
    assert said == [
        "Building staging, 0 of 9 models and tests done",
        "Building core, 3 of 9 models and tests done",
    ]


@pytest.mark.parametrize("folder", [".", "dbt"])
def test_by_hand_a_relative_path_counts_from_the_projects_root_wherever_dbt_is_called(
    tmp_path: Path, folder: str
) -> None:
    warehouse = os.path.relpath(tmp_path / "shop.duckdb", transform.PROJECT_ROOT)
    here = os.path.relpath(transform.PROJECT_DIR, transform.PROJECT_ROOT / folder)
    options = ["--connection", "--project-dir", here, "--profiles-dir", here, "--log-path", str(tmp_path)]
    subprocess.run(
        [str(transform.executable()), "debug", *options],
        cwd=transform.PROJECT_ROOT / folder,
        env=os.environ | {"WICKED_DUCKDB_PATH": warehouse},
        check=True,
    )
    assert (tmp_path / "shop.duckdb").exists()
