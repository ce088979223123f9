"""What the lifetime-value marts should say of a world, worked out customer by customer in plain Python.

Written from the definitions in `docs/lifetime-value.md`, not from the SQL: no sums over sets, no joins. Each function
returns a mart's rows as dictionaries with the mart's column names, without `account`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from wicked_pipeline_tests.dbt.reference_refunds import Paid
from wicked_pipeline_tests.lifetime_value.world import Contact, Order, World

Row = dict[str, Any]
ORIGIN = ("channel", "source", "medium", "campaign")
ZERO = Decimal(0)


def _paid(order: Order) -> Paid:
    return Paid(order.amount, None, tuple((status, amount) for status, amount, _ in order.payments))


def net(order: Order) -> Decimal:
    """What was paid and is left; no order of these worlds needs another one to know how its refund is meant."""
    paid = _paid(order)
    return paid.net(paid.shown_kind)


def refunded(order: Order) -> Decimal:
    """What was refunded."""
    return _paid(order).refunded


def is_purchase(order: Order) -> bool:
    """Whether it brought money."""
    return _paid(order).is_purchase


def month(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> int:
    """Calendar months from one day's month to another's."""
    return (last.year - first.year) * 12 + last.month - first.month


def plus_months(day: datetime | date, months: int) -> Any:
    """That many calendar months later, on the last day of a month that is too short."""
    count = day.year * 12 + day.month - 1 + months
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=count // 12, month=count % 12 + 1, day=min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def last_month(world: World) -> date:
    """The month of the last day covered, or of a later order."""
    return month(max([world.covered[1], *(world.day(order.at) for order in world.orders)]))


def is_complete(world: World, first: date) -> bool:
    """Whether a month is covered to its last day."""
    return plus_months(first, 1) - timedelta(days=1) <= world.covered[1]


@dataclass(frozen=True)
class Customer:
    """A contact's orders in one currency, purchases in their order."""

    contact_id: str
    currency: str
    orders: tuple[Order, ...]
    purchases: tuple[Order, ...]
    days: tuple[date, ...]
    money: tuple[tuple[date, Decimal], ...]
    """The date and the net of each order, purchase or not."""

    @property
    def cohort(self) -> date:
        return month(self.days[0])

    @property
    def acquisition(self) -> tuple[str | None, ...]:
        return origin(self.purchases[0].click)


def origin(click: Mapping[str, str | None] | None) -> tuple[str | None, ...]:
    """Channel, source, medium and campaign of a touch; nothing without one."""
    return tuple((click or {}).get(part) for part in ORIGIN)


def customers(world: World) -> list[Customer]:
    """Every contact and currency with an order."""
    orders = defaultdict(list)
    for order in world.orders:
        orders[order.contact_id, order.currency].append(order)
    found = []
    for (contact_id, currency), theirs in orders.items():
        bought = sorted(filter(is_purchase, theirs), key=lambda order: (order.at, order.order_id))
        days = tuple(world.day(order.at) for order in bought)
        money = tuple((world.day(order.at), net(order)) for order in theirs)
        found.append(Customer(contact_id, currency, tuple(theirs), tuple(bought), days, money))
    return found


def lead_at(contact: Contact | None) -> datetime | None:
    """The first opt-in, or else the creation."""
    if contact is None:
        return None
    return contact.optin[0] if contact.optin else contact.created_at


def quintile(mine: Any, everybodys: Sequence[Any]) -> int:
    """1 + ⌊5 · strictly below ÷ all⌋."""
    return 1 + 5 * sum(other < mine for other in everybodys) // len(everybodys)


def customer_ltv(world: World) -> list[Row]:
    """Section 1."""
    contacts = {contact.contact_id: contact for contact in world.contacts}
    everybody = customers(world)
    rows = []
    for customer in everybody:
        contact = contacts.get(customer.contact_id)
        total = sum(map(net, customer.orders), ZERO)
        alone = sum(other.contact_id == customer.contact_id for other in everybody) == 1
        row: Row = {
            "contact_id": customer.contact_id,
            "currency": customer.currency,
            "cohort_month": customer.cohort if customer.purchases else None,
            "order_count": len(customer.purchases),
            "gross_revenue": sum((order.amount for order in customer.orders), ZERO),
            "refunded_revenue": sum(map(refunded, customer.orders), ZERO),
            "net_revenue": total,
            "average_order_value": total / len(customer.purchases) if customer.purchases else None,
            "reported_ltv": contact.ltv if contact else None,
            "ltv_difference": contact.ltv - total if contact and alone else None,
            "lead_at": naive(lead_at(contact)),
            "is_subscriber": any(order.subscription_id for order in customer.purchases),
        }
        rows.append(row | _first_days(world, customer, lead_at(contact)) | _rfm(customer, everybody))
    return rows


