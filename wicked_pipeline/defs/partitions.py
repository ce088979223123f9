"""The daily partitions of all raw assets. A partition is a day in the account's zone; the last one is yesterday."""

from datetime import date

import dagster as dg

from wicked_pipeline.account import Account


def daily_partitions(account: Account, today: date | None = None) -> dg.DailyPartitionsDefinition:
    """Days from the account's first day to yesterday in its zone. A simulated `today` sets the end."""
    first, zone = str(account.start_date), account.timezone
    if today is None:
        return dg.DailyPartitionsDefinition(start_date=first, timezone=zone)
    return dg.DailyPartitionsDefinition(
        start_date=first,
        end_date=str(today),
        end_offset=max(0, (today - account.date_now()).days),  # without it Dagster ends at the clock's today
        timezone=zone,
    )
