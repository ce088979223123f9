"""Planted faults, each beside the clean account that its check has to leave alone."""

from datetime import date, timedelta

from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.cases.records import contact, order

DAYS = [str(date(2024, 1, 2) + timedelta(number)) for number in range(0, 88, 2)]
WITH_PARTS = [("APPROVED", 110.0), ("TAX", 10.0), ("DISCOUNT", 5.0)]
TAX_ON_TOP = [("APPROVED", 100.0), ("TAX", 10.0)]

CASES = [
    Case(
        name="checks-clean",
        contacts=[contact("ANN")],
        orders=[order(f"o-{day}", "ANN", day, 110, *WITH_PARTS) for day in DAYS],
        right={},
        not_named_by=["currencies_are_not_new", "payments_add_up_to_their_orders", "records_are_as_usual"],
    ),
    Case(
        name="checks-new-currency",
        contacts=[contact("ANN")],
        orders=[order(f"o-{day}", "ANN", day, 10, currency="EUR" if day == DAYS[-1] else "USD") for day in DAYS],
        right={},
        named_by=["currencies_are_not_new"],
    ),
    Case(
        name="checks-tax-on-top",
        contacts=[contact("ANN")],
        orders=[order(f"o-{day}", "ANN", day, 110, *TAX_ON_TOP) for day in DAYS],
        right={"select distinct fits_best from checks.payments_add_up_to_their_orders where account = $account": [
            ("money_and_tax",)
        ]},
        named_by=["payments_add_up_to_their_orders"],
    ),
    Case(
        name="checks-quiet-day",
        contacts=[contact("ANN")],
        orders=[
            order(f"o-{day}-{number}", "ANN", str(day), 10)
            for day in (date(2024, 1, 2) + timedelta(n) for n in range(90))
            for number in range(2 if day == date(2024, 3, 27) else 30)
        ],
        right={"select day, records, expected from checks.records_are_as_usual where account = $account": [
            ("2024-03-27", 2, 30)
        ]},
        named_by=["records_are_as_usual"],
    ),
]  # fmt: skip