def _first_days(world: World, customer: Customer, lead: datetime | None) -> Row:
    bought, days = customer.purchases, customer.days
    early: dict[int, Decimal | None] = {}
    for horizon in (30, 60, 90, 180, 365):
        money = [amount for day, amount in customer.money if bought and (day - days[0]).days < horizon]
        covered = bool(bought) and days[0] + timedelta(days=horizon - 1) <= world.covered[1]
        early[horizon] = sum(money, ZERO) if covered else None
    click = bought[0].click if bought else None
    return {
        **{f"net_revenue_{horizon}d": money for horizon, money in early.items()},
        "first_order_at": naive(bought[0].at) if bought else None,
        "last_order_at": naive(bought[-1].at) if bought else None,
        "days_to_second_order": (days[1] - days[0]).days if len(days) > 1 else None,
        "days_lead_to_first_order": (days[0] - world.day(lead)).days if bought and lead else None,
        "acquired_at": naive(bought[0].at - timedelta(days=2)) if click else None,
        **{f"acquisition_{part}": value for part, value in zip(ORIGIN, origin(click), strict=True)},
    }


def _rfm(customer: Customer, everybody: Iterable[Customer]) -> Row:
    names = ("recency_quintile", "frequency_quintile", "money_quintile", "rfm_segment")
    if not customer.purchases:
        return dict.fromkeys(names)
    peers = [other for other in everybody if other.currency == customer.currency and other.purchases]
    measures = (
        lambda one: one.purchases[-1].at,
        lambda one: len(one.purchases),
        lambda one: sum(map(net, one.orders), ZERO),
    )
    digits = [quintile(measure(customer), list(map(measure, peers))) for measure in measures]
    return dict(zip(names, [*digits, "".join(map(str, digits))], strict=True))


def _buyers(world: World) -> list[Customer]:
    return [customer for customer in customers(world) if customer.purchases]


def ltv_cohorts(world: World, by_acquisition: bool = False) -> list[Row]:
    """Section 2: every cohort (and acquisition), every month through the last."""
    cohorts = defaultdict(list)
    for customer in _buyers(world):
        acquisition = customer.acquisition if by_acquisition else ()
        cohorts[customer.currency, customer.cohort, acquisition].append(customer)
    rows = []
    for (currency, cohort, acquisition), members in cohorts.items():
        cumulative = ZERO
        for since in range(months_between(cohort, last_month(world)) + 1):
            active = [[day for day in one.days if months_between(cohort, day) == since] for one in members]
            money = _through(members, cohort, since) - _through(members, cohort, since - 1)
            cumulative += money
            rows.append(
                {
                    "currency": currency,
                    "cohort_month": cohort,
                    **dict(zip(ORIGIN, acquisition, strict=False)),
                    "months_since_first_order": since,
                    "customers": len(members),
                    "active_customers": sum(bool(bought) for bought in active),
                    "orders": sum(map(len, active)),
                    "net_revenue": money,
                    "cumulative_net_revenue": cumulative,
                    "cumulative_net_revenue_per_customer": cumulative / len(members),
                    "is_complete": is_complete(world, plus_months(cohort, since)),
                }
            )
    return rows


def lead_cohorts(world: World) -> list[Row]:
    """Section 2, by lead: each cohort in each currency that anybody bought in."""
    leads = defaultdict(list)
    for contact in world.contacts:
        if lead := lead_at(contact):
            first = origin(contact.optin[1] if contact.optin else None)
            leads[month(world.day(lead)), first].append(contact.contact_id)
    buyers = _buyers(world)
    rows = []
    for currency in {customer.currency for customer in buyers}:
        mine = [customer for customer in buyers if customer.currency == currency]
        for (cohort, first), members in leads.items():
            rows += _lead_months(world, currency, cohort, first, members, mine)
        known = {member for members in leads.values() for member in members}
        others = [customer for customer in mine if customer.contact_id not in known]
        if others:
            money = sum((amount for customer in others for _, amount in customer.money), ZERO)
            empty = dict.fromkeys(
                ("cohort_month", *ORIGIN, "months_since_lead", "leads", "conversion_rate",
                 "cumulative_net_revenue_per_lead")
            )  # fmt: skip
            rows.append({"currency": currency, **empty, "customers": len(others), "net_revenue": money})
    return rows


def _lead_months(
    world: World,
    currency: str,
    cohort: date,
    touch: tuple[str | None, ...],
    members: list[str],
    buyers: list[Customer],
) -> list[Row]:
    mine = [customer for customer in buyers if customer.contact_id in members]
    began = [max(months_between(cohort, customer.days[0]), 0) for customer in mine]
    money = [(max(months_between(cohort, day), 0), amount) for customer in mine for day, amount in customer.money]
    rows = []
    for since in range(max(months_between(cohort, last_month(world)), 0) + 1):
        reached = sum(at <= since for at in began)
        cumulative = sum((amount for at, amount in money if at <= since), ZERO)
        rows.append(
            {
                "currency": currency,
                "cohort_month": cohort,
                **dict(zip(ORIGIN, touch, strict=True)),
                "months_since_lead": since,
                "leads": len(members),
                "customers": reached,
                "conversion_rate": reached / len(members),
                "net_revenue": sum((amount for at, amount in money if at == since), ZERO),
                "cumulative_net_revenue_per_lead": cumulative / len(members),
            }
        )
    return rows


