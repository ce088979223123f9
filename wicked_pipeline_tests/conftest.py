"""What every test runs with: no setting of the person's own, and a request budget that is this session's alone."""

import os
import tempfile

import pytest

_state = tempfile.TemporaryDirectory(prefix="wicked-tests-")


def pytest_configure() -> None:
    """Before any module is imported, since definitions read settings when they are."""
    for name in [name for name in os.environ if name.startswith(("WICKED_", "DAGSTER_"))]:
        del os.environ[name]
    os.environ |= {"WICKED_ENV_FILE": "", "XDG_STATE_HOME": _state.name}


SLOW = {
    "cases", "dbt", "lifetime_value", "test_authoring.py", "test_cli.py", "test_demo_spend.py",
    "test_ingest_crashes.py", "test_ingest_faults.py", "test_ingest_readings.py", "test_ingest_staging.py",
    "test_migrations.py", "test_sensors.py", "test_sync_command.py", "test_transform.py", "test_ui.py",
}  # fmt: skip
"""Folders and files whose tests run dbt, Dagster's processes or whole backfills: `make test-fast` leaves them out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that waits for Dagster's daemon for minutes begins first, so that it isn't waited for at the end."""
    items.sort(key=lambda item: item.path.name != "test_ui.py")
    for item in items:
        if SLOW.intersection(item.path.parts):
            item.add_marker(pytest.mark.slow)


def pytest_xdist_auto_num_workers() -> int:
    """One more worker than processors, since the UI's tests mostly wait."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True, scope="session")
def _state_ends_with_the_session() -> object:
    yield
    _state.cleanup()
