"""Attribution of drawn paths equals the reference: look-back edges, ties, repeats, rebills and merged contacts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wicked_pipeline_tests.dbt.reference import Row
from wicked_pipeline_tests.dbt.reference_attribution import Options
from wicked_pipeline_tests.dbt.test_attribution import attributed
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.dbt.world import START, World, utc_text

CONTACTS = ("a", "b", "c", "d", "e", "f")
ADS = (("google", "cpc", "x"), ("GOOGLE ", "cpc", "x"), ("news", "email", ""), ("", "", ""), ("direct", "direct", "y"))
SYSTEMS = ("stripe", "stripe", "paypal", None)  # of orders two of which have one id
# ten days apart, and a look-back of twenty: edges and ties happen all the time
moments = st.integers(0, 6).map(lambda step: START + timedelta(days=10 * step))

flags = st.sampled_from([None, None, "isFirstClick", "isLastClick"])
clicks = st.lists(st.tuples(st.sampled_from(CONTACTS), moments, st.sampled_from(ADS), flags), min_size=10, max_size=40)
orders = st.lists(
    st.tuples(
        st.sampled_from(CONTACTS),
        moments,
        st.sampled_from([0, 10, 33.3333, 0.0001, 1_000_000_000.1234, -10]),
        st.sampled_from([None, None, "s1", "s2"]),
        st.sampled_from(["APPROVED", "APPROVED", "FAILED", "REFUNDED"]),
        st.sampled_from(["USD", "EUR"]),
    ),
    min_size=5,
    max_size=20,
)
options = st.builds(
    Options,
    lookback_days=st.just(20),
    path_start=st.sampled_from(["lookback", "previous_order"]),
    rebill_attribution=st.sampled_from(["initial", "own"]),
    path_transform=st.sampled_from(["exposure_path", "first_path"]),
    channel=st.sampled_from(["default_channel_group", "source_medium_campaign"]),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("wicked") / "wicked.duckdb")
    warehouse.dbt("seed")
    return warehouse


def world(drawn_clicks: list[Any], drawn_orders: list[Any], name: Callable[[str], str] = str) -> World:
    """The drawn records as the API has them, contacts under the names that `name` gives them."""
    made = World("America/New_York")
    for contact, at, (source, medium, campaign), flag in drawn_clicks:
        utms = {"source": source, "medium": medium, "campaign": campaign}
        record: Row = {"contactId": name(contact), "date": utc_text(at), "utms": utms}
        made.clicks.append((at.date(), record | ({flag: True} if flag else {})))
    for number, (contact, at, amount, subscription, status, currency) in enumerate(drawn_orders):
        record = {
            "id": f"o{number // 2}", "sourceSystem": SYSTEMS[number % 4], "date": utc_text(at),
            "contact": {"id": name(contact)}, "amount": amount,
            "currency": currency, "attributions": {}, "subscriptionId": subscription,
            "payments": [{"date": "2024-01-01T00:00:00", "status": status, "amount": amount}],
        }  # fmt: skip
        made.orders.append((at.date(), record))
    return made


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_clicks=clicks, drawn_orders=orders, chosen=options)
def test_any_paths_are_attributed_as_the_reference_does(
    warehouse: Warehouse, drawn_clicks: list[Any], drawn_orders: list[Any], chosen: Options
) -> None:
    attributed(warehouse, world(drawn_clicks, drawn_orders), chosen)


def test_a_merged_contacts_clicks_are_one_path(warehouse: Warehouse) -> None:
    drawn = [("a", START, ADS[0], None), ("b", START + timedelta(1), ADS[2], None)]
    bought = [("a", START + timedelta(2), 10, None, "APPROVED", "USD")]
    warehouse.hold(world(drawn, bought))
    merged = world(drawn, bought, name=lambda _: "a")
    for endpoint in ("clicks", "orders"):
        warehouse.load(endpoint, merged.by_day(endpoint))
    warehouse.dbt("run", "--select", "+order_attribution")
    touches = warehouse.query("select channel from marts.order_attribution where attribution_model = 'linear_touch'")
    assert sorted(row["channel"] for row in touches) == ["Email", "Paid Search"]
