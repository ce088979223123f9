"""A shop that a warehouse is filled from in Dagster's UI, and how its data change."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from wicked_pipeline.defs.launcher import LIFELINE
from wicked_pipeline.sandbox import Server, World
from wicked_pipeline.settings import PROJECT_ROOT
from wicked_pipeline_tests.dagster_ui import Run, Ui
from wicked_pipeline_tests.served import Record, date_in

RAW = ["wicked/contacts", "wicked/clicks", "wicked/orders"]
FIRST, DAYS = date(2024, 3, 6), 9  # in the middle of which New York puts its clocks forward
LAST = FIRST + timedelta(DAYS - 1)
ALL_DAYS = [(FIRST + timedelta(n)).isoformat() for n in range(DAYS)]


@dataclass
class Shop:
    """A server, the warehouse that is filled from it, the UI in which that is done, and its processes' environment."""

    server: Server
    warehouse: Path
    ui: Ui
    environment: Mapping[str, str]

    def backfill_by_command(self, days: Sequence[str]) -> str:
        """A raw backfill by the command line, on the UI's Dagster home; gives the run's id, however it ends."""
        command = [sys.executable, "-m", "wicked_pipeline.cli", "backfill", days[0], days[-1], "--raw-only"]
        environment = {**os.environ, **self.environment}
        subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, check=False)
        return next(run.id for run in self.ui.runs() if LIFELINE in run.tags)

    def settle(self, *backfills: str) -> list[Run]:
        """Wait until the backfills are done and the models are built of all that was read; no run has failed."""
        runs = self.ui.finish(*backfills, until=models_are_current)
        assert {run.status for run in runs} == {"SUCCESS"}, [self.ui.failures(run.id) for run in runs]
        return runs


def builds(run: Run) -> bool:
    """Whether the run calls dbt."""
    return run.job in ("pipeline", "models") or any(not asset.startswith("wicked/") for asset in run.assets)


def models_are_current(runs: list[Run]) -> bool:
    """Whether the last run that reads was one that builds the models, too, or ended before such a run began."""
    read = [run.ended for run in runs if run.job == "pipeline" or not run.assets.isdisjoint(RAW)]
    built = [run.ended if run.job == "pipeline" else run.started for run in runs if builds(run)]
    return max(built, default=0) >= max(read, default=0)


def midday(world: World) -> World:
    """Only what happened between 8 and 16 o'clock UTC, so that in every zone it happened on the same day."""
    for endpoint, field in (("contacts", "createDate"), ("clicks", "date"), ("orders", "date")):
        records = world.records(endpoint)
        records[:] = [r for r in records if 8 <= datetime.fromisoformat(r.get(field) or f"{FIRST}T00:00").hour < 16]
    return world


def change(world: World, day: str) -> None:
    """An order of the day is refunded, one is new, and a click has gone."""
    with world.lock:
        todays: list[Record] = [order for order in world.orders if date_in(world.zone, order).isoformat() == day]
        first, second = todays[:2]
        for payment in first.get("payments", []):
            payment["status"] = "REFUNDED"
        world.orders.append({**second, "id": f"{second['id']}-new", "sourceId": f"{second['sourceId']}-new"})
        world.clicks.remove(next(click for click in world.clicks if date_in(world.zone, click).isoformat() == day))
        world.changed()
