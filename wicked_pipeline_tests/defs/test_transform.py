"""When models follow raw, tick by tick and without a daemon; how a build that can't begin fails."""

from pathlib import Path

import dagster as dg
import pytest

from wicked_pipeline.definitions import defs
from wicked_pipeline.defs.resources import resources
from wicked_pipeline.defs.transform import AD_SPEND, RAW, models


class Ticks:
    """The sensor's ticks on an instance of their own."""

    def __init__(self) -> None:
        self.instance = dg.DagsterInstance.ephemeral()
        self.definitions = defs()
        self.models = {key for key in self.definitions.resolve_all_asset_keys() if key not in (*RAW, AD_SPEND)}
        self.cursor = None
        self.requested()

    def requested(self) -> set[dg.AssetKey]:
        """What the next tick asks for."""
        result = dg.evaluate_automation_conditions(self.definitions, self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        return {key for key in self.models if result.get_num_requested(key)}

    def land(self, asset: str, day: str) -> None:
        """A raw partition is materialized, by a run that builds no models."""
        self.instance.report_runless_asset_event(dg.AssetMaterialization(["wicked", asset], partition=day))


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.mark.parametrize("asset", ["contacts", "clicks", "orders"])
def test_all_models_follow_any_raw_asset_once(ticks: Ticks, asset: str) -> None:
    ticks.land(asset, "2024-01-05")
    assert ticks.requested() == ticks.models
    assert ticks.requested() == set()


def test_models_follow_each_time_raw_is_materialized(ticks: Ticks) -> None:
    ticks.land("orders", "2024-01-05")
    ticks.requested()
    ticks.land("orders", "2024-01-05")
    assert ticks.requested() == ticks.models


def test_nothing_follows_nothing(ticks: Ticks) -> None:
    assert ticks.requested() == set()


def test_a_warehouse_that_cannot_be_copied_fails_the_run_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WICKED_DUCKDB_PATH", str(tmp_path / "shop.duckdb"))
    (tmp_path / "shop.duckdb.building").write_text("in the way")
    dbt = (resources().resources or {})["dbt"]
    result = dg.materialize([models], resources={"dbt": dbt}, raise_on_error=False)
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert failure.user_failure_data.description == (
        f"no copy of the warehouse {tmp_path}/shop.duckdb can be built: File exists"
    )
