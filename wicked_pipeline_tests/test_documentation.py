"""The front door's pages tell of everything there is, and of nothing that isn't."""

import argparse
import re

import pytest

from wicked_pipeline import cli
from wicked_pipeline.settings import PROJECT_ROOT, Settings
from wicked_pipeline.warehouse import empty_warehouse

README = (PROJECT_ROOT / "README.md").read_text()
ARCHITECTURE = (PROJECT_ROOT / "ARCHITECTURE.md").read_text()
ENV_EXAMPLE = (PROJECT_ROOT / ".env.example").read_text()
WAREHOUSE = (PROJECT_ROOT / "docs" / "warehouse.md").read_text()
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
    assert set(told) == {f"WICKED_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert told[f"WICKED_{name.upper()}"] == ("" if field.default is None else str(field.default)), name


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
