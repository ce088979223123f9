"""The models over clicks, channels and the chain, figure by figure, against plain Python on random worlds."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from wicked_pipeline_tests.dbt import reference, reference_clicks
from wicked_pipeline_tests.dbt import reference_attribution as attribution
from wicked_pipeline_tests.dbt import reference_reports as reports
from wicked_pipeline_tests.dbt.comparison import same
from wicked_pipeline_tests.dbt.reference import FIELDS, Row
from wicked_pipeline_tests.dbt.reference_attribution import Options, Path
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import World, random_world

OPTIONS = (
    Options(),
    Options(path_start="previous_order", channel="source"),
    Options(rebill_attribution="own", path_transform="first_path", channel="source_medium"),
    Options(lookback_days=10, half_life_days=2, channel="source_medium_campaign"),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")


SELECTION = ("--select", "+path:models/marts/attribution", "--indirect-selection", "cautious")


def attributed(warehouse: Warehouse, world: World, options: Options) -> None:
    """Every figure of this world's attribution is what the reference works out."""
    warehouse.hold(world)
    warehouse.dbt("build", "--vars", options.dbt_variables(), "--exclude-resource-type", "unit_test", *SELECTION)
    known = reference.Known(record for _, record in world.contacts)
    orders = reference.orders((record for _, record in world.orders), ZoneInfo(world.timezone), known=known)
    staged = reference_clicks.clicks(warehouse.query("from raw.clicks"), ZoneInfo(world.timezone))
    staged = known.of_clicks(reference.in_marts(staged))
    clicks = [click for click in staged if click["clicked_at"] and click["contact_id"]]
    found = attribution.paths(orders, clicks, options)
    effects = attribution.removal_effects(attribution.chain_paths(orders, clicks, found, options))
    rows = attribution.with_channels(reference.order_attribution(orders), options)
    rows += attribution.order_attribution(orders, found, effects, options)
    same(warehouse.query("from marts.order_attribution"), [{"position": None} | row for row in rows])
    same(warehouse.query("from marts.channel_contribution"), attribution.channel_contribution(orders, found, effects))
    daily, by_content = (attribution.attribution_daily(rows, orders, words) for words in (FIELDS[:3], FIELDS))
    same(warehouse.query("from marts.attribution_daily"), daily)
    same(warehouse.query("from marts.attribution_content_daily"), by_content)
    reported(warehouse, orders, found, daily, options)


def reported(
    warehouse: Warehouse, orders: list[Row], found: Mapping[str, Path], daily: list[Row], options: Options
) -> None:
    """The marts that answer questions follow from the paths and the attribution."""
    paths = reports.conversion_paths(orders, found, options)
    same(warehouse.query("from marts.conversion_paths"), paths)
    same(warehouse.query("from marts.path_lengths"), reports.path_lengths(paths))
    same(warehouse.query("from marts.assisted_conversions"), reports.assisted_conversions(orders, found))
    same(warehouse.query("from marts.model_comparison"), reports.model_comparison(daily))
    contacts = reference.in_marts(warehouse.query("select contact_id, created_at from staging.stg_wicked__contacts"))
    created = {row["contact_id"]: row["created_at"] for row in contacts}
    clicks = reference.in_marts(warehouse.query("select clicked_at from staging.stg_wicked__clicks"))
    began = min(row["clicked_at"] for row in clicks if row["clicked_at"])
    same(
        warehouse.query("from marts.attribution_coverage"),
        reports.attribution_coverage(orders, daily, created, began),
    )


@pytest.mark.parametrize(("seed", "options"), list(enumerate(OPTIONS)))
def test_each_figure_equals_the_reference(warehouse: Warehouse, seed: int, options: Options) -> None:
    attributed(warehouse, random_world(seed, contacts=8, clicks=150, orders=60), options)
