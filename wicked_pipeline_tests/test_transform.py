"""What a failed dbt run says, and what a good one leaves behind."""

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from wicked_pipeline import transform


def results(*statuses: str) -> str:
    """The artifact of a run with these outcomes."""
    return json.dumps({
        "results": [
            {"unique_id": f"model.wicked.m{number}", "status": status, "message": f"what {number}\nsays"}
            for number, status in enumerate(statuses)
        ]
    })  # fmt: skip


def test_what_failed_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "run_results.json").write_text(results("success", "fail", "error", "pass", "fail", "fail", "skipped"))
    line = transform.failure_line(tmp_path, "unused")
    assert line == "dbt: 4 of 7 failed: m1, m2, m4 and 1 more. The first says: what 1 says"


def test_a_run_that_began_nothing_says_what_dbt_says(tmp_path: Path) -> None:
    assert transform.failure_line(tmp_path, "it can't\n  be parsed") == "it can't be parsed"


def test_good_runs_leave_nothing_and_failed_ones_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transform, "TARGET_DIR", tmp_path)
    good, failed, old = (tmp_path / name for name in ("dbt-good", "dbt-failed", "dbt-old"))
    for folder in (good, failed, old):
        folder.mkdir()
    os.utime(old, (time.time() - 8 * 24 * 3600,) * 2)
    transform.tidy(good)
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


def test_a_model_that_could_not_be_built_is_told_before_a_test(tmp_path: Path) -> None:
    found = json.loads(results("fail", "error"))
    found["results"][0]["unique_id"] = "test.wicked.t.123"
    (tmp_path / "run_results.json").write_text(json.dumps(found))
    assert transform.failure_line(tmp_path, "unused").startswith("dbt: 2 of 2 failed: m1, t. The first says: what 1")


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
def test_what_leaves_the_warehouse_as_it_was(tmp_path: Path, unique_id: str, status: str, broken: bool) -> None:
    artifact = {"results": [{"unique_id": unique_id, "status": status, "message": ""}]}
    (tmp_path / "run_results.json").write_text(json.dumps(artifact))
    assert transform.models_failed(tmp_path) == broken


def test_a_run_that_began_nothing_leaves_the_warehouse_as_it_was_and_says_what_the_log_does(tmp_path: Path) -> None:
    error = "Encountered an error:\nCompilation Error in operation x\n  a is 0: it must be above 0\n  \n  > in macro b"
    lines = [{"info": {"name": "MainReportVersion"}}, {"info": {"name": "MainEncounteredError", "msg": error}}]
    (tmp_path / "dbt.log").write_text("".join(json.dumps(line) + "\n" for line in lines) + "not JSON\n")
    assert transform.models_failed(tmp_path)
    assert transform.failure_line(tmp_path, "unused") == "Compilation Error in operation x a is 0: it must be above 0"


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
