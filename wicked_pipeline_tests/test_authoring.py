"""`make mart`: what an author builds in, and that it is never older than the warehouse."""

import os
from pathlib import Path

import pytest
import yaml
from jinja2 import Template

from wicked_pipeline import authoring
from wicked_pipeline.transform import PROJECT_DIR
from wicked_pipeline.warehouse import read_warehouse, write_warehouse


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "shop.duckdb"
    monkeypatch.setenv("WICKED_DUCKDB_PATH", str(path))
    monkeypatch.setattr(authoring, "COPY", tmp_path / "dev.duckdb")
    monkeypatch.setattr(authoring, "_dbt", lambda *_: 0)
    with write_warehouse(path) as connection:
        connection.execute("create table t as select 1 as a")
    return path


def test_the_target_dev_builds_in_the_copy() -> None:
    profile = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())
    path = Template(profile["wicked"]["outputs"]["dev"]["path"]).render(flags={"PROFILES_DIR": str(PROJECT_DIR)})
    assert Path(path).resolve() == authoring.COPY


def test_the_copy_is_renewed_where_the_warehouse_is_newer_and_else_kept(warehouse: Path) -> None:
    assert authoring.main(["orders"]) == 0
    with write_warehouse(authoring.COPY) as connection:
        connection.execute("create table mine as select 2 as b")
    assert authoring.main(["orders"]) == 0
    with read_warehouse(authoring.COPY) as connection:
        assert connection.execute("select a, b from t, mine").fetchall() == [(1, 2)]
    later = authoring.COPY.stat().st_mtime + 1
    os.utime(warehouse, (later, later))
    assert authoring.main(["orders"]) == 0
    with read_warehouse(authoring.COPY) as connection:
        assert connection.execute("show tables").fetchall() == [("t",)]


def test_without_a_name_it_says_what_is_wanted() -> None:
    with pytest.raises(SystemExit, match="NAME="):
        authoring.main([])
