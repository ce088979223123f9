"""Definitions are made of settings that are handed in: of several accounts in one process, and without any."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date

import dagster as dg
import duckdb
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap
from dagster_shared.serdes import serialize_value

from wicked_pipeline.account import Account
from wicked_pipeline.definitions import definitions
from wicked_pipeline.defs.resources import AccountSettings
from wicked_pipeline.sandbox import build_world, running
from wicked_pipeline.settings import PROJECT_ROOT, Settings

ZONES = {"east": "America/New_York", "paris": "Europe/Paris"}
FIRST, TODAY = date(2024, 3, 6), date(2024, 3, 9)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Settings]]:
    """Two accounts, each with an API, a key, a zone and a warehouse of its own."""
    with ExitStack() as stack:
        settings = {}
        for name, zone in ZONES.items():
            world = build_world(FIRST, 3, contacts=9, clicks=30, orders=6)
            server = stack.enter_context(running(world, key=f"key-of-{name}", requests_per_minute=0))
            account = Account(
                name=name, api_url=server.url, api_key=server.key, timezone=zone, start_date=FIRST, lookback_days=2,
                tracking_began="2024-03-01",
            )  # fmt: skip
            settings[name] = Settings(account, tmp_path_factory.mktemp(name) / "wicked.duckdb", TODAY)
        yield settings


@pytest.fixture(scope="module")
def side_by_side(accounts: Mapping[str, Settings]) -> dict[str, dg.Definitions]:
    return {name: definitions(settings) for name, settings in accounts.items()}


def landed(defs: dg.Definitions, **account: object) -> dg.ExecuteInProcessResult:
    """A run of the job `raw` over all days, the resource `account` set otherwise."""
    tags = {"dagster/asset_partition_range_start": "2024-03-06", "dagster/asset_partition_range_end": "2024-03-08"}
    config = {"resources": {"account": {"config": account}}} if account else None
    return defs.resolve_job_def("raw").execute_in_process(tags=tags, run_config=config, raise_on_error=False)


def test_each_has_its_own_days_and_shows_its_settings_and_never_its_key(
    side_by_side: Mapping[str, dg.Definitions], accounts: Mapping[str, Settings]
) -> None:
    for name, defs in side_by_side.items():
        shown = serialize_value(RepositorySnap.from_def(defs.get_repository_def()))
        assert all(zone in shown or name != account for account, zone in ZONES.items())
        assert str(accounts[name].duckdb_path) in shown
        assert accounts[name].account.api_url in shown
        assert "key-of" not in shown + repr(accounts[name])
        assert defs.resolve_schedule_def("daily").execution_timezone == ZONES[name]
        partitions = defs.resolve_job_def("raw").partitions_def
        assert isinstance(partitions, dg.DailyPartitionsDefinition)
        assert partitions.timezone == ZONES[name]
        assert partitions.get_last_partition_key() == "2024-03-08"


def test_each_asks_its_own_api_with_its_own_key_and_lands_in_its_own_warehouse(
    side_by_side: Mapping[str, dg.Definitions], accounts: Mapping[str, Settings]
) -> None:
    for name, defs in side_by_side.items():
        assert landed(defs).success
        with duckdb.connect(str(accounts[name].duckdb_path), read_only=True) as connection:
            assert connection.execute("select distinct account from raw.orders").fetchall() == [(name,)]
            noted = connection.execute("select account, timezone, tracking_began::date from raw.accounts").fetchall()
            assert noted == [(name, ZONES[name], date(2024, 3, 1))]


def test_a_run_can_be_launched_with_other_settings_which_are_checked(
    side_by_side: Mapping[str, dg.Definitions],
) -> None:
    assert landed(side_by_side["east"], requests_per_minute=100).success
    for changed, says in {
        "timezone": "the resource account's timezone: 'wrong' is not an IANA time zone such as America/New_York",
        "refund_semantics": "the resource account's refund_semantics: Input should be 'auto', 'status' or 'entry'",
    }.items():
        failed = landed(side_by_side["east"], **{changed: "wrong"})
        (failure,) = [event.step_failure_data for event in failed.all_events if event.is_step_failure]
        assert failure.user_failure_data
        assert failure.user_failure_data.description == says


def test_the_resource_shows_all_of_an_account_but_its_key(accounts: Mapping[str, Settings]) -> None:
    account = accounts["paris"].account
    assert set(AccountSettings.model_fields) == set(Account.model_fields) - {"api_key"}
    assert AccountSettings.of(account).value(account.api_key) == account


def run(code: str, **environment: str) -> str:
    """What a new process prints that has nothing but these variables."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        env={"WICKED_ENV_FILE": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_definitions_load_with_an_empty_environment() -> None:
    names = "from wicked_pipeline.definitions import defs; print([job.name for job in defs().resolve_all_job_defs()])"
    assert "pipeline" in run(names)


def test_no_module_reads_the_environment_when_it_is_imported() -> None:
    import_all = """
import importlib, pkgutil, wicked_pipeline
for module in pkgutil.walk_packages(wicked_pipeline.__path__, "wicked_pipeline."):
    importlib.import_module(module.name)
from wicked_pipeline.definitions import defs
try:
    defs()
except wicked_pipeline.errors.SettingsError as error:
    print(error)
"""
    assert run(import_all, WICKED_START_DATE="someday", WICKED_TODAY="now").startswith("WICKED_START_DATE: ")
