"""A day is the account's: a January that is backfilled alone holds its last evening, however the API cuts days."""

from dataclasses import replace
from datetime import date

from wicked_pipeline.sandbox import Reading
from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import contact, order

COHORTS = (
    "select months_since_first_order, customers, orders, net_revenue, is_complete from marts.ltv_cohorts"
    " where account = $account and cohort_month = '2024-01-01' order by 1"
)
VALUES = "select contact_id, net_revenue_30d from marts.customer_ltv where account = $account order by 1"
LEDGER = (
    "select endpoint, min(window_from), max(window_to), sum(records) from raw.loads where account = $account"
    " group by endpoint order by endpoint"
)
DATES = (
    "select record ->> 'id', partition_date from raw.orders where account = $account and (record ->> 'id') <> 'noon'"
    " order by 1"
)


def january(name: str, zone: str, first: str, evening: str, *beyond: str) -> Case:
    """January alone: an order at its `first` and one at its last instant (UTC), and some of the days `beyond`."""
    return Case(
        name=name,
        contacts=[contact("EVE", ltv=130)],
        orders=[
            order("first", "EVE", first, 30),
            order("noon", "EVE", "2024-01-15", 10),
            order("evening", "EVE", evening, 100),
            *(order(f"beyond {number}", "EVE", at, 7) for number, at in enumerate(beyond)),
        ],
        last=date(2024, 1, 31),
        today=date(2024, 2, 1),
        settings={"timezone": zone},
        right={
            COHORTS: [(0, 1, 3, 140, True)],
            VALUES: [("EVE", 40)],
            LEDGER: [
                ("clicks", "2024-01-01", "2024-01-31", 0),
                ("contacts", "2024-01-01", "2024-01-31", 1),
                ("orders", "2024-01-01", "2024-01-31", 3),
            ],
            DATES: [("evening", "2024-01-31"), ("first", "2024-01-01")],
        },
    )


LAST_EVENING = Case(
    name="last-evening",
    contacts=[contact("EVE"), contact("DAY"), contact("W30", created="2024-01-01")],
    orders=[
        order("eve", "EVE", "2024-02-01 04:00", 100),
        order("day", "DAY", "2024-01-31 20:00", 40),
        order("w30a", "W30", "2024-01-02 20:00", 10),
        order("w30b", "W30", "2024-02-01 05:00", 20),
    ],
    last=date(2024, 1, 31),
    today=date(2024, 2, 1),
    settings={"timezone": "America/Los_Angeles"},
    right={
        COHORTS: [(0, 3, 4, 170, True)],
        VALUES: [("DAY", None), ("EVE", None), ("W30", 30)],
        LEDGER: [
            ("clicks", "2024-01-01", "2024-01-31", 0),
            ("contacts", "2024-01-01", "2024-01-31", 3),
            ("orders", "2024-01-01", "2024-01-31", 4),
        ],
    },
)

READINGS = [
    Reading(to=to, zone=zone)
    for zone, to in (
        ("UTC", "exclusive"),
        ("America/Los_Angeles", "inclusive"),
        ("America/Los_Angeles", "exclusive"),
        ("+14:00", "exclusive"),
        ("-12:00", "inclusive"),
    )
]

CASES = [
    LAST_EVENING,
    *(
        replace(
            LAST_EVENING,
            name=f"last-evening, {reading.zone.split('/')[-1]} {reading.to}",
            switches={"reading": reading},
        )
        for reading in READINGS
    ),
    january(
        "evening-east", "Asia/Kolkata", "2023-12-31 18:30", "2024-01-31 18:29", "2023-12-31 18:29", "2024-01-31 18:30"
    ),
    january("evening-kiritimati", "Pacific/Kiritimati", "2023-12-31 10:00", "2024-01-31 09:59", "2024-01-31 10:00"),
    january(
        "evening-hawaii",
        "Pacific/Honolulu",
        "2024-01-01 10:00",
        "2024-02-01 09:59",
        "2024-01-01 09:59",
        "2024-02-01 10:00",
    ),
    january("evening-samoa", "Pacific/Pago_Pago", "2024-01-01 11:00", "2024-02-01 10:59", "2024-01-01 10:59"),
]
