"""The jobs and the daily schedule. `sensors.py` has the sensor that builds models after raw."""

from datetime import date, timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from wicked_pipeline.account import Account
from wicked_pipeline.defs.transform import RAW
from wicked_pipeline.settings import Settings
from wicked_pipeline.windows import DAY, DayRange

pipeline = dg.define_asset_job(
    "pipeline",
    dg.AssetSelection.all(),
    description="Reads a range of days from the Outbound API and builds staging and marts, in one run. Backfill this.",
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


def lookback(account: Account, today: date) -> DayRange:
    """The days that still change: the last `WICKED_LOOKBACK_DAYS` up to yesterday, and at least yesterday."""
    days = timedelta(days=max(1, account.lookback_days))
    return DayRange(max(account.start_date, today - days), today - DAY)


def daily(settings: Settings) -> dg.ScheduleDefinition:
    """The daily schedule, in the account's zone."""

    @dg.schedule(
        job=pipeline,
        cron_schedule="0 4 * * *",  # Assumed: most of yesterday's clicks are there by then; the look-back reads others
        execution_timezone=settings.account.timezone,
        description="Every morning reads the last days again, since they still change, and rebuilds the marts.",
    )
    def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        """One run over the days of `lookback`."""
        days = lookback(settings.account, settings.current_date())
        if days.last < days.first:
            return dg.SkipReason("WICKED_START_DATE is not over yet")
        return dg.RunRequest(
            run_key=context.scheduled_execution_time.date().isoformat(),
            tags={
                "dagster/asset_partition_range_start": days.first.isoformat(),
                "dagster/asset_partition_range_end": days.last.isoformat(),
            },
        )

    return daily
