"""What the daily schedule asks for."""

from datetime import UTC, date, datetime

import dagster as dg
import pytest

from wicked_pipeline.defs.schedules import daily, lookback
from wicked_pipeline.settings import load_settings
from wicked_pipeline.windows import DayRange


@pytest.mark.parametrize(
    ("lookback_days", "first"),
    [(0, date(2024, 3, 9)), (1, date(2024, 3, 9)), (3, date(2024, 3, 7)), (30, date(2024, 3, 1))],
)
def test_the_lookback_ends_yesterday_and_begins_no_earlier_than_the_start(lookback_days: int, first: date) -> None:
    settings = load_settings(today=date(2024, 3, 10), start_date=date(2024, 3, 1), lookback_days=lookback_days)
    assert lookback(settings) == DayRange(first, date(2024, 3, 9))


def test_a_tick_asks_for_one_ranged_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WICKED_TODAY", "2024-03-10")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    request = daily(context)
    assert isinstance(request, dg.RunRequest)
    assert request.tags["dagster/asset_partition_range_start"] == "2024-03-07"
    assert request.tags["dagster/asset_partition_range_end"] == "2024-03-09"


def test_an_account_that_begins_today_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WICKED_TODAY", "2024-03-10")
    monkeypatch.setenv("WICKED_START_DATE", "2024-03-10")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    assert isinstance(daily(context), dg.SkipReason)
