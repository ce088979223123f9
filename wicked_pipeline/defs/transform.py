"""The dbt models as assets below the raw ones: staging, intermediate and marts, built in one go, unpartitioned."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets

from wicked_pipeline import transform
from wicked_pipeline.defs.failures import one_line_failures
from wicked_pipeline.endpoints import LISTS
from wicked_pipeline.reporting import first_only
from wicked_pipeline.settings import load_settings
from wicked_pipeline.warehouse import build_warehouse, copy_of

RAW = [dg.AssetKey(["wicked", endpoint]) for endpoint in LISTS]
LANDED = [*RAW, dg.AssetKey(["wicked", "ad_spend"])]


class Translator(DagsterDbtTranslator):
    """Names and groups assets as dbt's schemas (`staging/…`, `marts/…`), and puts all of them below the raw assets.

    So a backfill of all assets, which launches what waits for nothing at once, builds them in one run after raw.
    """

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """dagster-dbt's spec of a model or seed, its dependencies materializable: all that lands writes the ledger."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        if unique_id.startswith("source."):
            return spec
        keys = {key for dep in spec.deps for key in (LANDED if _is_ledger(dep.asset_key) else [dep.asset_key])}
        return spec.replace_attributes(
            deps=sorted(keys or LANDED),
            group_name=spec.key.path[0],
            owners=["team:analytics"],
        )

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """dagster-dbt's spec of a test, with what dbt's own description says that it finds and what to do."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        described: str | None = manifest["nodes"][unique_id]["description"] or None
        return spec and spec._replace(description=described)


def _is_ledger(key: dg.AssetKey) -> bool:
    return key.path[0].startswith("wicked") and key not in LANDED


@dbt_assets(
    manifest=transform.ensure_manifest(copy_of(load_settings().duckdb_path)),
    dagster_dbt_translator=Translator(),
    name="dbt",
    pool="dbt",  # of one: a second build would wait for the first, in a run that looks busy
)
def models(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Builds and tests the selected models, in dbt's own order, and tells Dagster once they can be read.

    Where a model can't be built, the warehouse stays as it was, and no asset is materialized.
    """
    os.umask(0o077)  # the warehouse and what dbt keeps beside it hold people's e-mail addresses
    warehouse = load_settings().duckdb_path
    building = build_warehouse(warehouse, on_wait=first_only(context.log.info))
    with one_line_failures(context), building as copy, _read_by_dbt(copy):
        invocation = dbt.cli(["build"], context=context, raise_on_error=False)
        events = list(invocation.stream())
        if transform.models_failed(invocation.target_path):  # the copy is dropped, so nothing was materialized
            said = transform.failure_line(invocation.target_path, str(invocation.get_error()))
            raise dg.Failure(f"{said}. The warehouse is as it was")
    yield from events
    if not invocation.is_successful():
        raise dg.Failure(transform.failure_line(invocation.target_path, str(invocation.get_error())))
    transform.tidy(invocation.target_path)


@contextmanager
def _read_by_dbt(warehouse: Path) -> Iterator[None]:
    """Sets what dbt's profile reads, for a `with` block: `DbtCliResource` takes no environment of its own."""
    # Tests run where all that they look at is built: a backfill of all assets builds models in several runs, between
    # which some are older than others.
    variables: dict[str, str | None] = {**transform.environment(warehouse), "DBT_INDIRECT_SELECTION": "cautious"}
    variables |= {"DBT_ENGINE_TARGET_PATH": None, "DBT_ENGINE_LOG_PATH": None}  # dbt would obey them, not dagster-dbt
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
