"""`marts.data_health` after mornings of a sandbox's shop: what it says of each day, and of what is usual."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from wicked_pipeline import transform
from wicked_pipeline.extract import WindowsFailed
from wicked_pipeline.sandbox import Fault, Server, build_world, running
from wicked_pipeline.windows import DAY
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.shop import Shop

FIRST = date(2024, 1, 4)
SETTINGS = {"start_date": FIRST - DAY, "lookback_days": 3}


@pytest.fixture
def server() -> Iterator[Server]:
    world = build_world(days=12, contacts=20, clicks=60, orders=12)
    assert world.first_day < FIRST
    with running(world, requests_per_minute=0) as server:
        yield server


def morning(server: Server, folder: Path, days_later: int, first: date, **settings: Any) -> Shop:
    """A run on the morning so many days after `FIRST`, over the days from `first` to the day before."""
    shop = Shop(server, folder, timezone=server.world.zone, today=FIRST + days_later * DAY, **SETTINGS, **settings)
    with suppress(WindowsFailed):
        shop.run(first, FIRST + (days_later - 1) * DAY, run_id=f"morning {days_later}")
    return shop


def states(shop: Shop, endpoint: str) -> list[str]:
    """The states of the endpoint's days, in their order."""
    transform.build(shop.settings.duckdb_path, ["--select", "+data_health"])
    rows = shop.query("select state from marts.data_health where endpoint = ? order by day", endpoint)
    return [state for (state,) in rows]


def test_each_day_has_its_state(server: Server, tmp_path: Path) -> None:
    morning(server, tmp_path, 3, FIRST)
    server.switches.faults.append(Fault("status-error", rate=1, path="/clicks"))
    shop = morning(server, tmp_path, 4, FIRST + DAY)
    assert states(shop, "contacts") == ["missing", "stale", "complete", "provisional", "provisional"]
    assert states(shop, "clicks") == ["missing", "complete", "failed", "failed", "failed"]
    assert shop.query(
        "select day, last_fetched_at is null, reason like '%could not be read whole%' from marts.data_health"
        " where state = 'failed' order by day",
    ) == [(FIRST + 1 * DAY, False, True), (FIRST + 2 * DAY, False, True), (FIRST + 3 * DAY, True, True)]
    assert shop.query("select count(*) from raw.failures where reason like '%@%' or endpoint <> 'clicks'") == [(0,)]

    server.switches.faults.clear()
    shop = morning(server, tmp_path, 4, FIRST - DAY)
    assert states(shop, "clicks") == ["complete", "complete", "complete", "provisional", "provisional"]
    ((due, never),) = shop.query(
        "select min(timezone(?, timezone('UTC', next_due_at)))::varchar, count(*) filter (where next_due_at is null)"
        " from marts.data_health where endpoint = 'clicks'",
        shop.account.timezone,
    )
    assert (due, never) == (f"{FIRST + 5 * DAY} 00:00:00", 3)
    for endpoint in ("contacts", "clicks", "orders"):
        records = shop.query("select sum(records) from marts.data_health where endpoint = ?", endpoint)
        assert records == shop.query(f"select count(*) from raw.{endpoint}")


def test_days_of_a_window_that_moved_or_differs_from_its_total_are_stale(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.set_timezone("shop", "America/New_York")
    days = [date(2024, 3, 1) + number * DAY for number in range(3)]
    for day, settled in zip(days, (True, False, True), strict=True):
        warehouse.load("clicks", {day: []}, settled=settled)
    warehouse.query("update raw.loads set total = 7 where window_from = ?", [days[2]])
    warehouse.dbt("run", "--select", "+data_health")
    told = warehouse.query("select state, reason from marts.data_health where endpoint = 'clicks' order by day limit 3")
    assert [row["state"] for row in told] == ["complete", "stale", "stale"]
    assert ["moved" in row["reason"] for row in told] == [False, True, False]
    assert "total" in told[2]["reason"]


def test_a_day_that_two_windows_share_is_as_old_as_the_older_of_them(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "wicked.duckdb")
    warehouse.set_timezone("shop", "UTC")
    day = date(2024, 3, 2)
    spans = [("2024-03-01", "2024-03-02 10:00"), ("2024-03-02 10:00", "2024-03-04"), ("2024-03-02 08:00", "2024-03-04")]
    loads = [warehouse.load("clicks", {day: []}) for _ in spans]
    for column in ("covers_from", "covers_to"):
        warehouse.query(f"alter table raw.loads add column {column} timestamp")
    for load, span in zip(loads, spans, strict=True):
        warehouse.query("update raw.loads set covers_from = ?, covers_to = ? where load_id = ?", [*span, load])
    warehouse.dbt("run", "--select", "+data_health")
    read = "select day, read_at from intermediate.int_landed_days order by day"
    ages = {row["day"].day: row["read_at"].hour for row in warehouse.query(read)}
    assert ages == {1: 1, 2: 1, 3: 3}, "the second load is replaced wholly; the first holds until eight o'clock"


@pytest.mark.parametrize("mean", [4, 100, 400])
def test_days_that_vary_by_chance_are_hardly_ever_unusual(tmp_path: Path, mean: int) -> None:
    """Of ten thousand days one at most; and a day of a third of the records is found where they are many."""
    alarms, days = judged(tmp_path, np.random.default_rng(5).poisson(mean, 4000))
    assert days > 3900
    assert len(alarms) <= 1
    counts = np.random.default_rng(6).poisson(mean, 100)
    counts[90] = mean // 3
    found, _ = judged(tmp_path, counts)
    assert [90] * (mean > 4) == found


def judged(folder: Path, counts: Any) -> tuple[list[int], int]:
    """The numbers of the days that are unusual among days with so many clicks, and how many can be judged."""
    warehouse = Warehouse(folder / "wicked.duckdb")
    warehouse.set_timezone("shop", "UTC")
    first = date(2024, 1, 1) - timedelta(len(counts))
    warehouse.load("clicks", {first: [], first + timedelta(len(counts) - 1): []})
    warehouse.dbt("run", "--select", "+int_usual_records")
    numbers = ", ".join(f"({number}, {count})" for number, count in enumerate(counts))
    warehouse.query(
        "insert into staging.stg_wicked__clicks by name"
        " select 'shop' as account, date '" + str(first) + "' + number as partition_date"
        f" from (values {numbers}) as days (number, clicks), range(clicks)"
    )
    warehouse.dbt("run", "--select", "int_usual_records")
    rows = warehouse.query(
        "select day - $first::date as number, records < least_usual or records > most_usual as is_unusual"
        " from intermediate.int_usual_records where expected is not null order by day",
        {"first": first},  # type: ignore[arg-type]
    )
    return [row["number"] for row in rows if row["is_unusual"]], len(rows)
