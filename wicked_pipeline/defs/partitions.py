"""The daily partitions of all raw assets: a partition is a day in the account's zone, the last one yesterday."""

from datetime import date

import dagster as dg

from wicked_pipeline.account import Account


def daily_partitions(account: Account, today: date | None = None) -> dg.DailyPartitionsDefinition:
    """Days from the account's first one to yesterday in its zone; a simulated `today` fixes when they end."""
    first, zone = str(account.start_date), account.timezone
    if today is None:
        return dg.DailyPartitionsDefinition(start_date=first, timezone=zone)
    return dg.DailyPartitionsDefinition(
        start_date=first,
        end_date=str(today),
        end_offset=max(0, (today - account.date_now()).days),  # Dagster ends at its clock's today, else
        timezone=zone,
    )
