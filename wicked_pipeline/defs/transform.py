"""The dbt models as assets downstream of raw, from staging to marts. One step builds them all, without partitions."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject
from dagster_dbt.asset_utils import build_dbt_specs

from wicked_pipeline import transform
from wicked_pipeline.defs.dbt_tests import check_result, check_spec, tests_by_asset
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.defs.resources import AccountSettings, ProgressReport, Warehouse
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.landing import note_account
from wicked_pipeline.reporting import first_only
from wicked_pipeline.transform import Test
from wicked_pipeline.warehouse import build_warehouse, write_warehouse

RAW = [dg.AssetKey(["wicked", endpoint]) for endpoint in LISTS]
LANDED = [*RAW, dg.AssetKey(["wicked", "ad_spend"])]


class Translator(DagsterDbtTranslator):
    """Names and groups assets as dbt's schemas (`staging/…`, `marts/…`), and puts all of them downstream of raw.

    A backfill of all assets launches assets without dependencies at once. So it builds all models in one run after raw.
    """

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """dagster-dbt's spec of a model or seed. Raw assets replace the ledger as a dependency, since they write it."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            return spec
        keys = {key for dep in spec.deps for key in (LANDED if _is_ledger(dep.asset_key) else [dep.asset_key])}
        return spec.replace_attributes(
            deps=sorted(keys or LANDED),
            group_name=spec.key.path[0],
            owners=["team:analytics"],
        )


def _is_ledger(key: dg.AssetKey) -> bool:
    return key.path[0].startswith("wicked") and key not in LANDED


def _specs(manifest: Mapping[str, Any]) -> Sequence[dg.AssetSpec]:
    """The specs of models and seeds, without dagster-dbt's separate check for each test."""
    specs, _ = build_dbt_specs(
        translator=Translator(DagsterDbtTranslatorSettings(enable_asset_checks=False)),
        manifest=manifest,
        select="fqn:*",
        exclude="",
        selector="",
        io_manager_key=None,
        project=None,
    )
    return specs


def models_of(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Each model of dbt's manifest as an asset, with one check for its tests."""
    tests, specs = tests_by_asset(manifest), _specs(manifest)
    keys = {str(spec.metadata["dagster_dbt/unique_id"]): spec.key for spec in specs}

    @dg.multi_asset(
        name="dbt",
        specs=specs,
        check_specs=[check_spec(key, its.values()) for key, its in tests.items()],
        can_subset=True,
        pool="dbt",  # of size one: otherwise a second build waits for the first in a run that looks busy
    )
    def models(
        context: dg.AssetExecutionContext,
        account: AccountSettings,
        warehouse: Warehouse,
        progress: dg.ResourceParam[ProgressReport],
    ) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        """Builds and tests the selected models in dbt's own order, and reports them to Dagster when they can be read.

        If a model can't be built, the warehouse stays as it was, and no asset is materialized.
        """
        os.umask(0o077)  # the warehouse and dbt's files beside it hold people's e-mail addresses
        building = build_warehouse(Path(warehouse.database), on_wait=first_only(context.log.info))
        with one_line_failures(context), building as copy, progress.of_build(context.log.info) as on_step:
            with write_warehouse(copy) as connection:
                note_account(connection, account.value())
            try:
                results = transform.build(copy, _selection(context, keys, tests), on_step)
            except transform.ModelsFailed as error:
                raise dg.Failure(f"{error}. The warehouse is unchanged", allow_retries=False) from None
        for result in results:
            if result.unique_id in keys and result.passes:
                yield dg.MaterializeResult(asset_key=keys[result.unique_id], metadata={"seconds": result.seconds})
        for key in sorted(context.selected_asset_check_keys):
            if found := check_result(key, tests[key.asset_key], results):
                yield found
        if transform.tests_failed(results):
            raise dg.Failure(transform.failure_line(results), allow_retries=False)

    return models


def _selection(
    context: dg.AssetExecutionContext, keys: Mapping[str, dg.AssetKey], tests: Mapping[dg.AssetKey, Mapping[str, Test]]
) -> list[str]:
    """dbt's arguments for the run's selection; none if it selects everything. `keys` are by dbt's unique id.

    A test of several models runs only if all of them are built: otherwise some would be older than others.
    """
    built = context.selected_asset_keys
    if len(built) == len(keys):
        return []
    names = [unique_id.split(".")[-1] for unique_id, key in keys.items() if key in built]
    checked = {key.asset_key for key in context.selected_asset_check_keys} - built
    names += [test.name for key in checked for test in tests[key].values()]
    return ["--indirect-selection", "cautious", "--select", *names]
