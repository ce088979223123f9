"""When models follow raw: the sensor tick by tick, on real runs of stand-ins that materialize the same assets."""

from collections.abc import Collection, Iterator
from typing import Any

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.workspace.load import location_origins_from_yaml_paths

from wicked_pipeline import transform
from wicked_pipeline.defs.schedules import build_of
from wicked_pipeline.defs.sensors import models_follow_raw
from wicked_pipeline.defs.transform import LANDED, RAW, models_of
from wicked_pipeline.settings import PROJECT_ROOT, load_settings
from wicked_pipeline.warehouse import copy_of

CONTACTS, CLICKS, ORDERS = RAW
models = models_of(transform.manifest(copy_of(load_settings().duckdb_path)))
build = build_of(models)
sensor = models_follow_raw(models.keys, build)


class Ticks:
    """The sensor's ticks on an instance of their own, and what is materialized between them."""

    def __init__(self) -> None:
        self.instance = dg.DagsterInstance.ephemeral()
        self.cursor: str | None = None
        self.keys: set[str] = set()

    def asks(self) -> bool:
        """Whether the next tick asks for a run; no two of them have the same key."""
        context = dg.build_sensor_context(self.instance, cursor=self.cursor)
        asked = sensor(context)
        self.cursor = context.cursor
        if isinstance(asked, dg.SkipReason):
            return False
        assert isinstance(asked, dg.RunRequest)
        assert asked.run_key not in self.keys
        self.keys.add(str(asked.run_key))
        return True

    def run(self, *assets: dg.AssetKey, fails: Collection[dg.AssetKey] = ()) -> None:
        """A run materializes the assets in this order; it ends before the first of those that fail."""

        @dg.multi_asset(specs=[dg.AssetSpec(key, skippable=True) for key in assets])
        def stand_in() -> Iterator[dg.MaterializeResult[None]]:
            for key in assets:
                if key in fails:
                    raise dg.Failure
                yield dg.MaterializeResult(asset_key=key)

        dg.materialize([stand_in], instance=self.instance, raise_on_error=False)

    def builds(self) -> None:
        """A run builds all models."""
        self.run(*models.keys)


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def test_nothing_follows_nothing(ticks: Ticks) -> None:
    assert not ticks.asks()


@pytest.mark.parametrize("asset", LANDED, ids=str)
def test_models_follow_any_raw_asset_once(ticks: Ticks, asset: dg.AssetKey) -> None:
    ticks.builds()
    ticks.run(asset)
    assert ticks.asks()
    assert not ticks.asks()
    ticks.builds()
    assert not ticks.asks()


def test_they_follow_each_time(ticks: Ticks) -> None:
    for _ in range(2):
        ticks.run(ORDERS)
        assert ticks.asks()
        ticks.builds()


def test_what_has_come_before_the_first_tick_is_followed(ticks: Ticks) -> None:
    ticks.run(CONTACTS)
    ticks.run(ORDERS)
    assert ticks.asks()


def test_a_run_that_builds_what_it_read_needs_none(ticks: Ticks) -> None:
    ticks.run(*LANDED, *models.keys)
    assert not ticks.asks()


def test_what_comes_during_a_build_is_followed_by_another(ticks: Ticks) -> None:
    half = sorted(models.keys)[:3]
    ticks.run(CLICKS, *half, ORDERS, *models.keys - set(half))
    ticks.run(ORDERS)
    assert ticks.asks()


def test_a_run_that_built_some_models_is_followed_for_all(ticks: Ticks) -> None:
    ticks.builds()
    ticks.run(ORDERS, *sorted(models.keys)[:3])
    assert ticks.asks()


def test_what_a_failed_run_landed_is_followed(ticks: Ticks) -> None:
    ticks.builds()
    ticks.run(ORDERS, CLICKS, fails=[CLICKS])
    assert ticks.asks()


def test_a_build_that_failed_is_asked_for_no_second_time(ticks: Ticks) -> None:
    ticks.run(ORDERS)
    assert ticks.asks()
    ticks.run(*models.keys, fails=models.keys)
    assert not ticks.asks()
    ticks.run(ORDERS)
    assert ticks.asks()


@pytest.mark.parametrize(
    "unfinished",
    [
        {"job_name": "pipeline", "status": dg.DagsterRunStatus.STARTED},
        {"job_name": "raw", "status": dg.DagsterRunStatus.QUEUED},
        {"job_name": "__ASSET_JOB", "status": dg.DagsterRunStatus.STARTING, "asset_selection": {CLICKS}},
        {"job_name": "__ASSET_JOB", "status": dg.DagsterRunStatus.CANCELING, "asset_selection": models.keys},
    ],
)
def test_a_run_that_goes_on_is_waited_for_and_nothing_forgotten(ticks: Ticks, unfinished: dict[str, Any]) -> None:
    ticks.run(ORDERS)
    (location,) = location_origins_from_yaml_paths([str(PROJECT_ROOT / "workspace.yaml")])
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(location, "__repository__"), "raw")  # which queued runs must have
    ticks.instance.add_run(dg.DagsterRun(run_id="unfinished", remote_job_origin=origin, **unfinished))
    assert not ticks.asks()
    ticks.instance.report_run_canceled(ticks.instance.get_run_by_id("unfinished"))
    assert ticks.asks()


def test_runs_of_others_are_not_waited_for(ticks: Ticks) -> None:
    ticks.run(ORDERS)
    ticks.instance.add_run(dg.DagsterRun(job_name="theirs", status=dg.DagsterRunStatus.STARTED))
    assert ticks.asks()


def test_a_backfill_between_its_runs_is_waited_for(ticks: Ticks) -> None:
    backfill = PartitionBackfill(
        "backfill", BulkActionStatus.REQUESTED, from_failure=False, tags={}, backfill_timestamp=0.0,
        asset_selection=[ORDERS, *models.keys],
    )  # fmt: skip
    ticks.instance.add_backfill(backfill)
    ticks.run(ORDERS)
    assert not ticks.asks()
    ticks.builds()
    ticks.instance.update_backfill(backfill.with_status(BulkActionStatus.COMPLETED_SUCCESS))
    assert not ticks.asks()


def test_what_is_asked_for_is_all_models_and_nothing_else() -> None:
    assert sensor.job_name == build.name
    assert build.selection.resolve([models]) == models.keys
