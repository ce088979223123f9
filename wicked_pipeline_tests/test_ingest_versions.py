"""What changes at the API between two runs is in `raw.superseded` as it was; what doesn't stays, and is parsed once."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.landing import Load
from wicked_pipeline.sandbox import build_world, changes
from wicked_pipeline_tests.shop import Shop, differences, inner_days, open_shop
from wicked_pipeline_tests.test_ingest_staging import build_staging

STAGING = ("contacts", "clicks", "orders", "order_products", "order_payments")


def held(shop: Shop, endpoint: str) -> Counter[str]:
    return Counter(json.dumps(record, sort_keys=True) for record in shop.raw(endpoint))


def superseded(shop: Shop, endpoint: str) -> Counter[str]:
    rows = shop.query("select record::varchar from raw.superseded where endpoint = ?", endpoint)
    return Counter(json.dumps(json.loads(text), sort_keys=True) for (text,) in rows)


def totals(loads: list[Load]) -> dict[str, tuple[int, int, int]]:
    """What loads added, changed and deleted, by endpoint."""
    return {
        name: tuple(
            sum(getattr(load, figure) for load in loads if load.endpoint == name)
            for figure in ("added", "changed", "deleted")
        )  # type: ignore[misc]  # three of them
        for name in LISTS
    }


@pytest.fixture
def world() -> Any:
    return build_world(days=12, contacts=20, clicks=60, orders=12)


def test_each_version_is_in_raw_or_superseded(world: Any, tmp_path: Path) -> None:
    first, last = inner_days(world)
    with open_shop(world, tmp_path, settings={"timezone": world.zone}) as shop:
        landed = totals(shop.run(first, last))
        before = {name: held(shop, name) for name in LISTS}
        assert landed == {name: (sum(before[name].values()), 0, 0) for name in LISTS}

        assert totals(shop.run(first, last)) == dict.fromkeys(LISTS, (0, 0, 0))
        assert shop.query("select count(*) from raw.superseded") == [(0,)]

        changes.second_day(world, first)
        changed = totals(shop.run(first, last))
        assert differences(shop, first, last) == []
        for name in LISTS:
            assert superseded(shop, name) == before[name] - held(shop, name)
            added, otherwise, deleted = changed[name]
            assert added + otherwise == sum((held(shop, name) - before[name]).values())
            assert otherwise + deleted == sum(superseded(shop, name).values()) > 0
        whys = shop.query("select endpoint, superseded_by from raw.superseded group by all")
        assert {("contacts", "deleted"), ("clicks", "merged"), ("orders", "changed")} <= set(whys)


def test_versions_are_kept_for_the_days_of_the_setting(world: Any, tmp_path: Path) -> None:
    first, last = inner_days(world)
    settings = {"timezone": world.zone, "history_days": 30}
    with open_shop(world, tmp_path, settings=settings) as shop:
        shop.run(first, last)
        changes.second_day(world, first)
        shop.run(first, last)
        ((kept,),) = shop.query("select count(*) from raw.superseded")
        today = shop.settings.current_date()
        left = []
        for days in (29, 32):
            Shop(shop.server, tmp_path, **settings, today=today + timedelta(days)).run(first, last)
            left += shop.query("select count(*) from raw.superseded")
        assert kept > 0
        assert left == [(kept,), (0,)]


def test_models_follow_changes_and_a_re_read_that_found_none_parses_nothing(world: Any, tmp_path: Path) -> None:
    first, last = inner_days(world)
    with open_shop(world, tmp_path, settings={"timezone": world.zone}) as shop:

        def parsed() -> list[Any]:
            """The parsed rows by their place in the table, and how fresh they are."""
            column = "list(rowid order by rowid), max(fetched_at) - min(first_fetched_at) > interval 0 second"
            return [shop.query(f"select {column} from staging.base_wicked__{name}")[0] for name in LISTS]

        def staged() -> dict[str, Any]:
            return {name: Counter(shop.query(f"from staging.stg_wicked__{name}")) for name in STAGING}

        shop.run(first, last)
        build_staging(shop)
        before = [places for places, _ in parsed()]
        shop.run(first, last)
        build_staging(shop)
        assert parsed() == [(places, True) for places in before]

        changes.second_day(world, first)
        shop.run(first, last)
        build_staging(shop)
        incremental = staged()
        build_staging(shop, "--full-refresh")
        assert incremental == staged()
        assert [places for places, _ in parsed()] != before
