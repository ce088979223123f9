"""The shipped `workspace.yaml` and `dagster.yaml`, driven as a person does in the UI, against the sandbox."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline.sandbox import Server, World, build_world, running
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.dagster_ui import Run, Ui, dagster_ui
from wicked_pipeline_tests.served import Record, assert_holds, utc_date

RAW = ["wicked/contacts", "wicked/clicks", "wicked/orders"]
FIRST, DAYS = date(2024, 3, 6), 9  # in the middle of which New York puts its clocks forward
LAST = FIRST + timedelta(DAYS - 1)
ALL_DAYS = [(FIRST + timedelta(n)).isoformat() for n in range(DAYS)]
HOLE = ALL_DAYS[3:6]


@dataclass
class Shop:
    """A server, the warehouse that is filled from it, and the UI in which that is done."""

    server: Server
    warehouse: Path
    ui: Ui

    def settle(self, *backfills: str, models: int) -> list[Run]:
        """Wait until the backfills and `models` runs that build models are done; none of all runs has failed."""
        runs = self.ui.finish(*backfills, until=lambda runs: len(builders(runs)) >= models)
        assert {run.status for run in runs} == {"SUCCESS"}, [self.ui.failures(run.id) for run in runs]
        return runs


def builders(runs: list[Run]) -> list[Run]:
    """The runs that have built models."""
    return [run for run in runs if run.job == "pipeline" or any(asset.startswith("marts/") for asset in run.assets)]


def midday(world: World) -> World:
    """Only what happened between 8 and 16 o'clock UTC, so that in every zone it happened on the same day."""
    for endpoint, field in (("contacts", "createDate"), ("clicks", "date"), ("orders", "date")):
        records = world.records(endpoint)
        records[:] = [r for r in records if 8 <= datetime.fromisoformat(r.get(field) or f"{FIRST}T00:00").hour < 16]
    return world


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("home")
    (home / "dagster.yaml").symlink_to(PROJECT_ROOT / "dagster.yaml")
    world = midday(build_world(FIRST, DAYS, contacts=20, clicks=90, orders=15))
    with running(world, requests_per_minute=0) as server:
        environment = {
            "WICKED_ENV_FILE": "",
            "WICKED_API_URL": server.url,
            "WICKED_API_KEY": server.key,
            "WICKED_DUCKDB_PATH": str(home / "shop.duckdb"),
            "WICKED_START_DATE": ALL_DAYS[0],
            "WICKED_TODAY": (LAST + timedelta(1)).isoformat(),
            "XDG_STATE_HOME": str(home / "state"),
        }
        with dagster_ui(home, environment) as ui:
            yield Shop(server, home / "shop.duckdb", ui)


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

    # a green partition whose data have changed, and another backfill over it at the same time
    built = len(builders(ui.runs()))
    change(world, ALL_DAYS[4])
    shop.settle(ui.backfill(RAW, [ALL_DAYS[4]]), ui.backfill(["wicked/clicks"], ALL_DAYS[3:6]), models=built + 1)
    assert_holds(shop.warehouse, world, LAST)


@pytest.mark.timeout(1500)
def test_the_schedule_reads_the_lookback_again_in_one_run(shop: Shop) -> None:
    ui, world = shop.ui, shop.server.world
    change(world, ALL_DAYS[-2])
    four_o_clock = datetime(LAST.year, LAST.month, LAST.day + 1, 4, tzinfo=ZoneInfo("America/New_York"))
    (request,) = ui.schedule_requests("daily", four_o_clock.timestamp())
    tags = {tag["key"]: tag["value"] for tag in request["tags"]}
    ends = tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]
    assert ends == (ALL_DAYS[-3], ALL_DAYS[-1])
    built = len(builders(ui.runs()))
    launched = ui.launch("pipeline", {key: value for key, value in tags.items() if "range" in key})
    after = shop.settle(models=built + 1)
    assert [run.id for run in after if run.job == "pipeline"] == [launched]
    assert_holds(shop.warehouse, world, LAST)


@pytest.mark.timeout(1500)
def test_a_refused_key_ends_red_with_its_line_and_a_reexecution_mends_it(shop: Shop) -> None:
    shop.server.switches.key = "another"
    asked = len(shop.server.requests)
    failed = shop.ui.launch("raw", {"dagster/partition": ALL_DAYS[0]})
    (run, *_) = shop.ui.finish()
    assert (run.id, run.status) == (failed, "FAILURE")
    (line,) = shop.ui.failures(failed)
    assert "refuses the API key (401" in line
    assert "\n" not in line
    assert len(shop.server.requests) - asked <= 6

    shop.server.switches.key = "sandbox-key"
    again = shop.ui.reexecute(failed)
    (run, *_) = shop.ui.finish()
    assert (run.id, run.status) == (again, "SUCCESS")


def change(world: World, day: str) -> None:
    """An order of the day is refunded, one is new, and a click has gone."""
    with world.lock:
        todays: list[Record] = [order for order in world.orders if utc_date(order).isoformat() == day]
        first, second = todays[:2]
        for payment in first.get("payments", []):
            payment["status"] = "REFUNDED"
        world.orders.append({**second, "id": f"{second['id']}-new", "sourceId": f"{second['sourceId']}-new"})
        world.clicks.remove(next(click for click in world.clicks if utc_date(click).isoformat() == day))
        world.changed()
