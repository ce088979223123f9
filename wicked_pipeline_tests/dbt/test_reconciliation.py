"""The API's touchpoints beside the clicks', row by row, against plain Python on random worlds with every reason."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.dbt import reference, reference_clicks
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.reference import TOUCHPOINTS
from wicked_pipeline_tests.dbt.reference_attribution import Options
from wicked_pipeline_tests.dbt.reference_reconciliation import REASONS, touchpoint_reconciliation
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import SENTINELS, World, random_world


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")


def told(rng: random.Random, clicks: list[dict[str, Any]], zone: ZoneInfo) -> dict[str, Any]:
    """What the API says of an order's touchpoints: one of its contact's clicks each, or something like one."""
    found = {}
    ends = sorted(clicks, key=lambda click: click["date"])
    for name, key in TOUCHPOINTS.items():
        click = ends[0] if name == "first_click" and rng.random() < 0.5 else rng.choice(clicks)
        hours = rng.choice([0, 0, 0, 0, 1, -5, 14, 15, 0.5])
        at = datetime.fromisoformat(click["date"]) + timedelta(hours=hours)
        words = click["utms"] if rng.random() < 0.7 else rng.choice(clicks)["utms"]
        spelt = {field: word and word.upper().replace(" ", "%20 ") for field, word in words.items()}
        touchpoint = {"date": f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}", **rng.choice([words, spelt])}
        found[key] = rng.choice([touchpoint] * 8 + [None, {**touchpoint, "date": "null"}])
    return found


def shop(seed: int) -> World:
    """A random world whose touchpoints come from its clicks, rightly and wrongly; most opt-ins are unflagged."""
    rng = random.Random(seed)
    world = random_world(seed, contacts=12, clicks=90, orders=120)
    world.timezone = "Asia/Kolkata"  # half an hour off, and its clocks never change
    for _, click in world.clicks:
        click["isFirstOptin"], click["isReOptin"] = (rng.random() < 0.3 for _ in range(2))
    for _, order in world.orders:
        clicks = [
            click
            for _, click in world.clicks
            if click["contactId"] == order["contact"]["id"] and click["date"] not in SENTINELS
        ]
        order["attributions"] = told(rng, clicks, ZoneInfo(world.timezone)) if clicks else {}
    return world


@pytest.mark.parametrize(
    ("seed", "options", "vendor_days"), [(1, Options(), 1), (2, Options(rebill_attribution="own"), 3)]
)
def test_each_touchpoint_is_judged_as_the_reference_does(
    warehouse: Warehouse, seed: int, options: Options, vendor_days: int
) -> None:
    world = shop(seed)
    warehouse.hold(world)
    variables = f"{options.dbt_variables()[:-1]}, 'vendor_last_click_lookback_days': {vendor_days}}}"
    warehouse.dbt("seed")
    warehouse.dbt("run", "--vars", variables, "--select", "+touchpoint_reconciliation")
    known = reference.Known(record for _, record in world.contacts)
    orders = reference.orders((record for _, record in world.orders), ZoneInfo(world.timezone), known=known)
    staged = reference_clicks.clicks(warehouse.query("from raw.clicks"), ZoneInfo(world.timezone))
    staged = known.of_clicks(reference.in_marts(staged))
    clicks = [click for click in staged if click["clicked_at"] and click["contact_id"]]
    rows = touchpoint_reconciliation(orders, clicks, options, vendor_days)
    same(warehouse.query("from marts.touchpoint_reconciliation"), rows)
    assert {row["reason"] for row in rows} == {None, *REASONS}
