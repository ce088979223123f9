"""The raw assets `wicked/contacts`, `wicked/clicks` and `wicked/orders`.

`ingest.py` and the packages that it uses fetch and land the days.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import dagster as dg

from wicked_pipeline.api import DEFAULT_LIMIT, Client, PagedSource, errors, open_client
from wicked_pipeline.defs import materializations, runs
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.defs.partitions import daily_partitions
from wicked_pipeline.defs.resources import AccountSettings, ProgressReport, Warehouse
from wicked_pipeline.endpoints import LISTS, Endpoint
from wicked_pipeline.ingest import fetch_and_land, sync
from wicked_pipeline.landing import SingleContact
from wicked_pipeline.refresh import Plan
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
        """Reads the run's days, or without a range what today's plan says, and lands each window as it comes."""
        keys, shown = sorted(context.selected_asset_keys), dict[str, str]()
        endpoints = [LISTS[key.path[-1]] for key in keys]
        is_sync = not (context.has_partition_key or context.has_partition_key_range)

        def tell(plan: Plan) -> None:
            lines = "\n".join(plan.lines(whose.requests_per_minute or DEFAULT_LIMIT))
            shown["plan"] = "\n\n".join([*shown.values(), lines])
            progress.tell(context.log.info, lines)

        with (
            materializations.of_sync(context, warehouse, account.name)
            if is_sync
            else materializations.of_run(context, warehouse, account.name, _days(context)),
            one_line_failures(context),
            progress.of(context.log.info) as counts,
        ):
            whose = account.value(settings.account.api_key)
            today = settings.today or whose.date_now()
            with open_client(whose, on_wait=counts.waits_for_budget, on_retry=counts.waits_for_next_try) as client:
                here = (PagedSource(client), whose, Path(warehouse.database), endpoints)
                run_id = context.run.run_id
                if is_sync:
                    full = runs.reads_everything(context.run)
                    read = partial(read_contact, client)
                    sync(*here, run_id, today=today, full=full, progress=counts, read_contact=read, on_plan=tell)
                else:
                    fetch_and_land(
                        *here,
                        _days(context),
                        run_id,
                        today=today,
                        refetch=runs.rereads(context.run),
                        resumes=runs.resumed_by(context.run, context.instance),
                        progress=counts,
                    )
        yield from (dg.MaterializeResult(asset_key=key, metadata=shown) for key in keys)

    return wicked


def read_contact(client: Client, name: str) -> SingleContact | None:
    """The contact of this id; None if the API knows none."""
    try:
        return client.contact(name)
    except (errors.NotFound, errors.BadRequest):
        return None


def _days(context: dg.AssetExecutionContext) -> DayRange:
    """The days of the run's partitions."""
    return DayRange(*map(date.fromisoformat, context.partition_key_range))
