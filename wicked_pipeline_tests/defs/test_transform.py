"""How a build that can't begin, or can't be finished, fails."""

from pathlib import Path

import dagster as dg
import pytest

from wicked_pipeline import landing, transform
from wicked_pipeline.account import Account
from wicked_pipeline.defs.resources import resources
from wicked_pipeline.defs.transform import models_of
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import copy_of, write_warehouse


def built(warehouse: Path) -> dg.ExecuteInProcessResult:
    """A run of all models in this warehouse."""
    settings = load_settings(name="shop", timezone="UTC", duckdb_path=warehouse)
    models = models_of(transform.manifest(copy_of(warehouse)))
    return dg.materialize([models], resources=resources(settings), raise_on_error=False)


def test_a_warehouse_that_cannot_be_copied_fails_the_run_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "shop.duckdb.building").write_text("in the way")
    result = built(tmp_path / "shop.duckdb")
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert failure.user_failure_data.description == (
        f"can't copy the warehouse {tmp_path}/shop.duckdb for a build: File exists"
    )


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ("time_decay_half_life_days: 0", "time_decay_half_life_days is 0: it must be a number from 0.01 to 3650"),
        ("ad_spend_relation: ads.costs", "stg_wicked__ad_spend"),
    ],
)
def test_models_that_cannot_be_built_are_not_materialized_and_leave_the_warehouse_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: str, says: str
) -> None:
    path = tmp_path / "shop.duckdb"
    with write_warehouse(path) as connection:
        landing.note_account(connection, Account(name="shop", timezone="UTC"))
    before = path.read_bytes()
    build = transform.build
    monkeypatch.setattr(transform, "build", lambda copy, _, told: build(copy, ["--vars", variables], told))
    result = built(path)
    assert not result.success
    assert result.asset_materializations_for_node("dbt") == []
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    said = failure.user_failure_data.description or ""
    assert says in said
    assert len(said.splitlines()) == 1
    assert said.endswith("The warehouse is unchanged")
    assert path.read_bytes() == before
