"""Raw equals the API's world under every reading of its specification, from the first backfill over re-reads on."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.sandbox import Reading, World, build_world, changes
from wicked_pipeline.sandbox.instants import midnight, utc_text
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline_tests.pairwise import all_pairs
from wicked_pipeline_tests.shop import Shop, differences, inner_days, open_shop, unaccounted

DATA: dict[str, list[Any]] = {
    "zone": ["UTC", "America/New_York", "+14:00", "-12:00"],
    "order": ["ascending", "descending", "shuffled"],
    "to": ["inclusive", "exclusive"],
    "create_dates": ["shown", "null"],
    "next": ["always", "until-last"],
    "past_end": ["empty", "400"],
    "token_uses": [0, 1],
}
"""What the readings that decide which records come, and where, may be."""

EVERY = DATA | {
    "zone": [*DATA["zone"], "Asia/Kolkata", "Europe/London"],
    "missing_dates": ["stored", "absent", "null", "empty", "text"],
    "reset": ["epoch", "epoch-ms", "seconds", "http-date", "iso", "none"],
    "retry_after": ["no", "yes"],
    "window": ["sliding", "fixed"],
}

SHAPES = [
    {"days": 45, "clicks": 60, "contacts": 9, "orders": 7},
    {"days": 12, "clicks": 300, "contacts": 110, "orders": 60},
    {"days": 70, "clicks": 3, "contacts": 1, "orders": 1},
]
"""Worlds with windows of a few pages, of many, and nearly empty ones."""


def test_the_covering_set_covers_all_pairs() -> None:
    rows = all_pairs(EVERY)
    assert len(rows) < 50
    for a, b in combinations(EVERY, 2):
        assert {(row[a], row[b]) for row in rows} == {(x, y) for x in EVERY[a] for y in EVERY[b]}


def label(value: object) -> str:
    """A reading by what is not as usual in it."""
    if not isinstance(value, Reading):
        return str(value)
    usual = Reading()
    return " ".join(str(getattr(value, name)) for name in EVERY if getattr(value, name) != getattr(usual, name))


@pytest.mark.parametrize(("seed", "reading"), list(enumerate(Reading(**row) for row in all_pairs(DATA))), ids=label)
def test_raw_equals_the_world(reading: Reading, seed: int, tmp_path: Path) -> None:
    raw_follows_the_world(reading, SHAPES[seed % len(SHAPES)], seed, tmp_path)


def alone() -> list[Reading]:
    """Each reading by itself."""
    return [replace(Reading(), **{name: value}) for name, values in EVERY.items() for value in values[1:]]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("reading", [Reading(**row) for row in all_pairs(EVERY)] + alone(), ids=label)
def test_raw_equals_the_world_under_every_pair_of_readings(reading: Reading, seed: int, tmp_path: Path) -> None:
    raw_follows_the_world(reading, SHAPES[seed], seed, tmp_path)


def raw_follows_the_world(reading: Reading, shape: dict[str, int], seed: int, folder: Path) -> None:
    """A first backfill, a re-read of a part after that part has changed, and one of all after more has changed."""
    world = build_world(seed=seed, **shape)
    first, last = inner_days(world)
    rng = Random(seed)
    with open_shop(world, folder, reading=reading) as shop:
        shop.run(first, last)
        assert differences(shop, first, last) == []

        since = first + timedelta(days=rng.randrange((last - first).days))
        until = min(last, since + timedelta(days=rng.randrange(8)))
        change(world, since, until, seed)
        shop.run(since, until)
        assert differences(shop, since, until, within=True) == []

        change(world, first, last, seed + 1)
        shop.run(first, last)
        assert differences(shop, first, last) == []
        assert unaccounted(shop) == []
        assert one_row_each(shop)


def change(world: World, first: date, last: date, seed: int) -> None:
    """Late clicks, new orders, refunds, a merger and deletions, the first and last record of the days among them; an
    order moves to another day."""
    for endpoint in LISTS:
        there = world.between(endpoint, first, last + timedelta(days=1), world.zone)
        if endpoint != "contacts" and len(there) > 4:
            changes.delete(world, endpoint, there[0], there[-1])
    changes.second_day(world, first, seed)
    changes.late_clicks(world, last, 5, seed)
    order = Random(seed).choice(world.orders)
    order["date"] = utc_text(midnight(first, zone_of(world.zone)) + 12 * 3600)
    world.changed()


def one_row_each(shop: Shop) -> bool:
    """Whether no contact and no order has two rows."""
    rows = shop.query(
        """
        select record_id from raw.contacts group by all having count(*) > 1
        union all select record_id from raw.orders group by all having count(*) > 1
        """
    )
    return not rows
