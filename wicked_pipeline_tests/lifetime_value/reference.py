"""What the lifetime-value marts should say of a world, worked out customer by customer in plain Python.

Written from the definitions in `docs/lifetime-value.md`, not from the SQL: no sums over sets, no joins. Each function
returns a mart's rows as dictionaries with the mart's column names, without `account`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from math import floor, log2
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
                ("cohort_month", *ORIGIN, "months_since_lead", "leads", "conversion_rate", "cumulative_net_revenue",
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
                "cumulative_net_revenue": cumulative,
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
            money = _through(members, key[1], months - 1) if known else None
            row[f"net_revenue_{months}m"] = money
            row[f"ltv_to_cac_{months}m"] = money / spend if money is not None and spend else None
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
                    "cohort_customers": len(members),
                    "share": len(reached) / len(members),
                    "median_days_since_previous": median(gaps) if number > 1 else None,
                }
            )
    return rows


@dataclass(frozen=True)
class Subscription:
    """A subscription's orders and purchases in their order, and what each purchase was."""

    source_system: str | None
    subscription_id: str
    currency: str
    orders: tuple[Order, ...]
    purchases: tuple[Order, ...]
    terms: dict[str, tuple[int, str]]
    """Days between renewals, and where they are known from, by the purchase's id."""


PERIODS = {
    7: ((6, 8), (13, 15), (20, 22)),
    14: ((13, 15), (27, 29), (41, 43)),
    30: ((26, 35), (56, 66), (86, 97)),
    61: ((56, 66), (117, 127), (178, 188)),
    91: ((84, 98), (177, 188), (268, 280)),
    182: ((175, 190), (355, 375), (540, 556)),
    365: ((350, 380), (715, 745), (1080, 1110)),
}
"""How many days one, two and three periods are."""
MONTHS = {30: 1, 61: 2, 91: 3, 182: 6, 365: 12}
CALENDAR = {7, 14, 29, 30, 31, 59, 61, 62, 89, 90, 91, 92, 181, 182, 183, 184, 365, 366}
"""Gaps that calendar months, or weeks, give by themselves."""
Day = tuple[date, float]
Plan = tuple[str | None, str, str, int]


def alike(one: float, other: float) -> bool:
    """Of one price."""
    return abs(one - other) <= 0.05 * max(one, other)


