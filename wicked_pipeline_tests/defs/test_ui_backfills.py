"""Backfills of an empty warehouse, launched in the UI on the shipped workspace and Dagster files, daemon included."""

import pytest

from wicked_pipeline_tests.defs.ui_shop import ALL_DAYS, LAST, RAW, Shop
from wicked_pipeline_tests.served import assert_holds, utc_date

HOLE = ALL_DAYS[3:6]


@pytest.mark.timeout(1500)
def test_whatever_is_launched_reads_what_it_was_asked_and_the_models_follow(shop: Shop) -> None:
    ui, world = shop.ui, shop.server.world

    # raw alone, with a hole: two runs, after which the models follow by themselves
    shop.settle(ui.backfill(RAW, [day for day in ALL_DAYS if day not in HOLE]), models=1)
    assert_holds(shop.warehouse, world, LAST, lambda record: utc_date(record).isoformat() not in HOLE)
    assert ui.green_days("wicked/clicks") == [(ALL_DAYS[0], ALL_DAYS[2]), (ALL_DAYS[6], ALL_DAYS[8])]

    # all assets, whole
    shop.settle(ui.backfill(ui.assets(), ALL_DAYS), models=3)  # one by the backfill, one that followed raw
    assert_holds(shop.warehouse, world, LAST)
    assert all(ui.green_days(asset) == [(ALL_DAYS[0], ALL_DAYS[-1])] for asset in RAW)
