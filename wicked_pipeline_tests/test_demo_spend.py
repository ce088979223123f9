"""The demo's shop advertises, and what comes of it is what a shop could live on."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from wicked_pipeline import demo, landing
from wicked_pipeline.sandbox import World, build_world, running
from wicked_pipeline.sandbox.command import run
from wicked_pipeline.sandbox.spend import write_spend
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline_tests.dbt.warehouse import run_dbt
from wicked_pipeline_tests.shop import Shop
from wicked_pipeline_tests.test_sandbox_command import parsed

LAST = demo.TODAY - timedelta(1)
CHECKS = ("a_campaigns_day_is_told_by_one_file", "spend_covers_its_customers")


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(demo.FIRST, demo.DAYS)


@pytest.fixture(scope="module")
def warehouse(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's shop with its spend, up to the marts that need it; the checks of spend pass."""
    folder = tmp_path_factory.mktemp("demo")
    write_spend(world, folder / "advertising.csv")
    with running(world, requests_per_minute=0) as server:
        shop = Shop(server, folder, name="demo", today=demo.TODAY)
        shop.run(demo.FIRST, LAST)
    path: Path = shop.settings.duckdb_path
    files, now = landing.spend_files(folder), datetime.now(UTC).replace(tzinfo=None)
    with landing.checked_spend("demo", files, now) as spend, write_warehouse(path) as connection:
        landing.load_spend(connection, spend)
    run_dbt(path, "seed")
    run_dbt(path, "run", "--select", "+channel_performance", "+cohort_payback")
    run_dbt(path, "test", "--warn-error", "--select", *CHECKS)
    return path


def test_each_channel_that_costs_something_returns_half_to_ten_times_that(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:  # as dbt in this process has it open
        returns = connection.execute("""
            select attribution_model, channel, sum(attributed_net) / sum(spend) as roas
            from marts.channel_performance
            where currency = 'USD' and spend is not null
                and attribution_model in ('first_click', 'first_touch', 'last_touch', 'linear_touch', 'shapley')
            group by all
        """).fetchall()
    assert {channel for _, channel, _ in returns} >= {"Paid Search", "Paid Social", "Paid Shopping", "Display"}
    assert [row for row in returns if not 0.5 <= row[2] <= 10] == []


def test_customers_of_a_month_cost_something_and_most_pay_it_back(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        (months, paid_back, least, most) = connection.execute("""
            select count(*), count(payback_month), min(cac), max(cac) from marts.cohort_payback
            where currency = 'USD' and spend is not null and channel in ('Paid Search', 'Paid Social')
        """).fetchall()[0]
    assert (months, least > 5, most < 100) == (8, True, True)
    assert paid_back >= 6


def test_the_command_writes_the_same_file_each_time(tmp_path: Path) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that it ends where it would serve
        options = ("--days=3", "--contacts=5", f"--port={taken.getsockname()[1]}")
        assert [run(parsed(*options, f"--spend={file}")) for file in files] == [1, 1]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_text().count("2024-01-03,Shop USD,google,cpc,Brand - Exact,USD,") == 1


def test_ones_own_records_cost_nothing_that_anyone_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(parsed(f"--records={tmp_path}", f"--spend={tmp_path / 'x.csv'}")) == 2
    assert "--spend" in capsys.readouterr().err
