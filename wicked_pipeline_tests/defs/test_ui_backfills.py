"""A backfill of an empty warehouse, launched in the UI on the shipped workspace and Dagster files, daemon included."""

import pytest

from wicked_pipeline_tests.defs.ui_shop import ALL_DAYS, LAST, RAW, Shop
from wicked_pipeline_tests.served import assert_holds, utc_date

HOLE = ALL_DAYS[3:6]


@pytest.mark.timeout(1500)
def test_all_assets_with_a_hole_between_the_days(shop: Shop) -> None:
    ui, world = shop.ui, shop.server.world

    shop.settle(ui.backfill(ui.assets(), [day for day in ALL_DAYS if day not in HOLE]))
    assert_holds(shop.warehouse, world, LAST, lambda record: utc_date(record).isoformat() not in HOLE)
    green = [(ALL_DAYS[0], ALL_DAYS[2]), (ALL_DAYS[6], ALL_DAYS[8])]
    assert all(ui.green_days(asset) == green for asset in RAW)
