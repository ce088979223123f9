"""The resources that all assets share: the Outbound API behind one request budget, the warehouse, progress.

None of them holds the key: definitions load without one, and a run that needs it fails with its one line.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import dagster as dg
from dagster_duckdb import DuckDBResource

from wicked_pipeline import reporting, transform
from wicked_pipeline.api import Budget, Client, ceilings
from wicked_pipeline.progress import Progress
from wicked_pipeline.settings import load_settings
from wicked_pipeline.transform import Step
from wicked_pipeline.warehouse import Connection, read_warehouse, write_warehouse


class OutboundApi(dg.ConfigurableResource[Client]):
    """The Outbound API. Every client that it gives goes through the one request budget of this URL and key."""

    def client(self, progress: Progress) -> AbstractContextManager[Client]:
        """A client with the settings of this moment, closed at the end of a `with` block; raises `SettingsError`."""
        settings = load_settings()
        url, key = settings.api_url, settings.require_key()
        budget = Budget.shared(url, key, ceilings=ceilings(settings.requests_per_minute, settings.requests_per_second))
        return closing(
            Client(url, key, budget=budget, on_wait=progress.waits_for_budget, on_retry=progress.waits_for_next_try)
        )


class Warehouse(DuckDBResource):
    """The warehouse's file, with our patience while somebody else holds it."""

    @contextmanager
    def get_connection(self) -> Iterator[Connection]:
        """A connection that may write, for a `with` block; raises `WarehouseError`."""
        with write_warehouse(Path(self.database)) as connection:
            yield connection

    @contextmanager
    def get_reader(self) -> Iterator[Connection]:
        """A connection that only reads, beside any number of others, for a `with` block; raises `WarehouseError`."""
        with read_warehouse(Path(self.database)) as connection:
            yield connection


class ProgressReport:
    """Where a run's progress is reported: its own log. The command line puts its terminal in this place."""

    def of(self, log: Callable[[str], None]) -> AbstractContextManager[Progress]:
        """The progress of one run, written to `log` while a `with` block lasts."""
        return reporting.reported(log, every_seconds=30.0)

    @contextmanager
    def of_build(self, log: Callable[[str], None]) -> Iterator[Callable[[Step], None]]:
        """What takes each line of dbt's: `log` gets one for each room, the step's standard output gets all."""
        say_room = transform.each_room(log)

        def take(step: Step) -> None:
            say_room(step)
            print(step.line, flush=True)  # noqa: T201  # the UI shows it as the step's output

        yield take


@dg.definitions
def resources() -> dg.Definitions:
    """The resources by the names that assets ask for, and the executor: one process a run halves the start-up cost."""
    return dg.Definitions(
        resources={
            "api": OutboundApi(),
            "warehouse": Warehouse(database=str(load_settings().duckdb_path)),
            "progress": ProgressReport(),
        },
        executor=dg.in_process_executor,
    )
