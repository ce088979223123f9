"""The front door's pages tell of everything there is, and of nothing that isn't."""

import argparse
import re

import pytest

from wicked_pipeline import cli
from wicked_pipeline.settings import PROJECT_ROOT, Variables
from wicked_pipeline.warehouse import empty_warehouse

README = (PROJECT_ROOT / "README.md").read_text()
ARCHITECTURE = (PROJECT_ROOT / "ARCHITECTURE.md").read_text()
ENV_EXAMPLE = (PROJECT_ROOT / ".env.example").read_text()
WAREHOUSE = (PROJECT_ROOT / "docs" / "warehouse.md").read_text()
SETTINGS = (PROJECT_ROOT / "docs" / "settings.md").read_text()
MAKEFILE = (PROJECT_ROOT / "Makefile").read_text()


@pytest.mark.parametrize(
    "module",
    sorted(path.stem for path in (PROJECT_ROOT / "wicked_pipeline").iterdir() if not path.name.startswith("_")),
)
def test_the_map_names_every_module(module: str) -> None:
    assert re.search(rf"\b{module}(\.py|/)", ARCHITECTURE)


def test_the_map_names_no_module_that_is_not_there() -> None:
    for name in re.findall(r"`wicked_pipeline/([\w/.]+)`", ARCHITECTURE):
        assert (PROJECT_ROOT / "wicked_pipeline" / name).exists(), name


def test_every_setting_is_in_the_example_with_its_default() -> None:
    told = dict(re.findall(r"^#?(WICKED_\w+)=(.*)$", ENV_EXAMPLE, re.MULTILINE))
    fields = {str(field.validation_alias): field for field in Variables.model_fields.values()}
    assert set(told) == {*fields, "WICKED_ENV_FILE"}
    for name, field in fields.items():
        assert told[name] == ("" if field.default is None else str(field.default)), name


def test_each_variable_that_is_read_anywhere_is_documented() -> None:
    told = set(re.findall(r"^#?(WICKED_\w+)=", ENV_EXAMPLE, re.MULTILINE))
    assert sorted(re.findall(r"^\| `(WICKED_\w+)` \|", SETTINGS, re.MULTILINE)) == sorted(told)
    folders = [PROJECT_ROOT / "wicked_pipeline", PROJECT_ROOT / "dbt"]
    code = [path for folder in folders for path in folder.rglob("*.*") if path.suffix in (".py", ".sql", ".yml")]
    read = {name for path in code if "target" not in path.parts for name in re.findall(r"WICKED_\w+", path.read_text())}
    assert read <= told


def test_the_readme_names_every_command() -> None:
    (subparsers,) = (action for action in cli._parser([])._actions if isinstance(action, argparse._SubParsersAction))
    for command in subparsers.choices:
        assert re.search(rf"wicked-pipeline {command}\b", README), command


def test_the_readmes_make_targets_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets


def test_the_warehouses_page_names_its_tables_and_no_others() -> None:
    models = PROJECT_ROOT / "dbt" / "models"
    ours = {path.stem for part in ("staging", "core", "marts") for path in (models / part).rglob("*.sql")}
    ours = {name for name in ours if not name.startswith(("base_", "int_"))}
    with empty_warehouse() as connection:
        columns = connection.execute("select table_name, column_name from information_schema.columns").fetchall()
    ours |= {f"raw.{table}" for table, _ in columns}
    rows = re.findall(r"^\| (`.+?`) \|", re.sub(r"(?s)\| column \|.+?\n\n", "", WAREHOUSE), re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert told - {"raw", "staging", "intermediate", "marts", "checks", "dbt_tests"} == ours
    told_beside = ("rejects", "accounts", "ad_spend", "migrations")
    assert [c for table, c in columns if table not in told_beside and f"`{c}`" not in WAREHOUSE] == []
