"""What the schedules ask for."""

from datetime import UTC, datetime

import dagster as dg

from wicked_pipeline.defs.runs import FULL
from wicked_pipeline.defs.schedules import daily, monthly
from wicked_pipeline.settings import load_settings


def test_a_tick_asks_for_one_run_without_a_range_which_is_a_sync() -> None:
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    settings = load_settings(today="2024-03-10")
    requests = [schedule(settings)(context) for schedule in (daily, monthly)]
    assert [request.tags.get(FULL) for request in requests] == [None, "true"]
    assert not any("partition" in tag for request in requests for tag in request.tags)


def test_an_account_that_begins_today_is_skipped() -> None:
    begins = load_settings(today="2024-03-10", start_date="2024-03-10")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2024, 3, 10, 8, tzinfo=UTC))
    assert isinstance(daily(begins)(context), dg.SkipReason)
