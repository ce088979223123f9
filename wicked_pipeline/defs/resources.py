"""The resources that all assets share: the Outbound API behind one request budget, the warehouse, dbt.

None of them holds the key: definitions load without one, and a run that needs it fails with its one line.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from dagster_dbt import DbtCliResource
from dagster_duckdb import DuckDBResource

from wicked_pipeline import transform, warehouse
from wicked_pipeline.api import Client
from wicked_pipeline.settings import load_settings


class OutboundApi(dg.ConfigurableResource[Client]):
    """The Outbound API. Every client that it gives goes through the one request budget of this key and URL."""

    def client(self) -> Client:
        """A client with the key of this moment's settings; raises `SettingsError` where there is none."""
        settings = load_settings()
        return Client(settings.api_url, settings.require_key(), requests_per_minute=settings.requests_per_minute)


class Warehouse(DuckDBResource):
    """The warehouse's file. A connection waits for its turn among our processes, as long as it takes."""

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for the length of a `with` block; raises `WarehouseError` where a stranger holds the file."""
        with warehouse.connect(Path(self.database)) as connection:
            yield connection


@dg.definitions
def resources() -> dg.Definitions:
    """The resources by the names that assets ask for, and the executor: one process a run costs half the start-up."""
    return dg.Definitions(
        resources={
            "api": OutboundApi(),
            "warehouse": Warehouse(database=str(load_settings().duckdb_path)),
            "dbt": DbtCliResource(
                project_dir=str(transform.PROJECT_DIR),
                profiles_dir=str(transform.PROJECT_DIR),
                dbt_executable=str(transform.executable()),
            ),
        },
        executor=dg.in_process_executor,
    )
