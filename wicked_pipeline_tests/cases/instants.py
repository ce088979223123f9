"""Dates that mean none: year 1, 1900, 1970, 9999."""

from datetime import date

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import TOUCHPOINTS, click, contact, order

GOOGLE = {"source": "google", "medium": "cpc", "campaign": "b", "content": None, "term": None}

CASES = [
    Case(
        name="sentinel-dates",
        contacts=[contact("SEN", ltv=70, firstOptin={"date": "0001-01-01T00:00:00.000Z", **GOOGLE})],
        orders=[order("sen", "SEN", "2024-01-10", 70)],
        last=date(2024, 1, 31),
        today=date(2024, 2, 15),
        right={
            "select cohort_month, channel, count(*), min(months_since_lead), max(months_since_lead)"
            " from marts.lead_cohorts where account = $account group by all": [
                ("2024-01-01", "Paid Search", 1, 0, 0),
            ],
            "select contact_id, lead_at, days_lead_to_first_order from marts.customer_ltv where account = $account": [
                ("SEN", "2024-01-02 15:00:00", 8)
            ],
            "select cast(first_optin_at as varchar) from staging.stg_wicked__contacts where account = $account": [
                ("0001-01-01 00:00:00",)
            ],
            "select first_optin_at from marts.contacts where account = $account": [(None,)],
            "select model, field, records, earliest, examples from checks.dates_are_plausible"
            " where account = $account": [("stg_wicked__contacts", "first_optin_at", 1, "0001-01-01 00:00:00", "SEN")],
        },
        named_by=["dates_are_plausible"],
    ),
    Case(
        # .NET's least, Excel's, Unix's and SQL's greatest date, in every field that holds one
        name="sentinels-everywhere",
        contacts=[
            contact("ALL", reOptin={"date": "9999-12-31T23:59:59.999Z"}),
            contact("FIRST", firstClick={"date": "1970-01-01T00:00:00.000Z"}),
        ],
        clicks=[
            click("ALL", "2024-01-05", "google", "cpc", "x", isFirstOptin=True),
            click("ALL", "1970-01-01T00:00:00.000Z", "bing", "cpc", "y", isFirstOptin=True, isReOptin=True),
        ],
        orders=[
            order(
                "all-1",
                "ALL",
                "2024-01-10",
                10,
                attributions={name: {"date": "1970-01-01T00:00:00.000Z"} for name in TOUCHPOINTS},
                payments=[{"date": "1900-01-01T00:00:00", "status": "APPROVED", "amount": 10}],
                subscriptionId="s",
            ),
        ],
        right={
            "select first_order_at, net_revenue, lead_at from marts.customer_ltv where account = $account": [
                ("2024-01-10 15:00:00", 10, "2024-01-02 15:00:00")
            ],
            "select max(cohort_month), max(months_since_first_order) from marts.ltv_cohorts where account = $account": [
                ("2024-01-01", 2)
            ],
            "select last_paid_at from marts.subscriptions where account = $account": [(None,)],
            "select distinct source from marts.order_attribution where account = $account and order_id = 'all-1'"
            " and attribution_model in ('first_touch', 'last_touch', 'linear_touch')": [("google",)],
            # a touchpoint that says nothing but a date that means none is no touchpoint
            "select count(*) from marts.order_attribution where account = $account and touchpoint like '%_click'"
            " and attribution_model = 'first_click'": [(0,)],
            "select field, records, examples from checks.dates_are_plausible where account = $account"
            " and model in ('stg_wicked__contacts', 'stg_wicked__order_payments')": [
                ("re_optin_at", 1, "ALL"),
                ("first_click_at", 1, "FIRST"),
                ("paid_at", 1, "all-1"),
            ],
        },
        named_by=["dates_are_plausible"],
    ),
    Case(
        # a shop that was moved: its first order is as old as it is
        name="old-but-meant",
        contacts=[contact("OLD", firstOptin={"date": "2003-05-01T15:00:00.000Z"})],
        orders=[order("old-1", "OLD", "2024-01-10", 10)],
        right={
            "select lead_at from marts.customer_ltv where account = $account": [("2003-05-01 15:00:00",)],
        },
        not_named_by=["dates_are_plausible"],
    ),
]
