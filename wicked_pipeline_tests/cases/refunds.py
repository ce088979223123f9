"""Money that goes back, or that stands twice: refunds of two kinds, orders of a negative amount, two full payments."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

NETS = "select order_id, refunded_revenue, net_revenue from marts.orders where account = $account"
CUSTOMERS = (
    "select contact_id, order_count, net_revenue, days_to_second_order from marts.customer_ltv where account = $account"
)
REPEATS = "select order_number, customers from marts.repeat_purchases where account = $account"
COHORTS = (
    "select months_since_first_order, orders, net_revenue, cumulative_net_revenue from marts.ltv_cohorts"
    " where account = $account and (net_revenue <> 0 or months_since_first_order = 0)"
)

MIXED_CONTACTS = [contact("ENT", ltv=35), contact("STA")]
MIXED = [
    order("ent", "ENT", "2024-01-07", 50, ("APPROVED", 50), ("Partially Refunded", 15)),
    order("sta", "STA", "2024-01-07", 80, ("REFUNDED", 80), sourceSystem="shopify"),
]
MIXED_NETS = [("ent", 15, 35), ("sta", 80, 0)]

CASES = [
    Case(
        name="refunds-mixed",
        contacts=MIXED_CONTACTS,
        orders=MIXED,
        right={NETS: MIXED_NETS},
        not_named_by=["the_refund_semantics_fit_the_reported_ltv", "no_more_is_refunded_than_was_paid"],
    ),
    Case(
        name="refunds-mixed-entries",
        contacts=MIXED_CONTACTS,
        orders=MIXED,
        variables={"refund_semantics": "entry"},
        right={NETS: MIXED_NETS},
    ),
    Case(
        # a shop whose lines hold tax, so that a partial refund alone doesn't tell of what kind it is
        name="refunds-by-habit",
        contacts=[contact("ANN")],
        orders=[
            order("clear", "ANN", "2024-01-07", 50, ("APPROVED", 54), ("REFUNDED", 54)),
            order("unclear", "ANN", "2024-01-08", 50, ("APPROVED", 44), ("Partially Refunded", 10)),
            order("other-clear", "ANN", "2024-01-09", 50, ("REFUNDED", 54), sourceSystem="shopify"),
            order(
                "other-unclear",
                "ANN",
                "2024-01-10",
                50,
                ("APPROVED", 44),
                ("Partially Refunded", 10),
                sourceSystem="shopify",
            ),
        ],
        right={NETS: [("clear", 54, 0), ("unclear", 10, 34), ("other-clear", 54, 0), ("other-unclear", 10, 44)]},
        not_named_by=["no_more_is_refunded_than_was_paid"],
    ),
    Case(
        name="paid-twice",
        contacts=[contact("ANN", ltv=50), contact("BEN", ltv=50), contact("CY", ltv=42.69)],
        orders=[
            order("captured", "ANN", "2024-01-07", 50, ("APPROVED", 50), ("APPROVED", 50)),
            order("charged-twice", "BEN", "2024-01-07", 50, ("APPROVED", 50), ("APPROVED", 50), ("REFUNDED", 50)),
            # PayPal authorises up to 115 % of what is then captured (angelleye/paypal-woocommerce #487)
            order("authorised-more", "CY", "2024-01-07", 42.69, ("APPROVED", 49.09), ("APPROVED", 42.69)),
        ],
        right={
            NETS: [("captured", 0, 50), ("charged-twice", 50, 50), ("authorised-more", 0, 42.69)],
            "select contact_id, reason from marts.ltv_reconciliation where account = $account": [
                ("ANN", None),
                ("BEN", None),
                ("CY", None),
            ],
        },
        named_by=["orders_are_paid_once"],
    ),
    Case(
        # authorised for 50, and captured for less, since a thing was sold out: nothing says that 99 wasn't paid
        name="captured-less",
        contacts=[contact("ANN"), contact("BEN")],
        orders=[
            order("captured", "ANN", "2024-01-07", 50, ("APPROVED", 50), ("APPROVED", 49)),
            order("with-a-tip", "BEN", "2024-01-07", 50, ("APPROVED", 50), ("APPROVED", 10)),
        ],
        right={
            NETS: [("captured", 0, 99), ("with-a-tip", 0, 60)],
            "select what, orders, too_much, examples from checks.orders_are_paid_once where account = $account": [
                ("paid far more than its amount", 1, 49, "stripe/captured")
            ],
        },
        named_by=["orders_are_paid_once"],
    ),
    Case(
        name="negative-order",
        contacts=[contact("NEG")],
        # the credit is taken back where it was given, not from what was clicked since
        clicks=[click("NEG", "2024-01-05", "google", "cpc", "x"), click("NEG", "2024-02-19", "bing", "cpc", "y")],
        orders=[
            order("neg-0", "NEG", "2024-01-06", 100),
            order("neg-1", "NEG", "2024-02-20", -100, payments=[]),
        ],
        right={
            CUSTOMERS: [("NEG", 1, 0, None)],
            REPEATS: [(1, 1)],
            "select order_id, is_purchase, customer_order_number from marts.orders where account = $account": [
                ("neg-0", True, 1),
                ("neg-1", False, None),
            ],
            COHORTS: [(0, 1, 100, 100), (1, 0, -100, 0)],
            "select source, is_first_order, sum(orders), sum(attributed_net) from marts.attribution_daily"
            " where account = $account and attribution_model = 'last_touch' group by all": [("google", True, 1, 0)],
            "select order_id, count(*) from marts.touchpoint_reconciliation where account = $account group by all": [
                ("neg-0", 4)
            ],
            "select reason from marts.ltv_reconciliation where account = $account": [(None,)],
        },
        not_named_by=["no_more_is_refunded_than_was_paid", "money_belongs_to_purchases"],
    ),
    Case(
        # a refund that is an order takes tax and shipping back, which the sale's amount leaves out
        # (woocommerce/woocommerce #56096); and one of what was bought before the first day read
        name="negative-order-larger",
        contacts=[contact("TAX"), contact("OLD")],
        orders=[
            order("sale", "TAX", "2024-01-06", 107, ("APPROVED", 247)),
            order("refund", "TAX", "2024-01-20", -247, ("REFUNDED", 247)),
            order("of-an-old-sale", "OLD", "2024-01-20", -30, payments=[]),
        ],
        right={
            CUSTOMERS: [("TAX", 1, 0, None), ("OLD", 0, -30, None)],
            COHORTS: [(0, 1, 0, 0)],
            "select contact_id, cohort_month from marts.customer_ltv where account = $account": [
                ("TAX", "2024-01-01"),
                ("OLD", None),
            ],
        },
        named_by=["no_more_is_refunded_than_was_paid"],
    ),
    Case(
        name="begins-nothing",
        contacts=[contact("ANN"), contact("BEN"), contact("CY")],
        clicks=[click("ANN", "2024-01-05", "google", "cpc", "x"), click("ANN", "2024-02-05", "bing", "cpc", "y")],
        orders=[
            order("trial", "ANN", "2024-01-06", 0, payments=[], subscription="s"),
            order("first", "ANN", "2024-02-06", 30, subscription="s"),
            order("rebill", "ANN", "2024-03-06", 30, subscription="s"),
            order("failed", "BEN", "2024-01-06", 30, ("FAILED", 30)),
            order("mended", "BEN", "2024-02-09", 30),
            order("trial-of-30", "CY", "2024-01-06", 30, ("APPROVED", 0)),
        ],
        right={
            "select order_id, is_first_order from marts.orders where account = $account": [
                ("trial", False),
                ("rebill", False),
                ("first", True),
                ("failed", False),
                ("mended", True),
                ("trial-of-30", False),
            ],
            "select contact_id, order_count, cohort_month, average_order_value from marts.customer_ltv"
            " where account = $account": [
                ("ANN", 2, "2024-02-01", 30),
                ("BEN", 1, "2024-02-01", 30),
                ("CY", 0, None, None),
            ],
            REPEATS: [(1, 2), (2, 1)],
            "select order_id, source from marts.order_attribution"
            " where account = $account and attribution_model = 'last_touch' and contact_id = 'ANN'": [
                ("trial", "google"),
                ("first", "bing"),
                ("rebill", "bing"),
            ],
        },
    ),
    Case(
        # what the vendor's client libraries and help pages know beyond the specification, in any case
        name="chargebacks-and-other-statuses",
        contacts=[contact("CB")],
        orders=[
            order("cb-beside", "CB", "2024-01-08", 50, ("APPROVED", 50), ("chargeback", 50)),
            order("cb-part", "CB", "2024-01-09", 50, ("APPROVED", 50), ("Chargebacks", 20)),
            order("cb-alone", "CB", "2024-01-10", 50, ("CHARGEBACK", 50)),
            order("error", "CB", "2024-01-11", 50, ("Error", 50)),
            order("written", "CB", "2024-01-11", 50, ("WRITTEN", 50)),
            order("pending", "CB", "2024-01-11", 50, ("pending", 50), ("PROCESSING", 50)),
            order("voided", "CB", "2024-01-11", 50, ("Voided", 50), ("DECLINED", 50)),
            order("taxed", "CB", "2024-01-12", 50, ("APPROVED", 50), ("TAX", 8), ("Discount", 5)),
        ],
        right={
            "select order_id, net_revenue, refunded_revenue, is_purchase from marts.orders"
            " where account = $account order by ordered_at, order_id": [
                ("cb-beside", 0, 50, True),
                ("cb-part", 30, 20, True),
                ("cb-alone", 0, 50, True),
                ("error", 0, 0, False),
                ("pending", 0, 0, False),
                ("voided", 0, 0, False),
                ("written", 0, 0, False),
                ("taxed", 50, 0, True),
            ],
        },
        not_named_by=["payment_statuses_are_known"],
    ),
]
