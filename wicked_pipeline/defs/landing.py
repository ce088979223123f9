"""The raw assets `wicked/contacts`, `wicked/clicks` and `wicked/orders`: what a run reads, and what it says of it.

How days are fetched is in `extract.py`, how they are landed in `landing.py`; here the two meet.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import dagster as dg

from wicked_pipeline import extract, landing, spool
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.defs.partitions import DAILY
from wicked_pipeline.defs.resources import OutboundApi, Warehouse
from wicked_pipeline.endpoints import LISTS, Endpoint
from wicked_pipeline.settings import load_settings


def _spec(endpoint: Endpoint) -> dg.AssetSpec:
    """The raw asset of one endpoint, as it is shown."""
    return dg.AssetSpec(
        dg.AssetKey(["wicked", endpoint.name]),
        owners=["team:marketing-data"],
        kinds={"python", "duckdb"},
        group_name="raw",
    )


@dg.multi_asset(
    name="wicked",
    specs=[_spec(endpoint) for endpoint in LISTS.values()],
    partitions_def=DAILY,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
    pool="wicked_api",
)
def wicked(context: dg.AssetExecutionContext, api: OutboundApi, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Read the run's days of the selected endpoints from the API, all through one budget, and land them."""
    settings = load_settings()
    first, last = (date.fromisoformat(k) for k in context.partition_key_range)
    endpoints = [LISTS[key.path[-1]] for key in sorted(context.selected_asset_keys)]
    with one_line_failures():
        landing.prepare(warehouse.get_connection, settings.account, settings.account_timezone)
        work = {e: [extract.DayRange(first, last)] for e in endpoints}
        loads = []
        try:
            with spool.opened() as s:
                for window in extract.fetch(api.client(), work, s, resume=False, progress=None):
                    loads.append(landing.land(warehouse.get_connection, window, settings.account, context.run_id))
        except extract.WindowsFailed as e:
            for load in loads:
                for d in range((load.window_to - load.window_from).days + 1):
                    context.log_event(dg.AssetMaterialization(["wicked", load.endpoint], partition=str(load.window_from + timedelta(d)), metadata={"records": load.records}))
            raise dg.Failure(str(e))
    for load in loads:
        for d in range((load.window_to - load.window_from).days + 1):
            context.add_asset_metadata({"records": load.records}, asset_key=["wicked", load.endpoint], partition_key=str(load.window_from + timedelta(d)))
    for e in endpoints:
        yield dg.MaterializeResult(asset_key=["wicked", e.name])
