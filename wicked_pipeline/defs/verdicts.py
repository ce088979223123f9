"""The marts' checks whose metadata are sentences. dbt's tests are the marts' other checks."""

from collections.abc import Iterator

import dagster as dg

from wicked_pipeline.defs.resources import Warehouse
from wicked_pipeline.verdicts import VERDICTS


@dg.multi_asset_check(
    name="verdicts",
    specs=[
        dg.AssetCheckSpec(name, asset=dg.AssetKey(["marts", mart]), description=verdict.__doc__)
        for name, (mart, verdict) in VERDICTS.items()
    ],
    can_subset=True,
)
def verdicts(context: dg.AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[dg.AssetCheckResult]:
    """Puts the verdicts of the selected checks into metadata, as lists and figures. They never fail a run."""
    with warehouse.get_reader() as connection:
        found = {key: VERDICTS[key.name][1](connection) for key in context.selected_asset_check_keys}
    for key, verdict in found.items():
        yield dg.AssetCheckResult(
            passed=verdict.passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"Nothing to judge: {verdict.nothing}." if verdict.nothing else None,
            metadata={
                heading: dg.MetadataValue.md("\n".join(f"- {line}" for line in lines) or "none")
                for heading, lines in verdict.lines.items()
            }
            | {name: dg.MetadataValue.float(figure) for name, figure in verdict.figures.items()},
            asset_key=key.asset_key,
            check_name=key.name,
        )
