"""What runs by itself: the daily job over the look-back, and models that follow raw."""

import dagster as dg
from wicked_pipeline.settings import load_settings

pipeline = dg.define_asset_job("pipeline", dg.AssetSelection.all(), description="Raw and marts of a range of days, in one run.")

models_follow_raw = dg.AutomationConditionSensorDefinition(
    "models_follow_raw", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=10)
