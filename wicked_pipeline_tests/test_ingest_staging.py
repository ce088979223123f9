"""The whole line, from the API's pages to the staging models, holds what the API's world holds."""

import os
import subprocess
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from wicked_pipeline import transform
from wicked_pipeline.sandbox import Reading, build_world, shown
from wicked_pipeline.sandbox.instants import is_instant
from wicked_pipeline_tests.shop import Shop, differences, inner_days, open_shop
from wicked_pipeline_tests.test_ingest_readings import EVERY, all_pairs, alone, change

Rows = Counter[tuple[Any, ...]]


def build_staging(shop: Shop, *options: str) -> None:
    """dbt builds the staging models."""
    target = shop.folder / "target"
    command = [transform.executable(), "run", "--select", "staging", "--quiet", "--target-path", target]
    built = subprocess.run(
        [*command, "--log-path", target, *options],
        cwd=transform.PROJECT_DIR,
        env={**os.environ, **transform.environment(shop.settings.duckdb_path)},
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout


def staged(shop: Shop) -> dict[str, Rows]:
    """What makes a contact, a click and an order one, and what of it can change."""
    account = shop.account.name
    queries = {
        "contacts": "select contact_id, email, ltv::double from staging.stg_wicked__contacts",
        "clicks": "select contact_id, clicked_at::varchar, tracking_url, is_last_click from staging.stg_wicked__clicks",
        "orders": """
            select order_id, contact_id, amount::double, (
                select count(*) from staging.stg_wicked__order_payments as payments
                where payments.account = orders.account and payments.order_id = orders.order_id
            )
            from staging.stg_wicked__orders as orders
        """,
    }
    return {name: Counter(shop.query(f"{sql} where account = ?", account)) for name, sql in queries.items()}


def expected(shop: Shop, first: date, last: date) -> dict[str, Rows]:
    """The same of the world. A contact that shows no date may come from the days beside: the API files it there."""
    reading = shop.server.switches.reading
    rows: dict[str, Rows] = {}
    for name in ("contacts", "clicks", "orders"):
        records = [
            shown(name, record, reading)
            for record in shop.world.records(name)
            if first <= shop.day_of(name, record) <= last
        ]
        rows[name] = Counter(map(ROWS[name], records))
    return rows


ROWS = {
    "contacts": lambda contact: (contact["id"], contact["email"], contact.get("LTV")),
    "clicks": lambda click: (
        click["contactId"],
        click["date"][:19].replace("T", " "),
        click.get("trackingUrl"),
        click.get("isLastClick"),
    ),
    "orders": lambda order: (
        order["id"],
        (order.get("contact") or {}).get("id"),
        order.get("amount"),
        len(order.get("payments") or []),
    ),
}


def staging_follows_the_world(readings: list[Reading], folder: Path, *, in_between: bool = True) -> None:
    """An account a reading, one warehouse: backfilled, changed, and read again, with dbt at the end and in between."""
    first, last = date.max, date.min
    shops: list[Shop] = []

    with ExitStack() as stack:
        for number, reading in enumerate(readings):
            world = build_world(days=24, clicks=60, contacts=12, orders=9, seed=number)
            first, last = inner_days(world)
            settings = {"name": f"shop {number}"}
            shops.append(stack.enter_context(open_shop(world, folder, reading=reading, settings=settings)))
            shops[-1].run(first, last)
        if in_between:
            build_staging(shops[0])
        for number, shop in enumerate(shops):
            if in_between:
                assert_staged(shop, first, last)
            change(shop.world, first + timedelta(days=4), first + timedelta(days=9), number)
            shop.run(first, last)
        build_staging(shops[0])
        for shop in shops:
            assert_staged(shop, first, last)


def assert_staged(shop: Shop, first: date, last: date) -> None:
    have, want = staged(shop), expected(shop, first, last)
    beside = Counter(ROWS["contacts"](record) for record in shop.world.contacts if not is_shown(shop, record))
    have["contacts"] -= beside - want["contacts"]
    for name, rows in want.items():
        assert rows.total() > 100
        assert have[name] == rows, name


def is_shown(shop: Shop, contact: dict[str, Any]) -> bool:
    return is_instant(shown("contacts", contact, shop.server.switches.reading).get("createDate"))


def test_staging_equals_the_world(tmp_path: Path) -> None:
    usual = Reading()
    far = replace(usual, zone="+14:00", to="exclusive", order="descending", missing_dates="text", create_dates="null")
    staging_follows_the_world([usual, far], tmp_path, in_between=False)


def test_staging_follows_the_days_of_a_zone_that_changes(tmp_path: Path) -> None:
    """Of a warehouse that was cut in UTC the last evening is read again alone, and each record lies on its own date."""
    world = build_world(days=9, clicks=60, contacts=12, orders=9, zone="America/Los_Angeles")
    first, last = inner_days(world)
    with open_shop(world, tmp_path, settings={"timezone": "UTC"}) as before:
        before.run(first, last)
        build_staging(before)
        shop = Shop(before.server, tmp_path, timezone=world.zone)
        assert {(load.window_from, load.window_to) for load in shop.run(first, last, refetch=False)} == {(last, last)}
        assert differences(shop, first, last, within=True) == []
        assert shop.run(first, last, refetch=False) == []
        build_staging(shop)
    at = {"contacts": "created_at", "clicks": "clicked_at", "orders": "ordered_at"}
    for name, field in at.items():
        days = shop.query(
            f"""
            select partition_date, timezone(?, timezone('UTC', {field}))::date, count(*)
            from staging.stg_wicked__{name} where {field} is not null group by all
            """,
            world.zone,
        )
        assert [row for row in days if row[0] != row[1]] == []
        landed = shop.query(f"select partition_date, count(*) from raw.{name} group by all")
        staged = shop.query(f"select partition_date, count(*) from staging.stg_wicked__{name} group by all")
        assert sorted(staged) == sorted(landed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_staging_equals_the_world_under_every_pair_of_readings(part: int, tmp_path: Path) -> None:
    readings = [Reading(**row) for row in all_pairs(EVERY)] + alone()
    staging_follows_the_world(readings[part::4], tmp_path)
