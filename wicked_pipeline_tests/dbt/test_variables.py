"""A variable that can't be meant is refused before anything is built, in a line that names it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from wicked_pipeline_tests.dbt.warehouse import DBT_PROJECT, Warehouse, invoke_dbt


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its variables and macros and no model, which dbt reads anew for each variable in no time."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
    shutil.copy(DBT_PROJECT / "profiles.yml", folder)
    settings = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())
    kept = {name: settings[name] for name in ("name", "profile", "config-version", "vars", "flags")}
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(kept))
    return folder


def said(project: Path, variables: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What dbt says of these variables; empty where they may be."""
    invoke_dbt(project, project / "wicked.duckdb", "run-operation", "check_variables", "--vars", variables)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ("time_decay_half_life_days: 0", "time_decay_half_life_days is 0: it must be a number from 0.01 to 3650"),
        ("time_decay_half_life_days: .nan", "time_decay_half_life_days is nan: it must be a number"),
        ("attribution_lookback_days: -1", "attribution_lookback_days is -1: it must be a whole number from 1 to 3650"),
        ("attribution_lookback_days: 30.5", "attribution_lookback_days is 30.5: it must be a whole number"),
        ("subscription_grace_days: true", "subscription_grace_days is True: it must be a whole number"),
        ("forecast_as_of: yesterday", "forecast_as_of is yesterday: it must be a date such as 2024-01-31, or null"),
        ("tracking_began: '2024-13-01'", "tracking_began is 2024-13-01: it must be a date such as 2024-01-31, or with"),
        ("earliest_plausible_date: null", "earliest_plausible_date is null: it must be a date such as 2024-01-31"),
        ("earliest_plausible_date: 9999-12-31", "it must be a date such as 2024-01-31, not in the future"),
        ("refund_semantics: entries", "refund_semantics is entries: it must be one of auto, status, entry"),
        ("acquisition_model: linear", "acquisition_model is linear: it must be one of first_click, first_optin"),
        (
            "ad_spend_relation: 'ads costs; drop'",
            "ad_spend_relation is ads costs; drop: it must be the name of",
        ),
        ("refund_semantic: entry", "there is no variable refund_semantic: there are refund_semantics, "),
    ],
)
def test_what_cannot_be_meant_is_named(
    project: Path, variables: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert says in said(project, variables, capsys)


@pytest.mark.parametrize(
    "variables",
    [
        "{}",
        "{tracking_began: 2024-03-03 12:00:00, forecast_as_of: 2024-05-01, earliest_plausible_date: 1995-01-01}",
        '{tracking_began: "2024-03-03T12:00:00.5", forecast_as_of: "2024-02-29", time_decay_half_life_days: 0.5}',
        "{ad_spend_relation: 'lake.\"my ads\".costs', subscription_grace_days: 0, refund_semantics: entry}",
    ],
)
def test_what_can_be_meant_passes(project: Path, variables: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(project, variables, capsys) == ""


def test_nothing_is_built_with_a_variable_that_is_refused(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    with pytest.raises(AssertionError, match="time_decay_half_life_days is 0: it must be a number from"):
        warehouse.dbt("run", "--select", "stg_wicked__accounts", "--vars", "time_decay_half_life_days: 0")
    assert warehouse.query("select 1 from duckdb_tables() where schema_name = 'staging'") == []


def test_each_variable_of_the_project_is_in_the_table() -> None:
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())
    table = (DBT_PROJECT / "macros" / "variables.sql").read_text()
    assert set(re.findall(r"^        '(\w+)': \{", table, re.MULTILINE)) == set(project["vars"])
