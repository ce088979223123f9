"""The dbt models as assets below the raw ones: staging, intermediate and marts, built together, unpartitioned."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from wicked_pipeline import transform, warehouse
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.settings import load_settings

RAW = frozenset(LISTS)

FOLLOW_RAW = (
    dg.AutomationCondition.any_deps_updated().since_last_handled()
    & ~dg.AutomationCondition.any_deps_in_progress()
    & ~dg.AutomationCondition.in_progress()
).with_label("follows what it is built from")


class Translator(DagsterDbtTranslator):
    """Names assets as dbt does (`staging/…`, `marts/…`) and ties what is built from the ledger to all raw assets."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """dbt's own spec of the model; a dependency on the ledger becomes one on each asset that writes to it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source"):
            return spec
        known = [dep for dep in spec.deps if not self._is_ledger(dep.asset_key)]
        if len(known) < len(list(spec.deps)):
            named = {dep.asset_key for dep in known}
            known += [dg.AssetDep(k) for name in LISTS if (k := dg.AssetKey(["wicked", name])) not in named]
        return spec.replace_attributes(deps=known, automation_condition=FOLLOW_RAW, owners=["team:marketing-data"])

    @staticmethod
    def _is_ledger(key: dg.AssetKey) -> bool:
        return key.path[0] == "wicked" and key.path[1] not in LISTS


@dbt_assets(
    manifest=transform.ensure_manifest(load_settings()), dagster_dbt_translator=Translator(), pool="dbt", name="dbt"
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build and test the selected models, in dbt's own order."""
    settings = load_settings()
    os.environ.update(transform.environment(settings))
    with one_line_failures(), warehouse.turn(settings.duckdb_path):
        yield from dbt.cli(["build"], context=context).stream()