def cohort_payback(world: World) -> list[Row]:
    """Section 2: each month and channel that cost something or brought somebody."""
    spent: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for line in world.spend:
        spent[line.currency, month(line.day), line.click["channel"]] += line.amount
    told = _told_days(world)
    cohorts = defaultdict(list)
    for customer in _buyers(world):
        cohorts[customer.currency, customer.cohort, customer.acquisition[0]].append(customer)
    rows = []
    for key in spent.keys() | cohorts.keys():
        members, known = cohorts.get(key, []), told.get((key[0], key[2]), set())
        known = {day for day in known if month(day) == key[1]}
        spend = spent.get(key, ZERO) if known else None
        row = dict(zip(("currency", "cohort_month", "channel"), key, strict=True))
        row |= {"spend": spend, "customers": len(members), "payback_month": None}
        row |= {"spend_days": len(known), "customers_without_spend": 0 if known else len(members)}
        row["cac"] = spend / len(members) if members and spend is not None else None
        last = months_between(key[1], last_month(world)) if members else -1
        by_month = [_through(members, key[1], since) for since in range(last + 1)]
        reached = [since for since, money in enumerate(by_month) if spend is not None and money >= spend]
        row["payback_month"] = reached[0] if reached else None
        for months in (3, 6, 12):
            known = is_complete(world, plus_months(key[1], months - 1))
            row[f"ltv_to_cac_{months}m"] = _through(members, key[1], months - 1) / spend if known and spend else None
        rows.append(row)
    return rows


def _told_days(world: World) -> dict[tuple[Any, ...], set[date]]:
    """By currency and channel, which is one source here: all days from its first line of spend to its last."""
    days: dict[tuple[Any, ...], list[date]] = defaultdict(list)
    for line in world.spend:
        days[line.currency, line.click["channel"]].append(line.day)
    return {
        key: {min(own) + timedelta(number) for number in range((max(own) - min(own)).days + 1)}
        for key, own in days.items()
    }


def _through(members: list[Customer], cohort: date, since: int) -> Decimal:
    """What the members' orders come to by then; what came before the first purchase counts with it."""
    money = [(max(months_between(cohort, day), 0), amount) for one in members for day, amount in one.money]
    return sum((amount for at, amount in money if at <= since), ZERO)


def repeat_purchases(world: World) -> list[Row]:
    """Section 2: how many of a cohort came to an order number, and how long it took them."""
    cohorts = defaultdict(list)
    for customer in _buyers(world):
        cohorts[customer.currency, customer.cohort].append(customer)
    rows = []
    for (currency, cohort), members in cohorts.items():
        for number in range(1, max(len(one.days) for one in members) + 1):
            reached = [one for one in members if len(one.days) >= number]
            gaps = [(one.days[number - 1] - one.days[number - 2]).days for one in reached]
            rows.append(
                {
                    "currency": currency,
                    "cohort_month": cohort,
                    "order_number": number,
                    "customers": len(reached),
                    "share": len(reached) / len(members),
                    "median_days_since_previous": median(gaps) if number > 1 else None,
                }
            )
    return rows


@dataclass(frozen=True)
class Subscription:
    """A subscription's orders and purchases in their order, and the days between two of them."""

    subscription_id: str
    currency: str
    orders: tuple[Order, ...]
    purchases: tuple[Order, ...]
    interval_days: int


def commonest(gaps: Iterable[int]) -> int | None:
    """Of equals the shortest."""
    counts = Counter(gap for gap in gaps if gap > 0)
    return min(counts, key=lambda gap: (-counts[gap], gap)) if counts else None


def nominal(gap: int) -> int:
    """The length that a gap stands for."""
    for first, last, length in ((6, 8, 7), (26, 35, 30), (84, 98, 91), (350, 380, 365)):
        if first <= gap <= last:
            return length
    return gap


def subscription_list(world: World) -> list[Subscription]:
    """Account, id and currency with a purchase."""
    orders = defaultdict(list)
    for order in sorted(world.orders, key=lambda order: (order.at, order.order_id)):
        if order.subscription_id:
            orders[order.subscription_id, order.currency].append(order)
    kept = {key: theirs for key, theirs in orders.items() if any(map(is_purchase, theirs))}
    gaps = {
        key: [(world.day(b.at) - world.day(a.at)).days for a, b in pairwise(theirs)] for key, theirs in kept.items()
    }
    account = commonest(gap for theirs in gaps.values() for gap in theirs) or 30
    return [
        Subscription(*key, tuple(theirs), tuple(filter(is_purchase, theirs)), nominal(commonest(gaps[key]) or account))
        for key, theirs in kept.items()
    ]


