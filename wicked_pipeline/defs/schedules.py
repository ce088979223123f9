"""The jobs and the schedules of syncs. `sensors.py` has the sensor that builds models after raw."""

from collections.abc import Mapping

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from wicked_pipeline.defs.runs import FULL
from wicked_pipeline.defs.transform import RAW
from wicked_pipeline.settings import Settings

pipeline = dg.define_asset_job(
    "pipeline",
    dg.AssetSelection.all(),
    description="Reads days from the Outbound API and builds staging and marts, in one run. Backfill this. "
    "A run without a range of days, as the schedules launch it, is a sync.",
)

raw = dg.define_asset_job(
    "raw",
    dg.AssetSelection.assets(*RAW),
    description="Reads a range of days from the Outbound API. The sensor `models_follow_raw` then builds the models.",
)

JOBS = {"pipeline", "raw", "models"}


def build_of(models: dg.AssetsDefinition) -> UnresolvedAssetJobDefinition:
    """The job `models`, which builds them."""
    return dg.define_asset_job(
        "models",
        dg.AssetSelection.assets(models),
        description="Builds staging and marts from landed data. Sends no request.",
    )


def _sync(settings: Settings, name: str, cron: str, description: str, tags: Mapping[str, str]) -> dg.ScheduleDefinition:
    """A schedule, in the account's zone, of a run without a range, which is a sync."""

    @dg.schedule(
        name=name,
        job=pipeline,
        cron_schedule=cron,
        execution_timezone=settings.account.timezone,
        description=description,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """One run, whose plan is made when it begins."""
        if settings.current_date() <= settings.account.start_date:
            return dg.SkipReason("WICKED_START_DATE is not over yet")
        return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat(), tags=dict(tags))

    return schedule


def daily(settings: Settings) -> dg.ScheduleDefinition:
    """The daily sync."""
    return _sync(
        settings,
        "daily",
        "0 4 * * *",  # Assumed: most of yesterday's clicks are there by then; the look-back reads others
        "Every morning reads what today's plan says, within WICKED_DAILY_REQUESTS, and rebuilds the marts: "
        "`wicked-pipeline sync`.",
        {},
    )


def monthly(settings: Settings) -> dg.ScheduleDefinition:
    """The monthly full sweep."""
    return _sync(
        settings,
        "monthly",
        "30 4 2 * *",  # after the daily one, whose days it then leaves out
        "On the second of each month reads everything again, whatever WICKED_DAILY_REQUESTS: "
        "`wicked-pipeline sync --full`.",
        {FULL: "true"},
    )
