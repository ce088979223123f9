"""The checks of the raw assets, computed from the ledger. The checks of the models are dbt's own tests."""

from collections.abc import Iterator

import dagster as dg

from wicked_pipeline import landing
from wicked_pipeline.defs.resources import AccountSettings, Warehouse
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.landing import Audit

DESCRIPTIONS = {
    "equals_the_total": "A window that was read whole and held still has as many records as the API's `total` states.",
    "has_no_rejects": "Every record could be landed. `raw.rejects` has the records that could not be, with the reason.",
    "held_still": "No data moved while a window was read. If data moves, the window lands, and its days are due again.",
}


def results(audit: Audit) -> dict[str, tuple[bool, dg.AssetCheckSeverity, dict[str, int | str]]]:
    """By check: whether it passes, its severity if not, and its figures."""
    error, warn = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    if not audit.windows and not audit.rejects:  # people would read green as a good verdict
        return dict.fromkeys(DESCRIPTIONS, (False, warn, {"nothing_to_judge": "no window has landed"}))
    counts: dict[str, int | str] = {"windows": audit.windows, "records": audit.records}
    return {
        "equals_the_total": (not audit.off_total, error, counts | {"windows_off": "; ".join(audit.off_total)}),
        "has_no_rejects": (audit.rejects == 0, error, {"rejects": audit.rejects}),
        "held_still": (not audit.unsettled, warn, {"unsettled_windows": "; ".join(audit.unsettled)}),
    }


@dg.multi_asset_check(
    name="ledger",
    specs=[
        dg.AssetCheckSpec(name, asset=dg.AssetKey(["wicked", endpoint]), description=description)
        for endpoint in LISTS
        for name, description in DESCRIPTIONS.items()
    ],
    can_subset=True,
)
def ledger(
    context: dg.AssetCheckExecutionContext, account: AccountSettings, warehouse: Warehouse
) -> Iterator[dg.AssetCheckResult]:
    """Evaluates the selected checks on the newest load of each day."""
    endpoints = {key.asset_key.path[-1] for key in context.selected_asset_check_keys}
    with warehouse.get_reader() as connection:
        audits = {endpoint: landing.audit(connection, account.name, endpoint) for endpoint in endpoints}
    for key in sorted(context.selected_asset_check_keys):
        passed, severity, figures = results(audits[key.asset_key.path[-1]])[key.name]
        yield dg.AssetCheckResult(
            passed=passed, severity=severity, metadata=figures, asset_key=key.asset_key, check_name=key.name
        )
