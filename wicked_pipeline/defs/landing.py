"""The raw assets `wicked/contacts`, `wicked/clicks` and `wicked/orders`.

`ingest.py` and the packages that it uses fetch and land the days.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg

from wicked_pipeline.api import PagedSource, open_client
from wicked_pipeline.defs import materializations, runs
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.defs.partitions import daily_partitions
from wicked_pipeline.defs.resources import AccountSettings, ProgressReport, Warehouse
from wicked_pipeline.endpoints import LISTS, Endpoint
from wicked_pipeline.ingest import fetch_and_land
from wicked_pipeline.settings import Settings
from wicked_pipeline.windows import DayRange


def _spec(endpoint: Endpoint) -> dg.AssetSpec:
    """The asset of one endpoint, as the UI shows it."""
    longest = f", {endpoint.longest_window_days} days a request at most" if endpoint.longest_window_days else ""
    return dg.AssetSpec(
        dg.AssetKey(["wicked", endpoint.name]),
        description=(
            f"The {endpoint.name} of the Outbound API (`GET {endpoint.path}`{longest}), each record's own JSON, in "
            f"`raw.{endpoint.name}`. A partition is a day of the account; materializing it reads that day again."
        ),
        owners=["team:analytics"],
        kinds={"python", "duckdb"},
        group_name="raw",
    )


def raw_assets(settings: Settings) -> dg.AssetsDefinition:
    """The assets of the account's endpoints. A run reads a range of days of them."""

    @dg.multi_asset(
        name="wicked",
        specs=[_spec(endpoint) for endpoint in LISTS.values()],
        partitions_def=daily_partitions(settings.account, settings.today),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        pool="outbound_api",  # two runs share the budget, so in parallel the first would take twice as long
    )
    def wicked(
        context: dg.AssetExecutionContext,
        account: AccountSettings,
        warehouse: Warehouse,
        progress: dg.ResourceParam[ProgressReport],
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Reads the run's days of the selected endpoints through one budget, and lands each window as it comes."""
        keys = sorted(context.selected_asset_keys)
        days = DayRange(*map(date.fromisoformat, context.partition_key_range))
        with (
            materializations.of_run(context, warehouse, account.name, days),
            one_line_failures(context),
            progress.of(context.log.info) as counts,
        ):
            whose = account.value(settings.account.api_key)
            with open_client(whose, on_wait=counts.waits_for_budget, on_retry=counts.waits_for_next_try) as client:
                fetch_and_land(
                    PagedSource(client),
                    whose,
                    Path(warehouse.database),
                    [LISTS[key.path[-1]] for key in keys],
                    days,
                    context.run.run_id,
                    today=settings.today or whose.date_now(),
                    refetch=runs.rereads(context.run),
                    resumes=runs.resumed_by(context.run, context.instance),
                    progress=counts,
                )
        yield from (dg.MaterializeResult(asset_key=key) for key in keys)

    return wicked
