"""What the lifetime-value marts should hold, worked out from the rows of `reference.orders` in plain Python."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from wicked_pipeline_tests.dbt.reference import CENT, Row, in_turn


def _by_customer(orders: Iterable[Row]) -> dict[tuple[Any, Any], list[Row]]:
    customers: dict[tuple[Any, Any], list[Row]] = defaultdict(list)
    for order in sorted(orders, key=in_turn):
        customers[order["contact_id"], order["currency"]].append(order)
    return customers


def _mean(amount: Decimal, count: int) -> Decimal:
    return (amount / count).quantize(CENT, ROUND_HALF_UP)


def customer_ltv(orders: list[Row], reported: Mapping[Any, Decimal | None]) -> list[Row]:
    customers = _by_customer(orders)
    currencies: dict[Any, int] = defaultdict(int)
    for contact, _ in customers:
        currencies[contact] += 1
    rows = []
    for (contact, currency), own in customers.items():
        bought = [order for order in own if order["is_purchase"]]
        net = sum((order["net_revenue"] for order in own), Decimal())
        ltv = reported.get(contact)
        rows.append({
            "contact_id": contact, "currency": currency,
            "cohort_month": bought[0]["order_date"].replace(day=1) if bought else None,
            "order_count": len(bought), "net_revenue": net,
            "gross_revenue": sum(order["gross_revenue"] for order in own),
            "refunded_revenue": sum(order["refunded_revenue"] for order in own),
            "average_order_value": _mean(net, len(bought)) if bought else None,
            "first_order_at": bought[0]["ordered_at"] if bought else None,
            "last_order_at": bought[-1]["ordered_at"] if bought else None,
            "days_to_second_order":
                (bought[1]["order_date"] - bought[0]["order_date"]).days if len(bought) > 1 else None,
            "reported_ltv": ltv,
            "ltv_difference": None if ltv is None or currencies[contact] > 1 else ltv - net,
        })  # fmt: skip
    return rows


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def ltv_cohorts(orders: list[Row], last_day: date) -> list[Row]:
    cohorts: dict[tuple[Any, int], list[list[Row]]] = defaultdict(list)
    for (_, currency), own in _by_customer(orders).items():
        if days := [order["order_date"] for order in own if order["is_purchase"]]:
            cohorts[currency, _month_number(days[0])].append(own)
    last = max(_month_number(day) for day in [last_day, *(order["order_date"] for order in orders)])
    rows = []
    for (currency, first), customers in cohorts.items():
        total = Decimal()
        for month in range(first, last + 1):
            # what came before the first purchase counts with it
            active = [[o for o in own if max(_month_number(o["order_date"]), first) == month] for own in customers]
            bought = [[order for order in own if order["is_purchase"]] for own in active]
            net = sum((order["net_revenue"] for own in active for order in own), Decimal())
            total += net
            rows.append({
                "currency": currency, "cohort_month": date(first // 12, first % 12 + 1, 1),
                "months_since_first_order": month - first, "customers": len(customers),
                "active_customers": sum(1 for own in bought if own), "orders": sum(map(len, bought)),
                "net_revenue": net,
                "cumulative_net_revenue": total,
                "cumulative_net_revenue_per_customer": _mean(total, len(customers)),
            })  # fmt: skip
    return rows
