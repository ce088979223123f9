"""The asset `wicked/ad_spend`: loads the files in `WICKED_AD_SPEND_PATH` again, by `landing/ad_spend.py`."""

from datetime import UTC, datetime

import dagster as dg

from wicked_pipeline import landing
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.defs.resources import AccountSettings, Warehouse


@dg.asset(
    key=dg.AssetKey(["wicked", "ad_spend"]),
    description=(
        "Advertising spend from the CSV and Parquet files in the folder `WICKED_AD_SPEND_PATH`, in `raw.ad_spend`. "
        "A file replaces what it, or its ad account, said before of its days and sources; the newest file counts last. "
        "Without the setting there is nothing to load."
    ),
    owners=["team:analytics"],
    kinds={"python", "duckdb"},
    group_name="raw",
)
def ad_spend(
    context: dg.AssetExecutionContext, account: AccountSettings, warehouse: Warehouse
) -> dg.MaterializeResult[None]:
    """Loads all files of the folder, or none of them."""
    with one_line_failures(context):
        whose = account.value()
        files = landing.spend_files(whose.ad_spend_path) if whose.ad_spend_path else []
        now = datetime.now(UTC).replace(tzinfo=None)
        with (
            landing.checked_spend(whose.name, files, now) as spend,
            warehouse.get_connection() as connection,
        ):
            landing.note_account(connection, whose)
            loaded = landing.load_spend(connection, spend)
    return dg.MaterializeResult(metadata={"files": loaded.files, "rows": loaded.rows, "replaced": loaded.replaced})
