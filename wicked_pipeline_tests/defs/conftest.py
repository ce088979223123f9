"""Dagster's UI over an empty warehouse, beside the server that it is filled from."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from wicked_pipeline.sandbox import build_world, running
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.dagster_ui import dagster_ui
from wicked_pipeline_tests.defs.ui_shop import ALL_DAYS, DAYS, FIRST, LAST, Shop, midday


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    home = tmp_path_factory.mktemp("home")
    (home / "dagster.yaml").symlink_to(PROJECT_ROOT / "dagster.yaml")
    world = midday(build_world(FIRST, DAYS, contacts=20, clicks=90, orders=15))
    with running(world, requests_per_minute=0) as server:
        environment = {
            "WICKED_ENV_FILE": str(home / "env"),
            "WICKED_API_URL": server.url,
            "WICKED_DUCKDB_PATH": str(home / "shop.duckdb"),
            "WICKED_START_DATE": ALL_DAYS[0],
            "WICKED_TODAY": (LAST + timedelta(1)).isoformat(),
            "XDG_STATE_HOME": str(home / "state"),
        }
        with dagster_ui(home, environment) as ui:
            (home / "env").write_text(f"WICKED_API_KEY={server.key}\n")  # put in once the UI is open, it counts
            yield Shop(server, home / "shop.duckdb", ui, {**environment, "DAGSTER_HOME": str(home)})
