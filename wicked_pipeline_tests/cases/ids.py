"""Ids that are unique only within their source system, or not even there."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import click, contact, order

MET = "ids_name_one_thing"
ONE_CONTACT = "subscriptions_have_one_contact"
NAMELESS = "orders_name_a_contact"
UNKNOWN = "contact_is_known_stg_wicked__orders_contact_email"

CASES = [
    Case(
        name="ids-orders",
        contacts=[contact("ANN", ltv=40), contact("BOB", ltv=60)],
        orders=[
            order("1001", "ANN", "2024-01-09", 40, sourceSystem="shopify"),
            order("1001", "BOB", "2024-01-12", 60, sourceSystem="woocommerce"),
        ],
        right={
            "select total, records, rejected, reads from raw.loads where account = $account and endpoint = 'orders'": [
                (2, 2, 0, 1)  # nothing to read the window again for
            ],
            "select order_key, order_id, source_system, contact_id, net_revenue from marts.orders"
            " where account = $account": [
                ("shopify/1001", "1001", "shopify", "ANN", 40),
                ("woocommerce/1001", "1001", "woocommerce", "BOB", 60),
            ],
            "select contact_id, reported_ltv, net_revenue, reason from marts.ltv_reconciliation"
            " where account = $account": [("ANN", 40, 40, None), ("BOB", 60, 60, None)],
            "select order_key, unit_price from staging.stg_wicked__order_products where account = $account": [
                ("shopify/1001", 40),
                ("woocommerce/1001", 60),
            ],
        },
        named_by=[MET],
        not_named_by=[ONE_CONTACT, NAMELESS, UNKNOWN],
    ),
    Case(
        # as reported of a join by invoice alone (fivetran/dbt_quickbooks #120): each sale got the other's payments, too
        name="ids-payments",
        contacts=[contact("ANN"), contact("BOB")],
        clicks=[click("ANN", "2024-01-08", "google", "cpc", "a"), click("BOB", "2024-01-08", "bing", "cpc", "b")],
        orders=[
            order("7", "ANN", "2024-01-09", 40, ("APPROVED", 40), ("FAILED", 40), sourceSystem="shopify"),
            order("7", "BOB", "2024-01-09", 60, ("REFUNDED", 60), sourceSystem="woocommerce"),
        ],
        right={
            "select order_key, net_revenue, refunded_revenue from marts.orders where account = $account": [
                ("shopify/7", 40, 0),
                ("woocommerce/7", 0, 60),
            ],
            "select order_key, contact_id, campaign, attributed_gross from marts.order_attribution"
            " where account = $account and attribution_model = 'last_touch'": [
                ("shopify/7", "ANN", "a", 40),
                ("woocommerce/7", "BOB", "b", 60),
            ],
            "select order_key, click_campaign from marts.touchpoint_reconciliation"
            " where account = $account and touchpoint = 'last_click'": [
                ("shopify/7", "a"),
                ("woocommerce/7", "b"),
            ],
        },
        named_by=[MET],
    ),
    Case(
        # two shops of one platform, as reported of shops of one Magento (Adyen/adyen-magento2 #1432); one order came
        # twice, as a record does that paging shows on two pages
        name="ids-orders-of-one-system",
        contacts=[contact("ANN"), contact("BOB")],
        orders=[
            order("1001", "BOB", "2024-01-12", 60, sourceSystem="shopify"),
            order("1001", "ANN", "2024-01-09", 40, sourceSystem="shopify"),
            order("1001", "ANN", "2024-01-09", 40, sourceSystem="shopify"),
        ],
        right={
            "select order_key, contact_id, net_revenue from marts.orders where account = $account": [
                ("shopify/1001", "ANN", 40),
                ("shopify/1001#2", "BOB", 60),
            ],
            "select contact_id, order_count, net_revenue from marts.customer_ltv where account = $account": [
                ("ANN", 1, 40),
                ("BOB", 1, 60),
            ],
        },
        named_by=[MET],
    ),
    Case(
        # two billing systems number from 1001; an order that names no system is of the only one that its id is known in
        name="ids-subscriptions",
        contacts=[contact("ANN"), contact("BOB"), contact("CYD")],
        clicks=[
            click("ANN", "2024-01-04", "google", "cpc", "a"),
            click("BOB", "2024-01-05", "bing", "cpc", "b"),
            click("CYD", "2024-01-05", "news", "email", "c"),
        ],
        orders=[
            order("r1", "ANN", "2024-01-05", 10, subscription="1001", sourceSystem="recurly"),
            order("r2", "ANN", "2024-02-05", 10, subscription="1001", sourceSystem="recurly"),
            order("c1", "BOB", "2024-01-06", 99, subscription="1001", sourceSystem="chargebee"),
            order("c2", "BOB", "2024-02-06", 99, subscription="1001", sourceSystem="Chargebee "),
            order("c3", "CYD", "2024-01-06", 7, subscription="1002", sourceSystem="chargebee"),
            order("c4", "CYD", "2024-02-06", 7, subscription="1002", sourceSystem=None),
        ],
        right={
            "select source_system, subscription_id, contact_id, orders, interval_days, net_revenue"
            " from marts.subscriptions where account = $account": [
                ("recurly", "1001", "ANN", 2, 30, 20),
                ("chargebee", "1001", "BOB", 2, 30, 198),
                ("chargebee", "1002", "CYD", 2, 30, 14),
            ],
            "select order_id, campaign from marts.order_attribution"
            " where account = $account and attribution_model = 'last_touch'": [
                ("r1", "a"),
                ("r2", "a"),
                ("c1", "b"),
                ("c2", "b"),
                ("c3", "c"),
                ("c4", "c"),
            ],
        },
        named_by=[MET],
        not_named_by=[ONE_CONTACT],
    ),
    Case(
        # two accounts of one billing system (reported of dj-stripe, #1196): nothing tells them apart, so a check speaks
        name="ids-subscriptions-of-one-system",
        contacts=[contact("ANN"), contact("BOB")],
        orders=[
            order("1", "ANN", "2024-01-05", 10, subscription="1001", sourceSystem="recurly"),
            order("2", "BOB", "2024-01-06", 99, subscription="1001", sourceSystem="recurly"),
        ],
        right={
            "select subscription_id, orders, net_revenue from marts.subscriptions where account = $account": [
                ("1001", 2, 109)
            ],
        },
        named_by=[ONE_CONTACT],
        not_named_by=[MET],
    ),
    Case(
        # clicks name a contact by its id alone: it stays one, and no figure of it is doubled
        name="ids-contacts",
        contacts=[
            contact("1", ltv=5, created="2024-01-20", sourceSystem="klaviyo", email="kim@example.com"),
            contact("1", ltv=30, created="2024-01-02", sourceSystem="hubspot", email="hal@example.com"),
        ],
        clicks=[click("1", "2024-01-03", "google", "cpc", "a")],
        orders=[order("o-1", "1", "2024-01-04", 10), order("o-2", "1", "2024-02-04", 20)],
        right={
            "select contact_id, source_system, ltv from marts.contacts where account = $account": [
                ("1", "hubspot", 30)
            ],
            "select contact_id, order_count, net_revenue, reported_ltv from marts.customer_ltv"
            " where account = $account": [("1", 2, 30, 30)],
            "select sum(net_revenue) from marts.lead_cohorts where account = $account": [(30,)],
            "select sum(attributed_net) from marts.attribution_daily"
            " where account = $account and attribution_model = 'first_touch'": [(30,)],
        },
        named_by=[MET],
    ),
    Case(
        # an order that names no contact is nobody's: it isn't a contact that no window returned
        name="ids-of-nobody",
        contacts=[contact("ANN")],
        orders=[order("1", "ANN", "2024-01-05", 10), order("2", None, "2024-01-06", 20)],
        right={
            "select order_id, contact_id, net_revenue from marts.orders where account = $account": [
                ("1", "ANN", 10),
                ("2", None, 20),
            ],
        },
        named_by=[NAMELESS],
        not_named_by=[UNKNOWN, MET],
    ),
    Case(
        name="ids-of-strangers",
        contacts=[contact("ANN")],
        orders=[order("1", "ANN", "2024-01-05", 10), order("2", "ZED", "2024-01-06", 20)],
        right={"select count(*) from marts.orders where account = $account": [(2,)]},
        named_by=[UNKNOWN],
        not_named_by=[NAMELESS],
    ),
]
