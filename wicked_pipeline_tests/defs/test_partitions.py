"""Which days are partitions."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.defs.partitions import daily_partitions


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
def test_the_last_partition_is_yesterday_in_the_accounts_zone(zone: str) -> None:
    partitions = daily_partitions(Account(timezone=zone))
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    assert partitions.get_last_partition_key() == str(today - timedelta(1))


@pytest.mark.parametrize("zone", ["America/Santiago", "Africa/Cairo", "America/Havana"])
def test_no_day_is_missing_where_clocks_change_at_midnight(zone: str) -> None:
    first, last = date(2024, 3, 1), date(2024, 11, 30)
    partitions = daily_partitions(Account(timezone=zone, start_date=first), last + timedelta(1))
    days = [str(first + timedelta(n)) for n in range((last - first).days + 1)]
    assert list(partitions.get_partition_keys()) == days
    of_a_run = partitions.get_partition_keys_in_range(dg.PartitionKeyRange(days[5], days[-5]))
    assert list(of_a_run) == days[5:-4]


@pytest.mark.parametrize("today", [date(2024, 3, 11), date(2031, 1, 1)])
def test_a_simulated_today_ends_them_the_day_before(today: date) -> None:
    partitions = daily_partitions(Account(start_date=date(2024, 3, 8)), today)
    keys = partitions.get_partition_keys()
    assert (keys[0], keys[-1]) == ("2024-03-08", str(today - timedelta(1)))
    assert len(keys) == (today - date(2024, 3, 8)).days


def test_before_the_start_there_are_none() -> None:
    first = date(2024, 3, 8)
    assert daily_partitions(Account(start_date=first), first).get_partition_keys() == []
