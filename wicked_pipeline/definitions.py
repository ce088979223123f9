"""All of Dagster's definitions, built from settings, and Dagster's entry point, which reads the settings."""

import dagster as dg

from wicked_pipeline import transform
from wicked_pipeline.defs import schedules
from wicked_pipeline.defs.checks import ledger
from wicked_pipeline.defs.landing import raw_assets
from wicked_pipeline.defs.resources import resources
from wicked_pipeline.defs.sensors import models_follow_raw
from wicked_pipeline.defs.spend import ad_spend
from wicked_pipeline.defs.transform import models_of
from wicked_pipeline.defs.verdicts import verdicts
from wicked_pipeline.settings import Settings, load_settings
from wicked_pipeline.warehouse import copy_of


def definitions(settings: Settings) -> dg.Definitions:
    """The definitions of one account and its warehouse. One process can hold several."""
    models = models_of(transform.manifest(copy_of(settings.duckdb_path)))
    build = schedules.build_of(models)
    return dg.Definitions(
        assets=[raw_assets(settings), ad_spend, models],
        asset_checks=[ledger, verdicts],
        jobs=[schedules.pipeline, schedules.raw, build],
        schedules=[schedules.daily(settings), schedules.monthly(settings)],
        sensors=[models_follow_raw(models.keys, build)],
        resources=resources(settings),
        executor=dg.in_process_executor,  # one process a run halves the start-up cost
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Dagster's entry point: the definitions for the current settings."""
    return definitions(load_settings())
