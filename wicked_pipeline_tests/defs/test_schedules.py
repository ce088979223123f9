"""What the daily schedule asks for."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.defs.schedules import daily, lookback
from wicked_pipeline.settings import load_settings
from wicked_pipeline.windows import DayRange


@pytest.mark.parametrize(
    ("lookback_days", "first"),
    [(0, date(2024, 3, 9)), (1, date(2024, 3, 9)), (3, date(2024, 3, 7)), (30, date(2024, 3, 1))],
)
def test_the_lookback_ends_yesterday_and_begins_no_earlier_than_the_start(lookback_days: int, first: date) -> None:
    account = Account(start_date=date(2024, 3, 1), lookback_days=lookback_days)
    assert lookback(account, date(2024, 3, 10)) == DayRange(first, date(2024, 3, 9))


def test_a_tick_asks_for_one_ranged_run() -> None:
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    request = daily(load_settings(today="2024-03-10"))(context)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["dagster/asset_partition_range_start"] == "2024-03-07"
    assert request.tags["dagster/asset_partition_range_end"] == "2024-03-09"


def test_an_account_that_begins_today_is_skipped() -> None:
    begins = load_settings(today="2024-03-10", start_date="2024-03-10")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    assert isinstance(daily(begins)(context), dg.SkipReason)
