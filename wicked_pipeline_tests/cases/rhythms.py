"""Subscriptions whose orders come off the beat: retries, prorations, skips, changes of plan, and lone orders."""

from collections.abc import Iterator
from datetime import date

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import Record, contact, order

STATE = (
    "select subscription_id, interval_days, interval_from, status, mrr, cast(expected_next_at as date)"
    " from marts.subscriptions where account = $account"
)
MONTHS = (
    'select month, "new", reactivated, churned, churn_rate, active_at_end, mrr_at_end'
    " from marts.subscriptions_monthly where account = $account"
)
FIVE_MONTHS = ("2023-11", "2023-12", "2024-01", "2024-02", "2024-03")
JANUARY, FEBRUARY, MARCH = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)


def retried() -> Iterator[Record]:
    """Each month's attempt fails, and the retry three days later is paid."""
    for month in ("01", "02", "03"):
        yield order(f"{month}-a", "DEE", f"2024-{month}-05", 30, ("FAILED", 30), subscription="sub-dee")
        yield order(f"{month}-b", "DEE", f"2024-{month}-08", 30, subscription="sub-dee")


def paid(name: str, amounts: dict[str, float], product: str = "p") -> list[Record]:
    """A subscription of the contact `name`, paid on these days."""
    return [
        order(f"{name}-{day}", name, day, amount, subscription=f"sub-{name.lower()}", product=product)
        for day, amount in amounts.items()
    ]