def due(world: World, at: datetime, interval_days: int) -> tuple[datetime, date]:
    """When the purchase after one at `at` is due: the instant, and the account's date."""
    local = world.local(at)
    months = {30: 1, 91: 3, 365: 12}.get(interval_days)
    local = plus_months(local, months) if months else local + timedelta(days=interval_days)
    late, early = (local.replace(tzinfo=world.zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    return (late if world.local(late) == local else early), local.date()


def subscriptions(world: World, grace: int = 14) -> list[Row]:
    """Section 3, as of the newest day covered."""
    rows = []
    for one in subscription_list(world):
        payments = [payment for order in one.orders for payment in order.payments]
        paid = [at for status, _, at in payments if status.lower() in {"approved", "manual"}]
        expected, day = due(world, one.purchases[-1].at, one.interval_days)
        late = (world.covered[1] - day).days
        rows.append(
            {
                "subscription_id": one.subscription_id,
                "contact_id": one.purchases[-1].contact_id,
                "currency": one.currency,
                "started_at": naive(one.purchases[0].at),
                "last_paid_at": naive(max(paid)) if paid else None,
                "interval_days": one.interval_days,
                "orders": len(one.purchases),
                "rebills": len(one.purchases) - 1,
                "failed_payments": sum(status == "FAILED" for status, _, _ in payments),
                "net_revenue": sum(map(net, one.orders), ZERO),
                "status": "active" if late <= 0 else "late" if late <= grace else "churned",
                "expected_next_at": naive(expected),
            }
        )
    return rows


def mrr(order: Order, interval_days: int) -> Decimal:
    """What a purchase every interval comes to in a month."""
    factors = {7: Decimal(52) / 12, 30: Decimal(1), 91: Decimal(1) / 3, 365: Decimal(1) / 12}
    return round(order.amount * factors.get(interval_days, Decimal("30.4375") / interval_days), 4)


def subscriptions_monthly(world: World, grace: int = 14) -> list[Row]:
    """Section 3 by month: each subscription's life told as movements."""
    movements: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    for one in subscription_list(world):
        _tell(world, one, grace, movements[one.currency])
    rows = []
    for currency, months in movements.items():
        first, active, money = min(months), ZERO, ZERO
        for since in range(months_between(first, last_month(world)) + 1):
            at = plus_months(first, since)
            moved = months[at]
            row: Row = {"currency": currency, "month": at, "active_at_start": active, "mrr_at_start": money}
            row |= {name: moved[name] for name in ("new", "reactivated", "churned", "recurring_net_revenue")}
            row |= {f"{name}_mrr": moved[f"{name}_mrr"]
                    for name in ("new", "reactivated", "expansion", "contraction", "churned")}  # fmt: skip
            row["churn_rate"] = moved["churned"] / active if active else None
            active += moved["new"] + moved["reactivated"] - moved["churned"]
            money += moved["new_mrr"] + moved["reactivated_mrr"] + moved["expansion_mrr"]
            money -= moved["contraction_mrr"] + moved["churned_mrr"]
            rows.append(row | {"active_at_end": active, "mrr_at_end": money})
    return rows


def _tell(world: World, one: Subscription, grace: int, months: dict[date, dict[str, Decimal]]) -> None:
    before: Order | None = None
    for order in one.purchases:
        day, worth = world.day(order.at), mrr(order, one.interval_days)
        months[month(day)]["recurring_net_revenue"] += net(order)
        if before is None:
            kind, by = "new", worth
        elif day >= (gone := _gone(world, before, one, grace)):
            _move(months, gone, "churned", mrr(before, one.interval_days))
            kind, by = "reactivated", worth
        else:
            change = worth - mrr(before, one.interval_days)
            kind, by = ("expansion", change) if change > 0 else ("contraction", -change)
        _move(months, day, kind, by)
        before = order
    assert before is not None
    if (gone := _gone(world, before, one, grace)) <= world.covered[1]:
        _move(months, gone, "churned", mrr(before, one.interval_days))


def _gone(world: World, order: Order, one: Subscription, grace: int) -> date:
    return due(world, order.at, one.interval_days)[1] + timedelta(days=grace + 1)


def _move(months: dict[date, dict[str, Decimal]], day: date, kind: str, money: Decimal) -> None:
    months[month(day)][kind] += 1
    months[month(day)][f"{kind}_mrr"] += money


def naive(instant: datetime | None) -> datetime | None:
    """UTC as DuckDB's TIMESTAMP has it."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None