def lower_median(values: Iterable[Any]) -> Any:
    """The middle one, or the lower of two."""
    ranked = sorted(values)
    return ranked[(len(ranked) - 1) // 2]


def near(amount: float, typical: float) -> bool:
    """Not two and a half times as much, nor as little."""
    return amount <= 2.5 * typical and 2.5 * amount >= typical


def period(gap: int) -> int | None:
    """The period that a gap stands for."""
    return next((days for days, ((first, last), *_) in PERIODS.items() if first <= gap <= last), None)


def own_interval(days: Sequence[Day]) -> int | None:
    """What the purchase days of one plan show: the period that explains most of the days between them."""
    gaps = [((b - a).days, 2 if alike(x, y) else 1) for (a, x), (b, y) in pairwise(days)]
    scores: list[tuple[float, float, int]] = []
    for length in PERIODS:
        proper, skipped = _evidence(length, gaps, days)
        if proper >= 2 * PERIODS[length][0][0]:
            scores.append((proper + min(skipped, 3 * proper), -length, length))
    odd: dict[int, list[int]] = defaultdict(list)
    for gap, weight in gaps:
        if period(gap) is None:
            odd[gap].append(gap * weight)
    for gap, weights in odd.items():
        around = [weight for other in (gap - 1, gap, gap + 1) for weight in odd.get(other, [])]
        if len(around) >= (2 if gap >= 6 else 5):
            scores.append(((sum(weights) + sum(around)) / 2, len(weights) - 1000, gap))
    if not scores:
        return None
    _, _, best = max(scores)
    inside = Counter(gap for gap, _ in gaps if best in PERIODS and period(gap) == best)
    if inside:
        gap, count = min(inside.items(), key=lambda item: (-item[1], item[0]))
        if gap not in CALENDAR and 2 * count >= inside.total() and count >= (2 if gap == 28 else 3):
            return gap
    return best


def _evidence(length: int, gaps: Sequence[tuple[int, int]], days: Sequence[Day]) -> tuple[int, int]:
    """Days that a period explains, twice those between orders of one price: as itself, and as skipped periods."""
    (first, last), (first_of_two, last_of_two), (first_of_three, last_of_three) = PERIODS[length]
    proper = sum(gap * weight for gap, weight in gaps if first <= gap <= last)
    skipped = sum(
        gap * weight
        for gap, weight in gaps
        if first_of_two <= gap <= last_of_two or first_of_three <= gap <= last_of_three
    )
    for place, ((gap, weight), (other, other_weight)) in enumerate(pairwise(gaps)):
        if abs(gap - other) <= 2 or (period(gap) and period(other)):
            continue
        both = (gap + other) * (2 if alike(days[place][1], days[place + 2][1]) else 1)
        if first <= gap + other <= last and weight == other_weight == 1:
            proper += both  # an order in mid-period
        elif first_of_two <= gap + other <= last_of_two and all(3 * abs(x - length) <= length for x in (gap, other)):
            proper += both  # a late payment, and one in time
    return proper, skipped


def middle_gap(days: Sequence[Day]) -> int | None:
    """Of the gaps of six days and more between orders of one price."""
    gaps = [gap for (a, x), (b, y) in pairwise(days) if (gap := (b - a).days) >= 6 and alike(x, y)]
    return (period(lower_median(gaps)) or lower_median(gaps)) if gaps else None


def most(votes: Sequence[tuple[int, float]], least: int = 1) -> tuple[int, float] | None:
    """What more than half of the plans have, and their middle amount."""
    counts = Counter(interval for interval, _ in votes)
    for interval, count in counts.items():
        if len(votes) >= least and 2 * count > len(votes):
            return interval, lower_median(amount for voted, amount in votes if voted == interval)
    return None


@dataclass(frozen=True)
class Plans:
    """All plans of an account: their purchase days, and what these show."""

    days: dict[Plan, list[Day]]
    own: dict[Plan, int | None]
    product: dict[Plan, str | None]
    newest: date
    grace: int

    def votes(self, currency: str, like: Callable[[Plan], bool] | None = None) -> list[tuple[int, float]]:
        """The intervals of plans that show one, with their amounts."""
        return [
            (shown, self.price(plan))
            for plan, shown in self.own.items()
            if shown and plan[-2] == currency and (like is None or like(plan))
        ]

    def band(self, plan: Plan) -> int:
        """Prices that are near each other."""
        return round(log2(max(self.price(plan), 0.0001)))

    def _alike(self, one: Plan, other: Plan) -> bool:
        """Of one source system, at prices that are near."""
        return one[0] == other[0] and self.band(one) == self.band(other)

    def price(self, plan: Plan) -> float:
        """The middle one."""
        return float(lower_median(amount for _, amount in self.days[plan]))

    def silent(self, plan: Plan) -> bool:
        """Whether nobody renewed this price of this product, though three are long due."""
        like = [
            days
            for other, days in self.days.items()
            if self._alike(other, plan) and other[-2] == plan[-2] and self.product[other] == self.product[plan]
        ]
        due = [days for days in like if (self.newest - days[0][0]).days > 31 + self.grace]
        return max(map(len, like)) == 1 and len(due) >= 3

    def terms(self, plan: Plan) -> tuple[int, str]:
        """The interval of a plan and where it is known from: the first that knows."""
        *_, currency, _ = plan
        product = self.product[plan]
        if shown := self.own[plan]:
            return shown, "own"
        if product is not None and (shown := self._of_product(plan)):
            return shown, "product"
        if (words := named_period(product)) is not None:
            return words, "name"
        if shown := self._of_sibling(plan):
            return shown, "own"
        if product is None and (found := most(self.votes(currency, lambda other: self._alike(other, plan)))):
            return found[0], "amount"
        if self.silent(plan):
            return 365, "assumed"
        if (found := most(self.votes(currency), least=3)) and near(self.price(plan), found[1]):
            return found[0], "account"
        gap = middle_gap(self.days[plan])
        return (gap, "own") if gap else (30, "assumed")

    def _of_product(self, plan: Plan) -> int | None:
        def same(other: Plan) -> bool:
            return other[0] == plan[0] and self.product[other] == self.product[plan]

        if found := most(self.votes(plan[-2], lambda other: same(other) and self.band(other) == self.band(plan))):
            return found[0]
        found = most(self.votes(plan[-2], same))
        return found[0] if found and near(self.price(plan), found[1]) else None

    def _of_sibling(self, plan: Plan) -> int | None:
        for place in (0, -1, 1):
            sibling = (*plan[:-1], place)
            if shown := self.own.get(sibling):
                price = self.days[sibling][-1][1]
                return 365 if shown == 30 and 8 * price <= self.days[plan][-1][1] <= 13 * price else shown
        return None


def named_period(product: str | None) -> int | None:
    """The world's products are named after a period, or not at all."""
    return {"Weekly Box": 7, "Bi-weekly Box": None, "Yearly Plan": 365}.get(product or "")


def subscription_orders(world: World) -> dict[tuple[str | None, str, str], list[Order]]:
    """By source system, id and currency. An order that names no system is of the only one that the id is known in."""
    systems = defaultdict(set)
    for order in world.orders:
        systems[order.subscription_id].add(order.source_system)
    found = defaultdict(list)
    for order in sorted(world.orders, key=lambda order: (order.at, order.order_id)):
        if order.subscription_id:
            known = systems[order.subscription_id] - {None}
            system = order.source_system or (known.pop() if len(known) == 1 else None)
            found[system, order.subscription_id, order.currency].append(order)
    return found


def subscription_list(world: World, grace: int = 14) -> list[Subscription]:
    """Account, source system, id and currency with a purchase."""
    orders = subscription_orders(world)
    bought = {key: list(filter(is_purchase, theirs)) for key, theirs in orders.items()}
    bought = {key: theirs for key, theirs in bought.items() if theirs}
    place: dict[str, Plan] = {}
    for key, theirs in bought.items():
        typical = lower_median(float(order.amount) for order in theirs)
        for order in theirs:
            paid = float(order.amount)
            place[order.order_id] = (*key, 1 if paid > 2.5 * typical else -1 if 2.5 * paid < typical else 0)
    plans = _plans(world, [order for theirs in bought.values() for order in theirs], place, grace)
    found = []
    for key, theirs in bought.items():
        # of a day's orders the largest comes first
        theirs.sort(key=lambda order: (world.day(order.at), -order.amount, order.at, order.order_id))
        terms = {order.order_id: plans.terms(place[order.order_id]) for order in theirs}
        found.append(Subscription(*key, tuple(orders[key]), tuple(theirs), terms))
    return found


def _plans(world: World, bought: list[Order], place: Mapping[str, Plan], grace: int) -> Plans:
    largest: dict[Plan, dict[date, Order]] = defaultdict(dict)
    for order in sorted(bought, key=lambda order: (order.at, order.order_id)):
        best = largest[place[order.order_id]]
        day = world.day(order.at)
        if day not in best or order.amount > best[day].amount:
            best[day] = order
    days = {plan: sorted((day, float(order.amount)) for day, order in best.items()) for plan, best in largest.items()}
    product = {plan: best[max(best)].product for plan, best in largest.items()}
    own = {plan: own_interval(theirs) for plan, theirs in days.items()}
    return Plans(days, own, product, world.covered[1], grace)


@dataclass(frozen=True)
class Renewal:
    """What runs after a purchase: the order that renewed last, its terms, and whether it is this one."""

    order: Order
    interval_days: int
    interval_from: str


def renewals(world: World, one: Subscription) -> list[Renewal]:
    """For each purchase the renewal whose period runs."""
    days = [world.day(order.at) for order in one.purchases]
    amounts = [float(order.amount) for order in one.purchases]
    on_the_beat = []
    for place, order in enumerate(one.purchases):
        interval, _ = one.terms[order.order_id]
        since = [(days[place] - days[place - back]).days if place >= back else None for back in (1, 2, 3)]
        on_the_beat.append(
            place == 0
            or (since[0] != 0 and 5 * since[0] >= 4 * interval)
            or (since[0] != 0 and alike(amounts[place], amounts[place - 1]))
            or (since[0] != 0 and place + 1 < len(days) and alike(amounts[place], amounts[place + 1]))
            or (since[0] != 0 and is_on_beat(since, interval, amounts[place] < amounts[place - 1]))
        )
    found: list[Renewal] = []
    last_due: date | None = None
    for place, order in enumerate(one.purchases):
        fresh = place > 0 and days[place] > days[place - 1] and last_due is not None and days[place] >= last_due
        renews = on_the_beat[place] or fresh
        found.append(Renewal(order, *one.terms[order.order_id]) if renews else found[-1])
        if on_the_beat[place]:
            last_due = due(world, order.at, one.terms[order.order_id][0])[1]
    return found


def is_on_beat(since: Sequence[int | None], interval: int, is_cheaper: bool) -> bool:
    """Whether an order is whole intervals after the second or third before it, and none bought beside a dearer one."""
    earlier = [gap for gap in since[1:] if gap is not None]
    if is_cheaper and any(
        beats(gap, interval) == beats(gap - (since[0] or 0), interval) is not None for gap in earlier
    ):
        return False
    return any(beats(gap, interval) is not None for gap in earlier)


def beats(gap: int, interval: int) -> int | None:
    """How many intervals so many days are, but for a few days: one, two or three."""
    length = 30.4375 * MONTHS[interval] if interval in MONTHS else interval
    times = int(gap / length + 0.5)
    return times if 1 <= times <= 3 and abs(gap - times * length) <= (1 if interval < 26 else 3) else None


def due(world: World, at: datetime, interval_days: int) -> tuple[datetime, date]:
    """When the purchase after one at `at` is due: the instant, and the account's date."""
    local = world.local(at)
    months = MONTHS.get(interval_days)
    local = plus_months(local, months) if months else local + timedelta(days=interval_days)
    late, early = (local.replace(tzinfo=world.zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    return (late if world.local(late) == local else early), local.date()


def subscriptions(world: World, grace: int = 14) -> list[Row]:
    """Section 3, as of the newest day covered."""
    rows = []
    for one in subscription_list(world, grace):
        payments = [payment for order in one.orders for payment in order.payments]
        paid = [at for status, _, at in payments if status.lower() in {"approved", "manual"}]
        running = renewals(world, one)[-1]
        expected, day = due(world, running.order.at, running.interval_days)
        late = (world.covered[1] - day).days
        status = "active" if late <= 0 else "late" if late <= grace else "churned"
        first = min(order.at for order in one.purchases)
        tried = [order.at for order in one.orders if not is_purchase(order) and order.amount == 0 and order.at < first]
        rows.append(
            {
                "source_system": one.source_system,
                "subscription_id": one.subscription_id,
                "contact_id": one.purchases[-1].contact_id,
                "currency": one.currency,
                "trial_started_at": naive(min(tried)) if tried else None,
                "converted_at": naive(first) if tried else None,
                "started_at": naive(first),
                "last_paid_at": naive(max(paid)) if paid else None,
                "interval_days": running.interval_days,
                "interval_from": running.interval_from,
                "orders": len(one.purchases),
                "rebills": len(one.purchases) - 1,
                "failed_payments": sum(status == "FAILED" for status, _, _ in payments),
                "net_revenue": sum(map(net, one.orders), ZERO),
                "mrr": ZERO if status == "churned" else mrr(running),
                "status": status,
                "expected_next_at": naive(expected),
            }
        )
    return rows + _only_tried(world)


def _only_tried(world: World) -> list[Row]:
    """Subscriptions with a free order and no purchase."""
    rows = []
    for (system, subscription_id, currency), theirs in subscription_orders(world).items():
        free = [order.at for order in theirs if order.amount == 0 and not is_purchase(order)]
        if free and not any(map(is_purchase, theirs)):
            rows.append({"source_system": system, "subscription_id": subscription_id, "currency": currency,
                         "status": "trial", "orders": 0,
                         "trial_started_at": naive(min(free)), "converted_at": None, "started_at": None,
                         "interval_days": None, "interval_from": None, "mrr": ZERO, "expected_next_at": None,
                         "net_revenue": sum(map(net, theirs), ZERO)})  # fmt: skip
    return rows


def mrr(renewal: Renewal) -> Decimal:
    """What a renewal every interval comes to in a month."""
    days = renewal.interval_days
    factor = {7: 52 / 12, 14: 26 / 12}.get(days) or (1 / MONTHS[days] if days in MONTHS else 30.4375 / days)
    return Decimal(floor(float(renewal.order.amount) * factor * 10_000 + 0.5)) / 10_000


def subscriptions_monthly(world: World, grace: int = 14) -> list[Row]:
    """Section 3 by month: each subscription's life told as movements."""
    movements: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    for one in subscription_list(world, grace):
        _tell(world, one, grace, movements[one.currency])
    rows = []
    for currency, months in movements.items():
        first, active, money = min(months), ZERO, ZERO
        for since in range(months_between(first, last_month(world)) + 1):
            at = plus_months(first, since)
            moved = months[at]
            row: Row = {"currency": currency, "month": at, "active_at_start": active, "mrr_at_start": money}
            row |= {name: moved[name] for name in
                    ("new", "reactivated", "churned", "churned_from_start", "recurring_net_revenue")}  # fmt: skip
            row |= {f"{name}_mrr": moved[f"{name}_mrr"]
                    for name in ("new", "reactivated", "expansion", "contraction", "churned")}  # fmt: skip
            row["churn_rate"] = moved["churned_from_start"] / active if active else None
            active += moved["new"] + moved["reactivated"] - moved["churned"]
            money += moved["new_mrr"] + moved["reactivated_mrr"] + moved["expansion_mrr"]
            money -= moved["contraction_mrr"] + moved["churned_mrr"]
            rows.append(row | {"active_at_end": active, "mrr_at_end": money})
    return rows


def _tell(world: World, one: Subscription, grace: int, months: dict[date, dict[str, Decimal]]) -> None:
    for order in one.orders:
        if not is_purchase(order) and net(order):  # a refund that came as an order
            months[month(world.day(order.at))]["recurring_net_revenue"] += net(order)
    before: Renewal | None = None
    since = world.day(one.purchases[0].at)
    for order, running in zip(one.purchases, renewals(world, one), strict=True):
        day, worth = world.day(order.at), mrr(running)
        months[month(day)]["recurring_net_revenue"] += net(order)
        if before is None:
            kind, by = "new", worth
        elif day >= (gone := _gone(world, before, grace)):
            _lose(months, gone, since, mrr(before))
            kind, by, since = "reactivated", worth, day
        else:
            change = worth - mrr(before)
            kind, by = ("expansion", change) if change > 0 else ("contraction", -change)
        _move(months, day, kind, by)
        before = running
    assert before is not None
    if (gone := _gone(world, before, grace)) <= world.covered[1]:
        _lose(months, gone, since, mrr(before))


def _gone(world: World, renewal: Renewal, grace: int) -> date:
    return due(world, renewal.order.at, renewal.interval_days)[1] + timedelta(days=grace + 1)


def _lose(months: dict[date, dict[str, Decimal]], day: date, since: date, money: Decimal) -> None:
    _move(months, day, "churned", money)
    months[month(day)]["churned_from_start"] += since < month(day)


def _move(months: dict[date, dict[str, Decimal]], day: date, kind: str, money: Decimal) -> None:
    months[month(day)][kind] += 1
    months[month(day)][f"{kind}_mrr"] += money


def naive(instant: datetime | None) -> datetime | None:
    """UTC as DuckDB's TIMESTAMP has it."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None
