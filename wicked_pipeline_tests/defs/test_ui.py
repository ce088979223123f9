"""What is launched in the UI of an empty warehouse, on the shipped workspace and Dagster files, daemon included."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.defs.ui_shop import ALL_DAYS, LAST, RAW, Shop, builds, change
from wicked_pipeline_tests.served import Record, assert_holds, assert_raw_holds, date_in

HOLE = ALL_DAYS[3:6]
WANTED = [day for day in ALL_DAYS if day not in HOLE]
GREEN = [(ALL_DAYS[0], ALL_DAYS[2]), (ALL_DAYS[6], ALL_DAYS[8])]
LOOKBACK = ALL_DAYS[-3:]

pytestmark = pytest.mark.timeout(1500)


def ranged(days: Sequence[str]) -> dict[str, str]:
    """The tags of a run of these days."""
    return {"dagster/asset_partition_range_start": days[0], "dagster/asset_partition_range_end": days[-1]}


def is_wanted(record: Record) -> bool:
    return date_in("America/New_York", record).isoformat() in WANTED


def test_a_backfill_of_all_assets_with_a_hole_between_the_days_builds_once(shop: Shop) -> None:
    runs = shop.settle(shop.ui.backfill(shop.ui.assets(), WANTED))
    assert len([run for run in runs if builds(run)]) == 1, [(run.job, sorted(run.assets)) for run in runs]
    assert_holds(shop.warehouse, shop.server.world, LAST, is_wanted)
    assert all(shop.ui.green_days(asset) == GREEN for asset in RAW)


def test_green_partitions_are_read_again_by_two_backfills_at_once(shop: Shop) -> None:
    change(shop.server.world, LOOKBACK[0])
    shop.ui.finish(shop.ui.backfill(RAW, LOOKBACK[:1]), shop.ui.backfill(["wicked/clicks"], LOOKBACK))
    assert_raw_holds(shop.warehouse, shop.server.world, is_wanted)


@pytest.mark.long  # half a minute until the daemon looks, and a build
def test_the_models_follow_what_was_read_by_themselves(shop: Shop) -> None:
    change(shop.server.world, LOOKBACK[1])
    shop.settle(shop.ui.backfill(RAW, WANTED))
    assert_holds(shop.warehouse, shop.server.world, LAST, is_wanted)


def test_the_schedule_asks_for_a_sync_which_lands_what_is_missing_and_turns_it_green(shop: Shop) -> None:
    four_o_clock = datetime(LAST.year, LAST.month, LAST.day + 1, 4, tzinfo=ZoneInfo("America/New_York"))
    (request,) = shop.ui.schedule_requests("daily", four_o_clock.timestamp())
    tags = {tag["key"]: tag["value"] for tag in request["tags"]}
    assert not any("partition" in tag for tag in tags)
    launched = shop.ui.launch("raw", {})
    assert shop.ui.outcome(launched) == "SUCCESS", shop.ui.failures(launched)
    assert_raw_holds(shop.warehouse, shop.server.world, lambda _: True)
    assert all(shop.ui.green_days(asset) == [(ALL_DAYS[0], ALL_DAYS[-1])] for asset in RAW)


@pytest.mark.long  # a build
def test_the_job_reads_and_builds_in_one_run(shop: Shop) -> None:
    change(shop.server.world, LOOKBACK[2])
    launched = shop.ui.launch("pipeline", ranged(ALL_DAYS))
    assert [run.id for run in shop.settle() if run.job == "pipeline"] == [launched]
    assert_holds(shop.warehouse, shop.server.world, LAST)


def test_a_run_of_the_command_line_is_the_jobs_and_can_be_executed_again(shop: Shop) -> None:
    shop.server.switches.key = "another"
    failed = shop.backfill_by_command(LOOKBACK)
    shop.server.switches.key = "sandbox-key"
    assert failed in shop.ui.runs_of_job("raw")
    assert failed in shop.ui.runs_of_location()
    again = shop.ui.reexecute(failed, "ALL_STEPS")
    assert shop.ui.outcome(again) == "SUCCESS", shop.ui.failures(again)


def test_a_refused_key_ends_red_with_its_line_and_a_reexecution_mends_it(shop: Shop) -> None:
    shop.server.switches.key = "another"
    asked = len(shop.server.requests)
    failed = shop.ui.launch("raw", ranged(ALL_DAYS))
    assert shop.ui.outcome(failed) == "FAILURE"
    (line,) = shop.ui.failures(failed)
    assert "refuses the API key (401" in line
    assert "\n" not in line
    assert len(shop.server.requests) - asked <= 6

    shop.server.switches.key = "sandbox-key"
    assert shop.ui.outcome(shop.ui.reexecute(failed)) == "SUCCESS"
    assert shop.ui.green_days("wicked/orders") == [(ALL_DAYS[0], ALL_DAYS[-1])]
