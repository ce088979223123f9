"""What a failed dbt run says, and what a good one leaves behind."""

import json
import os
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
