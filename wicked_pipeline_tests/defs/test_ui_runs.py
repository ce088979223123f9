"""What is launched in the UI day by day, on the shipped workspace and Dagster files.

The schedule's run, backfills of green partitions, a refused key, a re-execution.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.defs.ui_shop import ALL_DAYS, LAST, RAW, Shop, change
from wicked_pipeline_tests.served import assert_holds, utc_date

LOOKBACK = ALL_DAYS[-3:]


def ranged(days: Sequence[str]) -> dict[str, str]:
    """The tags of a run of these days."""
    return {"dagster/asset_partition_range_start": days[0], "dagster/asset_partition_range_end": days[-1]}


@pytest.mark.timeout(1500)
def test_the_schedule_reads_the_lookback_in_one_run(shop: Shop) -> None:
    ui, world = shop.ui, shop.server.world
    four_o_clock = datetime(LAST.year, LAST.month, LAST.day + 1, 4, tzinfo=ZoneInfo("America/New_York"))
    (request,) = ui.schedule_requests("daily", four_o_clock.timestamp())
    tags = {tag["key"]: tag["value"] for tag in request["tags"]}
    assert ranged(LOOKBACK).items() <= tags.items()

    launched = ui.launch("pipeline", {key: value for key, value in tags.items() if "range" in key})
    assert [run.id for run in shop.settle() if run.job == "pipeline"] == [launched]
    assert_holds(shop.warehouse, world, LAST, lambda record: utc_date(record).isoformat() in LOOKBACK)


@pytest.mark.timeout(1500)
def test_green_partitions_are_read_again_by_two_backfills_at_once(shop: Shop) -> None:
    ui, world = shop.ui, shop.server.world
    assert ui.green_days("wicked/clicks") == [(LOOKBACK[0], LOOKBACK[-1])]
    change(world, LOOKBACK[0])
    shop.settle(ui.backfill(RAW, LOOKBACK[:1]), ui.backfill(["wicked/clicks"], LOOKBACK))
    assert_holds(shop.warehouse, world, LAST, lambda record: utc_date(record).isoformat() in LOOKBACK)


@pytest.mark.timeout(1500)
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
