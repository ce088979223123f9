"""When models follow raw, without a daemon: the sensor's conditions, tick by tick."""

import dagster as dg
import pytest

from wicked_pipeline.definitions import defs
from wicked_pipeline.defs.transform import AD_SPEND, RAW


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
