"""The daily partitions of all raw assets: a partition is a day in the account's zone, the last one yesterday."""

from datetime import UTC, datetime

import dagster as dg

from wicked_pipeline.settings import Settings, load_settings


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Days from `WICKED_START_DATE` to yesterday in the account's zone; `WICKED_TODAY` fixes when they end."""
    zone = settings.account_timezone
    if settings.today is None:
        return dg.DailyPartitionsDefinition(start_date=str(settings.start_date), timezone=zone)
    days_ahead = (settings.today - datetime.now(UTC).astimezone(settings.zone).date()).days
    return dg.DailyPartitionsDefinition(
        start_date=str(settings.start_date),
        end_date=str(settings.today),
        end_offset=max(0, days_ahead),  # Dagster ends at its clock's today, and a simulated one may be later
        timezone=zone,
    )


DAILY = daily_partitions(load_settings())
