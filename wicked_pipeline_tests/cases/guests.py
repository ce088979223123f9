"""One person under two ids, one sale as two records."""

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import Record, click, contact, order

CUSTOMERS = "select contact_id, order_count, net_revenue, reported_ltv from marts.customer_ltv where account = $account"
ORDERS = "select order_id, contact_id, contact_matched_by, is_first_order from marts.orders where account = $account"
LAST_TOUCH = (
    "select order_id, source from marts.order_attribution where account = $account and attribution_model = 'last_touch'"
)


def guest(email: str | None, name: str | None = "GUEST-9") -> Record:
    """The contact of a guest's order."""
    return {"id": name, "sourceId": "g9", "sourceSystem": "unknown", "email": email}


CASES = [
    Case(
        name="guest-email",
        contacts=[contact("JO", ltv=30)],
        clicks=[click("JO", "2024-01-09", "google", "cpc", "jo")],
        orders=[
            order("jo-1", "JO", "2024-01-10", 10),
            order("jo-2", "JO", "2024-02-10", 20, contact=guest("Jo@Example.com")),
        ],
        right={
            CUSTOMERS: [("JO", 2, 30, 30)],
            ORDERS: [("jo-1", "JO", "id", True), ("jo-2", "JO", "email", False)],
            LAST_TOUCH: [("jo-1", "google"), ("jo-2", "google")],
        },
        not_named_by=["guests_are_one_contact", "contact_is_known_stg_wicked__orders_contact_email"],
    ),
    Case(
        # a click before the sign-up names an id that no window returned
        name="guest-clicks",
        contacts=[contact("JO", ltv=10)],
        clicks=[
            click("ANON-1", "2024-01-08", "bing", "cpc", "early", email=" JO@example.com"),
            click("ANON-2", "2024-01-09", "google", "cpc", "late", email="jo@example.com"),
            click("ANON-3", "2024-01-09", "news", "email", "other", email="someone@example.com"),
        ],
        orders=[order("jo-1", "JO", "2024-01-10", 10)],
        right={
            LAST_TOUCH: [("jo-1", "google")],
            "select source from marts.order_attribution"
            " where account = $account and attribution_model = 'first_touch'": [("bing",)],
            "select utm_source, contact_id, contact_matched_by from marts.clicks where account = $account": [
                ("bing", "JO", "email"),
                ("google", "JO", "email"),
                ("news", "ANON-3", None),
            ],
        },
        named_by=["contact_is_known_stg_wicked__clicks_email"],
    ),
    Case(
        # a mailbox that a household shares: nobody knows who bought
        name="guest-of-several",
        contacts=[contact("ANN", email="home@example.com"), contact("BEN", email="Home@example.com")],
        clicks=[click("ANON-1", "2024-01-09", "google", "cpc", "x", email="home@example.com")],
        orders=[order("o-1", "ANN", "2024-01-10", 10, contact=guest("HOME@example.com"))],
        right={ORDERS: [("o-1", "GUEST-9", None, True)]},
        named_by=["guests_are_one_contact", "contact_is_known_stg_wicked__orders_contact_email"],
    ),
    Case(
        # addresses as people copy them: with marks that nobody sees, and letters composed otherwise
        name="guest-spellings",
        contacts=[contact("JO", email="jo@example.com"), contact("MAX", email="Max.M\u00fcller@example.com")],
        clicks=[click("ANON", "2024-01-08", "bing", "cpc", "x", email="JO@example.com\u00a0")],
        orders=[
            order("jo-1", "JO", "2024-01-10", 10, contact=guest("\ufeffjo@example.com\t")),
            order("max-1", "MAX", "2024-01-10", 10, contact=guest("max.mu\u0308ller@example.com", "GUEST-8")),
        ],
        right={
            ORDERS: [("jo-1", "JO", "email", True), ("max-1", "MAX", "email", True)],
            "select contact_id, contact_matched_by from marts.clicks where account = $account": [("JO", "email")],
        },
        not_named_by=["contact_is_known_stg_wicked__orders_contact_email"],
    ),
    Case(
        # a system that takes addresses for ids: checks show none
        name="addresses-as-ids",
        contacts=[contact("ann@example.com")],
        orders=[
            order("ann@example.com/1", "ann@example.com", "2024-01-10", 10, ("odd", 10)),
            order("2", "zed@example.com", "2024-01-10", 10),
        ],
        right={
            "select examples from checks.payment_statuses_are_known where account = $account": [("…@example.com/1",)],
            "select contact_id from checks.contact_is_known_stg_wicked__orders_contact_email"
            " where account = $account": [("…@example.com",)],
        },
        named_by=["payment_statuses_are_known", "contact_is_known_stg_wicked__orders_contact_email"],
    ),
    Case(
        # the shop's order and its payment system's
        name="one-sale-twice",
        contacts=[contact("JO", ltv=50)],
        orders=[
            order("1001", "JO", "2024-01-10 15:00", 50, sourceSystem="shopify"),
            order("ch_1", "JO", "2024-01-10 15:01", 50, sourceSystem="stripe"),
        ],
        right={CUSTOMERS: [("JO", 2, 100, 50)]},
        named_by=["a_sale_is_one_order"],
    ),
    Case(
        # two of one thing, and another system's sale an hour later
        name="two-sales",
        contacts=[contact("JO", ltv=150)],
        orders=[
            order("1001", "JO", "2024-01-10 15:00", 50, sourceSystem="shopify"),
            order("1002", "JO", "2024-01-10 15:00", 50, sourceSystem="shopify"),
            order("ch_1", "JO", "2024-01-10 16:00", 50, sourceSystem="stripe"),
        ],
        right={CUSTOMERS: [("JO", 3, 150, 150)]},
        not_named_by=["a_sale_is_one_order"],
    ),
]
