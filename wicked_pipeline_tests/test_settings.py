"""Settings that can't be right are refused in one line that names them."""

import os
import re
import subprocess
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline import cli
from wicked_pipeline.settings import PROJECT_ROOT, TAKEN_NAMES, SettingsError, load_settings
from wicked_pipeline.transform import executable

NAMES = [*TAKEN_NAMES, "Marts", "raw.2024", ".staging"]
SCHEMAS = ("raw", "staging", "intermediate", "marts", "checks")


@pytest.mark.parametrize("name", NAMES)
def test_a_warehouse_whose_name_duckdb_takes_for_another_thing_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"^WICKED_DUCKDB_PATH: a warehouse can't be called \w+: .*rename the file$"
    ):
        load_settings(duckdb_path=tmp_path / f"{name}.duckdb")


def test_dbt_refuses_the_same_names_as_the_settings() -> None:
    macro = (PROJECT_ROOT / "dbt/macros/generate_schema_name.sql").read_text()
    taken = re.search(r"set taken = \[(.*?)\]", macro, re.DOTALL)
    assert taken
    assert tuple(re.findall(r"'(\w+)'", taken[1])) == TAKEN_NAMES


def make_and_read(path: Path, database: str) -> None:
    """A table in each schema, read in a new connection by the names that people and dbt use."""
    with duckdb.connect(str(path)) as connection:
        for schema in SCHEMAS:
            connection.execute(f"create schema {schema}; create table {schema}.t as select 1 as x")
    with duckdb.connect(str(path)) as connection:
        for schema in SCHEMAS:
            connection.execute(f'from {schema}.t; from "{database}".{schema}.t')
        connection.execute("from information_schema.tables; from pg_catalog.pg_tables")


@pytest.mark.parametrize("name", NAMES)
def test_such_a_name_is_of_no_use(name: str, tmp_path: Path) -> None:
    """So none is refused without need."""
    with pytest.raises(duckdb.Error):
        make_and_read(tmp_path / f"{name}.duckdb", name.lstrip(".").split(".")[0])


@pytest.mark.parametrize(
    "name", ["wicked.duckdb", "my.raw.duckdb", "memory.duckdb", "raw-2024.duckdb", "shop's.duckdb"]
)
def test_other_names_are_taken_but_for_quotes(name: str, tmp_path: Path) -> None:
    if "'" in name:
        with pytest.raises(SettingsError, match="WICKED_DUCKDB_PATH: a path must not contain an apostrophe"):
            load_settings(duckdb_path=tmp_path / name)
    else:
        make_and_read(tmp_path / name, name.split(".")[0])
        assert load_settings(duckdb_path=tmp_path / name).duckdb_path == tmp_path / name


def test_the_command_and_dbt_by_hand_refuse_it_and_make_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "raw.duckdb"
    monkeypatch.setenv("WICKED_DUCKDB_PATH", str(path))
    assert cli.main(["marts"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "WICKED_DUCKDB_PATH: a warehouse can't be called raw" in said
    command = [executable(), "build", "--target-path", tmp_path / "target", "--log-path", tmp_path / "logs"]
    by_hand = subprocess.run(
        command, cwd=PROJECT_ROOT / "dbt", env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert by_hand.returncode == 2
    assert "WICKED_DUCKDB_PATH: a warehouse can't be called raw" in by_hand.stdout
    assert not path.exists()
