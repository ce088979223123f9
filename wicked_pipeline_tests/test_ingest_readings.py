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
    "overlap": [0, 1],
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


def raw_follows_the_world(reading: Reading, shape: dict[str, Any], seed: int, folder: Path) -> None:
    """A first backfill, a re-read of a part after that part has changed, and one of all after more has changed."""
    world = build_world(seed=seed, **shape)
    first, last = inner_days(world)
    rng = Random(seed)
    with open_shop(world, folder, reading=reading, settings={"timezone": world.zone}) as shop:
        shop.run(first, last)
        assert differences(shop, first, last) == []
        assert dates_are_the_accounts(shop, first, last)

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


ZONES = ["America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kolkata", "Pacific/Auckland"]
MIDNIGHTS = [
    ("America/Santiago", date(2024, 8, 30)),  # clocks go forward on 8 September at midnight
    ("America/Santiago", date(2024, 3, 29)),  # and back on 6 April
    ("Africa/Cairo", date(2024, 4, 17)),  # forward on 26 April at midnight
    ("Africa/Cairo", date(2024, 10, 22)),  # and back on 31 October
]


ZONE_CASES = {"zone": ZONES, "cut_in": ["UTC", "account", "+14:00", "-12:00"], "to": ["inclusive", "exclusive"]}


@pytest.mark.parametrize("case", all_pairs(ZONE_CASES), ids=lambda case: "-".join(case[name] for name in ZONE_CASES))
def test_raw_equals_the_world_in_any_zone_of_an_account(case: dict[str, Any], tmp_path: Path) -> None:
    zone, cut_in = case["zone"], case["cut_in"]
    reading = Reading(to=case["to"], zone=zone if cut_in == "account" else cut_in)
    raw_follows_the_world(reading, {**SHAPES[1], "zone": zone}, len(zone), tmp_path)


@pytest.mark.parametrize(
    ("cut_in", "zone", "first_day"),
    [(cut_in, *change) for change, cut_in in zip(MIDNIGHTS, ["UTC", "account"] * 2, strict=True)],
)
def test_raw_equals_the_world_where_clocks_change_at_midnight(
    cut_in: str, zone: str, first_day: date, tmp_path: Path
) -> None:
    reading = Reading(zone=zone if cut_in == "account" else cut_in)
    raw_follows_the_world(reading, {**SHAPES[1], "days": 18, "zone": zone, "first_day": first_day}, 3, tmp_path)


@pytest.mark.parametrize("overlap", [1, 3])
def test_records_that_come_again_on_the_next_page_are_landed_once(overlap: int, tmp_path: Path) -> None:
    """At once and settled, by no more requests than the pages that it takes."""
    world = build_world(days=40, contacts=150, clicks=400, orders=110)
    first, last = inner_days(world)
    asked = {}
    for overlapping in (0, overlap):
        with open_shop(world, tmp_path / str(overlapping), reading=Reading(overlap=overlapping)) as shop:
            loads = shop.run(first, last)
            assert differences(shop, first, last) == []
            assert unaccounted(shop) == []
            assert sum(load.copies for load in loads) >= overlapping * 10
            asked[overlapping] = len(shop.server.requests)
            assert shop.run(first, last, refetch=False) == []
    assert asked[overlap] <= asked[0] + len(LISTS)


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


def dates_are_the_accounts(shop: Shop, first: date, last: date) -> bool:
    """Whether each record lies on its own date, as the marts cut it, and the ledger's days are those asked for."""
    field = {name: endpoint.date_field for name, endpoint in LISTS.items()}
    elsewhere = [
        row
        for name in LISTS
        for row in shop.query(
            f"""
            select partition_date, record from raw.{name}
            where partition_date <> timezone(?, (record ->> '{field[name]}')::timestamptz)::date
            """,
            shop.world.zone,
        )
    ]
    covered = shop.query("select endpoint, min(window_from), max(window_to) from raw.loads group by endpoint")
    return elsewhere == [] and sorted(covered) == sorted((name, first, last) for name in LISTS)


def one_row_each(shop: Shop) -> bool:
    """Whether no contact and no order has two rows."""
    rows = shop.query(
        """
        select record_id from raw.contacts group by all having count(*) > 1
        union all select record_id from raw.orders group by all having count(*) > 1
        """
    )
    return not rows
