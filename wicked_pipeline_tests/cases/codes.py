"""Two spellings of one code: a currency, a status, a source system."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

CASES = [
    Case(
        name="currency-case",
        contacts=[contact("CUR", ltv=30)],
        clicks=[click("CUR", "2024-01-07", "google", "cpc", "x")],
        orders=[
            order("c-0", "CUR", "2024-01-08", 10, sourceSystem="shopify"),
            order("c-1", "CUR", "2024-02-08", 20, currency="usd"),
        ],
        spend=["date,source,medium,campaign,currency,spend\n2024-01-08,google,cpc,x,usd,5\n"],
        right={
            "select contact_id, currency, order_count, net_revenue, reported_ltv, ltv_difference"
            " from marts.customer_ltv where account = $account": [("CUR", "USD", 2, 30, 30, 0)],
            "select currency, cohort_month, sum(orders) from marts.ltv_cohorts where account = $account group by all": [
                ("USD", "2024-01-01", 2)
            ],
            "select currency, sum(spend), sum(attributed_net) from marts.channel_performance"
            " where account = $account and attribution_model = 'last_touch' group by all": [("USD", 5, 30)],
        },
        not_named_by=["currencies_are_known"],
    ),
    Case(
        # blanks that can't be seen, in what people copy from web pages and sheets
        name="currency-blanks",
        contacts=[contact("B", ltv=30)],
        orders=[
            order("b-0", "B", "2024-01-08", 10, currency="EUR\u00a0"),
            order("b-1", "B", "2024-01-09", 10, currency="\ufeffeur"),
            order("b-2", "B", "2024-01-10", 10, currency=" E\u200bUR\t"),
        ],
        right={
            "select currency, order_count, net_revenue from marts.customer_ltv where account = $account": [
                ("EUR", 3, 30)
            ],
            "select count(distinct record->>'currency') from raw.orders where account = $account": [(3,)],
        },
        not_named_by=["currencies_are_known"],
    ),
    Case(
        # Shopify's own word for it is partially_refunded
        name="status-spellings",
        contacts=[contact("S")],
        orders=[
            order("s-0", "S", "2024-01-08", 10, ("Approved ", 10)),
            order("s-1", "S", "2024-01-09", 20, ("partially_refunded", 20)),
            order("s-2", "S", "2024-01-10", 40, ("PARTIALLY\u00a0REFUNDED", 40)),
            order("s-3", "S", "2024-01-11", 80, ("manual", 80)),
            order("s-4", "S", "2024-01-12", 160, (" Failed", 160)),
        ],
        right={
            "select order_id, status from staging.stg_wicked__order_payments where account = $account": [
                ("s-0", "APPROVED"),
                ("s-1", "Partially Refunded"),
                ("s-2", "Partially Refunded"),
                ("s-3", "MANUAL"),
                ("s-4", "FAILED"),
            ],
            "select sum(net_revenue), sum(refunded_revenue), count(*) filter (where is_purchase)"
            " from marts.orders where account = $account": [(90, 60, 4)],
        },
        not_named_by=["payment_statuses_are_known"],
    ),
    Case(
        name="system-spellings",
        contacts=[contact("SYS", sourceSystem="HubSpot ")],
        orders=[
            order("sys-0", "SYS", "2024-01-08", 10, sourceSystem="Stripe"),
            order("sys-1", "SYS", "2024-01-09", 10, sourceSystem="stripe "),
            order("sys-2", "SYS", "2024-01-10", 10, sourceSystem="STRIPE"),
        ],
        right={
            "select source_system, count(*) from staging.stg_wicked__orders where account = $account group by all": [
                ("stripe", 3)
            ],
            "select order_key from staging.stg_wicked__orders where account = $account and order_id = 'sys-1'": [
                ("stripe/sys-1",)
            ],
            "select source_system from staging.stg_wicked__contacts where account = $account": [("hubspot",)],
        },
    ),
    Case(
        name="unknown-codes",
        contacts=[contact("U")],
        orders=[
            order("u-0", "U", "2024-01-08", 10, currency="US$"),
            order("u-1", "U", "2024-01-09", 10, currency="POINTS"),
            order("u-2", "U", "2024-01-10", 10, ("settled later", 10)),
            order("u-3", "U", "2024-01-10", 10, ("", 10)),
        ],
        right={
            "select currency, examples from checks.currencies_are_known where account = $account": [
                ("US$", "u-0"),
                ("POINTS", "u-1"),
            ],
            "select status, examples from checks.payment_statuses_are_known where account = $account": [
                ("SETTLED LATER", "u-2"),
                (None, "u-3"),
            ],
        },
        named_by=["currencies_are_known", "payment_statuses_are_known"],
    ),
    Case(
        name="orders-that-say-too-little",
        contacts=[contact("L")],
        orders=[
            order("l-0", "L", "2024-01-08", 10, currency=None),
            order("l-1", "L", "2024-01-09", None, ("APPROVED", 7)),
        ],
        right={
            "select order_id, currency, gross_revenue, net_revenue, is_purchase from marts.orders"
            " where account = $account": [("l-0", None, 10, 10, True), ("l-1", "USD", 0, 7, False)],
            "select records, examples from checks.currencies_are_known where account = $account": [(1, "l-0")],
        },
        named_by=["currencies_are_known", "money_belongs_to_purchases"],
    ),
    Case(
        name="one-slip-in-a-hundred-orders",
        contacts=[contact("S")],
        orders=[
            order("s-0", "S", "2024-01-08", 10, currency=None),
            order("s-1", "S", "2024-01-08", None, ("APPROVED", 7)),
            *[order(f"s-{number}", "S", "2024-01-09", 10) for number in range(2, 100)],
        ],
        right={
            "select currency, sum(net_revenue) from marts.orders where account = $account group by all": [
                (None, 10),
                ("USD", 987),
            ]
        },
        not_named_by=["currencies_are_known", "money_belongs_to_purchases"],
    ),
]
