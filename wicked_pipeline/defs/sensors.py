"""Models follow raw: one run builds them when raw assets are newer and no run or backfill of either is unfinished.

This is a plain sensor, since Dagster's automation conditions judge each model and take seconds of a processor per tick.
"""

from collections.abc import Collection

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.execution.backfill import BulkActionStatus

from wicked_pipeline.defs.schedules import JOBS
from wicked_pipeline.defs.transform import LANDED

_UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)


def models_follow_raw(models: Collection[dg.AssetKey], build: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """The sensor that runs the job `build` of these models."""

    @dg.sensor(
        job=build,
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Builds staging and marts once raw assets have been materialized without them.",
    )
    def models_follow_raw(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """Requests one run of all models after new materializations. The cursor is the time of the newest one.

        It requests each run once: a failed build is not repeated until new data has come.
        """
        landed = _newest(context.instance)
        newest = str(max((event.timestamp for event in landed), default=""))
        if newest == (context.cursor or ""):
            return dg.SkipReason("no raw asset has been materialized since")
        if _something_goes_on(context.instance, models):
            return dg.SkipReason("raw assets have been materialized; waiting for the end of a run or a backfill")
        context.update_cursor(newest)
        if _are_built_of(landed, context.instance, models):
            return dg.SkipReason("the models have been built since all raw assets were materialized")
        return dg.RunRequest(run_key=newest)

    return models_follow_raw


def _newest(instance: dg.DagsterInstance) -> list[dg.EventLogEntry]:
    """The newest materialization of each raw asset that has one."""
    return [event for event in instance.get_latest_materialization_events(LANDED).values() if event]


def _something_goes_on(instance: dg.DagsterInstance, models: Collection[dg.AssetKey]) -> bool:
    """Whether a run or a backfill that may land raw or build models is queued or running."""
    ours = {*LANDED, *models}
    runs = instance.get_runs(dg.RunsFilter(statuses=list(_UNFINISHED)))
    return any(run.job_name in JOBS or not ours.isdisjoint(run.asset_selection or ()) for run in runs) or any(
        backfill.asset_selection is None or not ours.isdisjoint(backfill.asset_selection)
        for status in (BulkActionStatus.REQUESTED, BulkActionStatus.CANCELING)
        for backfill in instance.get_backfills(status=status)
    )


def _are_built_of(
    landed: list[dg.EventLogEntry], instance: dg.DagsterInstance, models: Collection[dg.AssetKey]
) -> bool:
    """Whether the last build of each model began after these materializations, or is of the same run."""
    found = instance.get_latest_materialization_events(models)
    built = [event for event in found.values() if event]
    if len(built) < len(models):
        return False
    records = instance.get_run_records(dg.RunsFilter(run_ids=list({event.run_id for event in built})))
    began = {record.dagster_run.run_id: record.start_time or 0.0 for record in records}
    return all(
        raw.run_id == event.run_id or raw.timestamp <= began.get(event.run_id, event.timestamp)
        for raw in landed
        for event in built
    )
