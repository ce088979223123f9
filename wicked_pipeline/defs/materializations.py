"""Reports a raw run's partitions to Dagster: each day's records, and the newest load that answers for the day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from wicked_pipeline.account import EARLIEST, LATEST
from wicked_pipeline.defs.resources import Warehouse
from wicked_pipeline.landing import LandedDay, landed_days
from wicked_pipeline.warehouse import WarehouseError
from wicked_pipeline.windows import DayRange

Figures = dict[str, str | int | float]


def figures_of(landed: LandedDay) -> Figures:
    """A landed day as metadata. All figures but `records` are of the window that brought it."""
    known: dict[str, str | int | float | None] = {
        "records": landed.records,
        "window": f"{landed.window_from} to {landed.window_to}",
        "fetched_at": f"{landed.fetched_at:%Y-%m-%d %H:%M:%S} UTC",
        "settled": "yes" if landed.settled else "no: the data moved while it was read; due again",
        "added": landed.added,
        "changed": landed.changed,
        "deleted": landed.deleted,
        "rejected": landed.rejected,
        "pages": landed.pages,
        "requests": landed.requests,
        "retries": landed.retries,
        "reads": landed.reads,
        "throttled_seconds": landed.throttled_seconds,
    }
    return {name: figure for name, figure in known.items() if figure is not None}


@contextmanager
def of_run(context: dg.AssetExecutionContext, warehouse: Warehouse, account: str, days: DayRange) -> Iterator[None]:
    """Reports to Dagster, at the run's end, each of its days that is landed, by whichever run.

    A successful run has an event for each partition anyway, to which the figures are added at no cost. A failed run has
    no such events, so it logs the partitions that it has landed itself.
    """
    try:
        yield
    except BaseException:
        for key, landed in _landed(context, warehouse, account, days):
            if landed.run_id == context.run.run_id:
                _log(context, key, landed)
        raise
    for key, landed in _landed(context, warehouse, account, days):
        context.add_asset_metadata(figures_of(landed), asset_key=key, partition_key=landed.day.isoformat())


@contextmanager
def of_sync(context: dg.AssetExecutionContext, warehouse: Warehouse, account: str) -> Iterator[None]:
    """Reports to Dagster, at the end of a run without a range, the days that it has landed and that are news: those
    that were not green, and those of which a record is new, changed or gone. A sync reads years again each morning, and
    an event for each of their days would take a minute.
    """
    try:
        yield
    finally:
        green = {key: context.instance.get_materialized_partitions(key) for key in context.selected_asset_keys}
        for key, landed in _landed(context, warehouse, account, DayRange(EARLIEST, LATEST)):
            if landed.run_id == context.run.run_id and (landed.has_news or str(landed.day) not in green[key]):
                _log(context, key, landed)


def _log(context: dg.AssetExecutionContext, key: dg.AssetKey, landed: LandedDay) -> None:
    """An event that turns the day's partition green."""
    context.log_event(dg.AssetMaterialization(key, partition=str(landed.day), metadata=figures_of(landed)))


def _landed(
    context: dg.AssetExecutionContext, warehouse: Warehouse, account: str, days: DayRange
) -> list[tuple[dg.AssetKey, LandedDay]]:
    """The landed days of the selected assets. If the warehouse can't be read: none, and a line in the log."""
    if not Path(warehouse.database).exists():
        return []
    try:
        with warehouse.get_reader() as connection:
            return [
                (key, landed)
                for key in sorted(context.selected_asset_keys)
                for landed in landed_days(connection, account, key.path[-1], days)
            ]
    except WarehouseError as error:
        context.log.warning(f"partitions are without figures: {error}")
        return []
