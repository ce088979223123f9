"""Clicks of one second: the API's flags and its own order tell which was first, whatever the clicks' hashes say."""

from collections.abc import Sequence

from wicked_pipeline.sandbox.reading import Reading
from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import Record, click, contact, order

# a contact for each order of the words, so that hashes alone would be wrong in half of them
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
SECOND = "2024-02-05 10:00"


def shop(records: Sequence[Record]) -> dict[str, Sequence[Record]]:
    names = list(dict.fromkeys(record["contactId"] for record in records))
    return {
        "contacts": [contact(name) for name in names],
        "clicks": [*records, click("OTHER", "2024-02-09", "news", "email", "x")],
        "orders": [order(f"o-{name}", name, "2024-02-06", 10) for name in names],
    }


def of_a_second(name: str, *campaigns: str, **flags: str) -> list[Record]:
    """Clicks of one second; `flags` are flags of the API, each with the campaign that has it."""
    return [
        click(name, SECOND, "google", "cpc", campaign, **{flag: word == campaign for flag, word in flags.items()})
        for campaign in campaigns
    ]


TOUCHES = """
    select contact_id, attribution_model, campaign from marts.order_attribution
    where account = $account and attribution_model in ('first_touch', 'last_touch')
"""
BY_FLAGS = [
    record
    for number, word in enumerate(WORDS)
    for record in of_a_second(f"F{number}", word, "middle", "first", isFirstClick="first", isLastClick=word)
]
BY_ORDER = [record for number, word in enumerate(WORDS) for record in of_a_second(f"P{number}", word, "later")]
OPTINS = [
    record
    for number, word in enumerate(WORDS)
    for record in (
        click(f"O{number}", SECOND, "google", "cpc", word, isFirstOptin=True, isReOptin=True),
        click(f"O{number}", SECOND, "google", "cpc", "later", isFirstOptin=True, isReOptin=True),
    )
]

CASES = [
    Case(
        name="flags-order-a-second",
        **shop(BY_FLAGS),
        right={
            TOUCHES: [
                (f"F{number}", model, campaign)
                for number, word in enumerate(WORDS)
                for model, campaign in (("first_touch", "first"), ("last_touch", word))
            ]
        },
    ),
    *[
        Case(
            name=f"an-{order}-reading-orders-a-second",
            **shop(BY_ORDER),
            switches={"reading": Reading(order=order)},
            right={
                TOUCHES: [
                    (f"P{number}", model, campaign)
                    for number, word in enumerate(WORDS)
                    for model, campaign in (("first_touch", word), ("last_touch", "later"))
                ]
            },
        )
        for order in ("ascending", "descending")
    ],
    Case(
        name="opt-ins-of-a-second",
        **shop(OPTINS),
        right={
            "select contact_id, touchpoint, click_campaign from marts.touchpoint_reconciliation"
            " where account = $account and touchpoint in ('first_optin', 're_optin')": [
                (f"O{number}", touchpoint, campaign)
                for number, word in enumerate(WORDS)
                for touchpoint, campaign in (("first_optin", word), ("re_optin", "later"))
            ]
        },
    ),
]
