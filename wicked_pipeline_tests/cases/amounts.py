"""Amounts that are far larger than the others, or have more digits than a number of JSON keeps."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

WIDEST = "99999999999999.9999"

CASES = [
    Case(
        name="big-amount",
        contacts=[contact("A1", ltv=10), contact("A2", ltv=10_000_000_000)],
        clicks=[click("A1", "2024-02-05", "google", "cpc", "brand")],
        orders=[
            order("o1", "A1", "2024-02-06", 10),
            order("o2", "A2", "2024-02-06 16:00", 10_000_000_000, currency="IDR"),
        ],
        right={
            "select contact_id, currency, net_revenue, ltv_difference from marts.customer_ltv"
            " where account = $account": [("A1", "USD", 10, 0), ("A2", "IDR", 10_000_000_000, 0)],
            "select currency, sum(attributed_net) from marts.attribution_daily where account = $account"
            " and attribution_model = 'last_touch' group by all": [("USD", 10), ("IDR", 10_000_000_000)],
        },
    ),
    Case(
        # a phone number typed for a price, twice: the sum has more digits than an amount may have
        name="amounts-at-their-widest",
        contacts=[contact("W")],
        clicks=[click("W", "2024-02-05", "google", "cpc", "brand"), click("W", "2024-02-04", "bing", "cpc", "b")],
        orders=[
            order("w1", "W", "2024-02-06", 0, subscription="s") | {"amount": WIDEST, "payments": []},
            order("w2", "W", "2024-03-06", 0, subscription="s") | {"amount": WIDEST, "payments": []},
            order("w3", "W", "2024-03-07", 1) | {"amount": 1, "payments": [{"status": "APPROVED", "amount": 0.0001}]},
        ],
        right={
            "select cast(net_revenue as varchar) from marts.customer_ltv where account = $account": [
                ("199999999999999.9999",)
            ],
            "select attribution_model, cast(sum(attributed_net) as varchar) from marts.order_attribution"
            " where account = $account and order_id = 'w1' and attribution_model in ('linear_touch', 'markov')"
            " group by all": [("linear_touch", WIDEST), ("markov", WIDEST)],
        },
    ),
    Case(
        # payments of one order that come to more than an amount may have
        name="payments-beyond-the-widest",
        contacts=[contact("P")],
        orders=[
            order("p1", "P", "2024-02-06", 10)
            | {"payments": [{"status": "APPROVED", "amount": WIDEST}, {"status": "APPROVED", "amount": WIDEST}]},
        ],
        right={
            "select cast(net_revenue as varchar) from marts.orders where account = $account": [(WIDEST,)],
            "select order_id from checks.payments_of_an_order_fit where account = $account": [("p1",)],
        },
        named_by=["payments_of_an_order_fit"],
    ),
]