CASES = [
    Case(
        name="sub-retries",
        contacts=[contact("DEE", ltv=90), contact("NEW", ltv=30, created="2024-03-10")],
        orders=[*retried(), *paid("NEW", {"2024-03-10": 30})],
        right={
            STATE: [
                ("sub-dee", 30, "own", "active", 30, date(2024, 4, 8)),
                ("sub-new", 30, "product", "active", 30, date(2024, 4, 10)),
            ],
            MONTHS: [
                (JANUARY, 1, 0, 0, None, 1, 30),
                (FEBRUARY, 0, 0, 0, 0, 1, 30),
                (MARCH, 1, 0, 0, 0, 2, 60),
            ],
        },
        not_named_by=["subscription_intervals_are_known", "recurring_revenue_is_in_proportion_to_what_was_paid"],
    ),
    Case(
        # from 29 to 79 in mid-period: the rest of the period is charged at once, the month's price follows
        # (segmentio/stripe-cohort, pull request 1)
        name="sub-upgrade-in-mid-period",
        contacts=[contact("UPA", ltv=212), contact("UPB", ltv=54)],
        orders=[
            *paid("UPA", {"2024-01-05": 29, "2024-01-20": 25, "2024-02-05": 79, "2024-03-05": 79}),
            *paid("UPB", {"2024-03-05": 29, "2024-03-20": 25}),
        ],
        right={
            STATE: [
                ("sub-upa", 30, "own", "active", 79, date(2024, 4, 5)),
                ("sub-upb", 30, "assumed", "active", 29, date(2024, 4, 5)),
            ],
            MONTHS: [
                (JANUARY, 1, 0, 0, None, 1, 29),
                (FEBRUARY, 0, 0, 0, 0, 1, 79),
                (MARCH, 1, 0, 0, 0, 2, 108),
            ],
        },
    ),
    Case(
        # something small is bought some days after each renewal; and once after a year's, at a discount the year before
        name="sub-extras",
        contacts=[contact("EXT"), contact("YEAR", created="2022-01-02")],
        orders=[
            *paid(
                "EXT",
                {
                    "2024-01-05": 30,
                    "2024-01-07": 10,
                    "2024-02-05": 30,
                    "2024-02-08": 10,
                    "2024-03-05": 30,
                    "2024-03-07": 10,
                },
            ),
            *paid("YEAR", {"2022-03-01": 120, "2023-02-28": 60, "2024-02-29": 120, "2024-03-02": 15}, product="y"),
        ],
        first=date(2022, 1, 1),
        right={
            STATE: [
                ("sub-ext", 30, "own", "active", 30, date(2024, 4, 5)),
                ("sub-year", 365, "own", "active", 10, date(2025, 2, 28)),
            ],
        },
    ),
    Case(
        # a field of blanks is none: these three bought no subscription together
        name="sub-blank-ids",
        contacts=[contact(name) for name in ("ANN", "BEN", "CY")],
        orders=[
            order("1", "ANN", "2024-01-05", 10, subscription=" "),
            order("2", "BEN", "2024-02-05", 10, subscription=" "),
            order("3", "CY", "2024-03-05", 10, subscription="\u00a0"),
        ],
        right={"select count(*) from marts.subscriptions where account = $account": [(0,)]},
        not_named_by=["subscriptions_have_one_contact"],
    ),
    Case(
        # a catch-up payment, a second order on the day, and a payment nine days late
        name="sub-catch-up",
        contacts=[contact("CAT", ltv=159)],
        orders=[
            *paid("CAT", {"2023-11-01": 30, "2024-01-01": 30, "2024-01-02": 30, "2024-02-10": 30, "2024-03-01": 30}),
            order("cat-extra", "CAT", "2024-03-01 15:05", 9, subscription="sub-cat"),
        ],
        first=date(2023, 11, 1),
        right={
            STATE: [("sub-cat", 30, "own", "active", 30, date(2024, 4, 1))],
            "select sum(churned), max(churn_rate), max(mrr_at_end) from marts.subscriptions_monthly"
            " where account = $account": [(1, 1, 30)],
        },
    ),
    Case(
        name="sub-skipped-weeks",
        contacts=[contact("BOX"), contact("ONE")],
        orders=[
            *paid(
                "BOX",
                dict.fromkeys(
                    [
                        "2024-01-03",
                        "2024-01-10",
                        "2024-01-24",
                        "2024-01-31",
                        "2024-02-21",
                        "2024-02-28",
                        "2024-03-13",
                        "2024-03-20",
                        "2024-03-27",
                    ],
                    12,
                ),
            ),
            *paid("ONE", {"2024-03-28": 12}),
        ],
        right={
            STATE: [
                ("sub-box", 7, "own", "active", 52, date(2024, 4, 3)),
                ("sub-one", 7, "product", "active", 52, date(2024, 4, 4)),
            ],
        },
    ),
    Case(
        name="sub-every-four-weeks",
        contacts=[contact("FOUR")],
        orders=paid("FOUR", dict.fromkeys(["2024-01-02", "2024-01-30", "2024-02-27", "2024-03-26"], 28)),
        right={STATE: [("sub-four", 28, "own", "active", 30.4375, date(2024, 4, 23))]},
    ),
    Case(
        name="sub-month-to-year",
        contacts=[contact("MY")],
        orders=paid("MY", {"2024-01-05": 30, "2024-02-05": 30, "2024-03-05": 300}),
        right={
            STATE: [("sub-my", 365, "own", "active", 25, date(2025, 3, 5))],
            MONTHS: [
                (JANUARY, 1, 0, 0, None, 1, 30),
                (FEBRUARY, 0, 0, 0, 0, 1, 30),
                (MARCH, 0, 0, 0, 0, 1, 25),
            ],
        },
    ),
    Case(
        # nothing renewed yet: one is named after its period, three are long due and silent, of one nothing is known
        name="sub-lone-orders",
        contacts=[contact(name) for name in ("ANNUAL", "QA", "QB", "QC", "UNKNOWN")],
        orders=[
            *paid("ANNUAL", {"2024-03-05": 240}, product="annual-pass"),
            *paid("QA", {"2024-01-03": 600}, product="q"),
            *paid("QB", {"2024-01-04": 600}, product="q"),
            *paid("QC", {"2024-01-05": 600}, product="q"),
            *paid("UNKNOWN", {"2024-03-05": 40}, product="u"),
        ],
        right={
            STATE: [
                ("sub-annual", 365, "name", "active", 20, date(2025, 3, 5)),
                ("sub-qa", 365, "assumed", "active", 50, date(2025, 1, 3)),
                ("sub-qb", 365, "assumed", "active", 50, date(2025, 1, 4)),
                ("sub-qc", 365, "assumed", "active", 50, date(2025, 1, 5)),
                ("sub-unknown", 30, "assumed", "active", 40, date(2024, 4, 5)),
            ],
        },
    ),
    Case(
        # a free fortnight, then paid; only tried; begun with a purchase, a free order later
        name="sub-trials",
        contacts=[contact(name) for name in ("TRY", "FREE", "BUY")],
        orders=[
            *paid("TRY", {"2024-01-05": 0, "2024-01-19": 30, "2024-02-19": 30, "2024-03-19": 30}),
            *paid("FREE", {"2024-03-20": 0}),
            *paid("BUY", {"2024-02-10": 30, "2024-02-20": 0, "2024-03-10": 30}),
        ],
        right={
            "select subscription_id, status, cast(trial_started_at as date), cast(converted_at as date), orders,"
            " interval_days from marts.subscriptions where account = $account": [
                ("sub-try", "active", date(2024, 1, 5), date(2024, 1, 19), 3, 30),
                ("sub-free", "trial", date(2024, 3, 20), None, 0, None),
                ("sub-buy", "active", None, None, 2, 30),
            ],
            MONTHS: [
                (JANUARY, 1, 0, 0, None, 1, 30),
                (FEBRUARY, 1, 0, 0, 0, 2, 60),
                (MARCH, 0, 0, 0, 0, 2, 60),
            ],
        },
    ),
    Case(
        # a box a week that many began to buy in the last days: four times what they paid yet
        name="sub-out-of-proportion",
        contacts=[contact("OLD")],
        orders=[
            *paid(
                "OLD", {f"2024-{month}-{day}": 12 for month in ("01", "02", "03") for day in ("04", "11", "18", "25")}
            ),
            *(lone for number in range(24) for lone in paid(f"N{number}", {"2024-03-28": 12})),
        ],
        right={
            "select mrr_at_end, churned from marts.subscriptions_monthly where account = $account order by month": [
                (52, 0),
                (52, 0),
                (1300, 0),
            ],
        },
        named_by=["recurring_revenue_is_in_proportion_to_what_was_paid"],
        not_named_by=["subscription_intervals_are_known"],
    ),
    Case(
        name="sub-intervals-unknown",
        orders=[lone for number in range(12) for lone in paid(f"N{number}", {"2024-03-28": 40})],
        right={"select sum(mrr) from marts.subscriptions where account = $account": [(480,)]},
        named_by=["subscription_intervals_are_known"],
        not_named_by=["recurring_revenue_is_in_proportion_to_what_was_paid"],
    ),
    Case(
        name="sub-two-plans-of-one-id",
        first=date(2023, 9, 1),
        orders=[
            *paid("TWO", {f"{month}-05": 30 for month in FIVE_MONTHS}),
            *paid("TWO", {f"{month}-20": 15 for month in FIVE_MONTHS}),
            *paid("ONE", {f"{month}-05": 30 for month in FIVE_MONTHS}),
            *paid("LESS", {f"{month}-05": 30 if month < "2024-03" else 15 for month in FIVE_MONTHS}),
        ],
        right={"select examples from checks.mrr_holds_what_subscriptions_pay where account = $account": [("sub-two",)]},
        named_by=["mrr_holds_what_subscriptions_pay"],
    ),
    Case(
        name="sub-plans-of-their-own",
        first=date(2023, 9, 1),
        orders=[
            *paid("ONE", {f"{month}-05": 30 for month in FIVE_MONTHS}),
            *paid("LESS", {f"{month}-05": 30 if month < "2024-03" else 15 for month in FIVE_MONTHS}),
            *paid("MORE", {**{f"{month}-05": 30 for month in FIVE_MONTHS}, "2024-02-20": 80}),
        ],
        right={"select count(*) from marts.subscriptions where account = $account": [(3,)]},
        not_named_by=["mrr_holds_what_subscriptions_pay"],
    ),
]
