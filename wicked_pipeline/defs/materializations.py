"""What a raw run reports of the partitions that it landed: figures for each, by the window that brought it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dagster as dg

from wicked_pipeline.landing import Load
from wicked_pipeline.windows import DAY, DayRange

Figures = dict[str, str | int | float]


@dataclass
class Landed:
    """The partitions of `days` that windows have brought, with each window's figures, by asset key and partition."""

    days: DayRange
    partitions: dict[tuple[dg.AssetKey, str], Figures] = field(default_factory=dict)

    def add(self, load: Load) -> None:
        """A window is landed."""
        key, figures = dg.AssetKey(["wicked", load.endpoint]), figures_of(load, datetime.now(UTC))
        day, last = max(load.window_from, self.days.first), min(load.window_to, self.days.last)
        while day <= last:
            self.partitions[key, day.isoformat()] = figures
            day += DAY


def figures_of(load: Load, landed_at: datetime) -> Figures:
    """A window's figures as metadata; `seconds` from its first request until it was landed (`landed_at`, aware)."""
    return {
        "window": f"{load.window_from} to {load.window_to}",
        "records": load.records,
        "rejected": load.rejected,
        "pages": load.pages,
        "requests": load.requests,
        "retries": load.retries,
        "reads": load.reads,
        "throttled_seconds": round(load.throttled_seconds, 1),
        "seconds": round((landed_at.replace(tzinfo=None) - load.fetched_at).total_seconds(), 1),
        "settled": "yes" if load.settled else "no: the data moved while it was read; due again",
    }


@contextmanager
def of_run(context: dg.AssetExecutionContext, days: DayRange) -> Iterator[Landed]:
    """Collects what a run lands, and reports it to Dagster at its end.

    A run that succeeds has an event for each partition anyway, to which figures are added at no cost. One that fails
    has none, so it logs those partitions that it did land.
    """
    landed = Landed(days)
    try:
        yield landed
    except BaseException:
        for (key, partition), figures in landed.partitions.items():
            context.log_event(dg.AssetMaterialization(key, partition=partition, metadata=figures))
        raise
    for (key, partition), figures in landed.partitions.items():
        context.add_asset_metadata(figures, asset_key=key, partition_key=partition)
