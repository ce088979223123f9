"""An account in which nothing is odd: what the other cases differ from, and what no check may name."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

CASES = [
    Case(
        name="well-kept",
        contacts=[contact("ANN", ltv=30), contact("BEN")],
        clicks=[click("ANN", "2024-01-07", "google", "cpc", "brand"), click("BEN", "2024-01-08", "bing", "cpc", "b")],
        orders=[order("a-1", "ANN", "2024-01-08", 10), order("a-2", "ANN", "2024-02-08", 20)],
        right={
            "select contact_id, order_count, net_revenue, ltv_difference"
            " from marts.customer_ltv where account = $account": [
                ("ANN", 2, 30, 0),
            ],
            "select source, campaign, sum(attributed_net) from marts.attribution_daily"
            " where account = $account and attribution_model = 'last_touch' group by all": [("google", "brand", 30)],
            "select endpoint, sum(records), bool_and(settled) from raw.loads where account = $account group by all": [
                ("contacts", 2, True),
                ("clicks", 2, True),
                ("orders", 2, True),
            ],
        },
        not_named_by=[
            "payment_statuses_are_known",
            "dates_and_amounts_can_be_read",
            "ids_name_one_thing",
            "subscriptions_have_one_contact",
            "orders_name_a_contact",
        ],
    )
]
