"""How stale a warehouse is that syncs every morning by the planner, beside planners that know more or less.

    python benchmarks/freshness.py [--scales 1 10 100] [--allowances 20 60 240] [--days 90]

A shop is simulated in memory: three years of contacts and orders (40 and 30 a day, times the scale) that are landed,
then so many days on which it goes on. Orders come half from new contacts and half from old ones, and 8 % of them are
refunded, after 12 days on average. Staleness is the sum over days, after each sync, of |reported - true|: of the net
revenue of orders and of the LTV of contacts. Clicks are left out: each planner reads the same ones.

Each planner sends as many requests a morning as ours: `known` knows what differs and reads the days with the most
money for their requests (by the page or by the month, whichever leaves less stale), `look-back` reads the newest days,
`round robin` the look-back and then what it read longest ago. Prints our staleness, and its ratio to each other's.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta

import numpy

from wicked_pipeline import refresh
from wicked_pipeline.endpoints import CONTACTS, ORDERS, Endpoint
from wicked_pipeline.extract import expected_requests
from wicked_pipeline.windows import DAY, DayRange, joined

FIRST = date(2022, 1, 1)
PAST_DAYS = 3 * 365
LOOKBACK_DAYS = 3
PER_DAY = {CONTACTS: 40, ORDERS: 30}
Choice = dict[Endpoint, list[int]]
"""The days to read, by endpoint, as numbers from `FIRST`."""
Stated = dict[Endpoint, numpy.ndarray]
"""The money of each record of the days before this morning."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scales", type=int, nargs="+", default=[1, 10, 100])
    options.add_argument("--allowances", type=int, nargs="+", default=[20, 60, 240])
    options.add_argument("--days", type=int, default=90)
    chosen = options.parse_args()
    names = ("known", "look-back", "round robin")
    print("scale allowance requests a day  our staleness, and as a ratio of", *(f"{name:>12}" for name in names))
    for scale in chosen.scales:
        shop = Shop(scale, PAST_DAYS + chosen.days)
        for allowance in chosen.allowances:
            ours, by_page, by_month, *blind = simulate(shop, allowance)
            others = [min(by_page.staleness, by_month.staleness), *(other.staleness for other in blind)]
            ratios = " ".join(f"{ratio(ours.staleness, other):>12}" for other in others)
            requests = ours.requests / chosen.days
            print(f"{scale:5} {allowance:9} {requests:14.1f} {ours.staleness:16,.0f} {ratios}", flush=True)


def ratio(ours: float, other: float) -> str:
    """Both may be 0: if all fits, nothing is stale."""
    return f"{ours / other:.2f}" if other else "1.00" if not ours else "∞"


class Shop:
    """The truth: each record's day and, on any morning, what the API states of it. Records are sorted by day."""

    def __init__(self, scale: int, days: int, seed: int = 1) -> None:
        chance = numpy.random.default_rng(seed)
        self.days = days
        self.per_day = {endpoint: records * scale for endpoint, records in PER_DAY.items()}
        contacts, orders = self.per_day[CONTACTS], self.per_day[ORDERS]
        self.order_day = numpy.repeat(numpy.arange(days), orders)
        age = numpy.where(chance.random(days * orders) < 0.5, 0, chance.exponential(120, days * orders)).astype(int)
        born = numpy.maximum(0, self.order_day - age)
        self.order_contact = born * contacts + chance.integers(0, contacts, days * orders)
        self.amount = chance.lognormal(4, 0.5, days * orders)
        is_refunded = chance.random(days * orders) < 0.08
        after = 1 + chance.exponential(12, days * orders).astype(int)
        self.refunded_on = numpy.where(is_refunded, self.order_day + after, numpy.iinfo(int).max)

    def records(self, endpoint: Endpoint, days: int) -> int:
        return days * self.per_day[endpoint]

    def stated(self, today: int) -> Stated:
        """What each record of the days before `today` states: an order's net revenue, a contact's LTV."""
        orders = self.records(ORDERS, today)
        net = numpy.where(self.refunded_on[:orders] <= today, 0.0, self.amount[:orders])
        of_contact = self.order_contact[:orders]
        return {ORDERS: net, CONTACTS: numpy.bincount(of_contact, net, self.records(CONTACTS, today))}


@dataclass
class Warehouse:
    """What one planner's syncs have landed."""

    shop: Shop
    choose: "Planner"
    held: Stated = field(default_factory=dict)
    read_on: Stated = field(default_factory=dict)
    changes: dict[Endpoint, dict[int, refresh.Changes]] = field(default_factory=dict)
    hinted_on: numpy.ndarray = field(default_factory=lambda: numpy.zeros(0, int))  # by contact
    staleness: float = 0.0
    requests: float = 0.0

    def __post_init__(self) -> None:
        for endpoint, stated in self.shop.stated(PAST_DAYS).items():
            self.held[endpoint] = numpy.zeros(self.shop.records(endpoint, self.shop.days))
            self.held[endpoint][: len(stated)] = stated
            self.read_on[endpoint] = numpy.full(self.shop.days, -1)
            self.read_on[endpoint][:PAST_DAYS] = PAST_DAYS
            self.changes[endpoint] = {}
        self.hinted_on = numpy.full(self.shop.records(CONTACTS, self.shop.days), -1)

    def sync(self, today: int, stated: Stated, requests: float) -> float:
        """Reads what the planner chooses, counts what is stale then, and returns the requests it took."""
        chosen = self.choose(self, today, stated, requests)
        cost = sum(cost_of(self.shop, endpoint, days) for endpoint, days in chosen.items())
        for endpoint, days in chosen.items():
            for day in days:
                self._read(endpoint, day, today, stated[endpoint])
        self.requests += cost
        self.staleness += sum(float(numpy.abs(stated[of] - self.held[of][: len(stated[of])]).sum()) for of in stated)
        return cost

    def _read(self, endpoint: Endpoint, day: int, today: int, stated: numpy.ndarray) -> None:
        records = self.shop.per_day[endpoint]
        here = slice(day * records, (day + 1) * records)
        differs = numpy.flatnonzero(self.held[endpoint][here] != stated[here]) + here.start
        before = self.read_on[endpoint][day]
        if 0 <= before < today:
            group = refresh.age_group(today - day)
            seen = self.changes[endpoint].get(group, refresh.Changes(0, 0))
            elapsed = records * (today - before)
            self.changes[endpoint][group] = refresh.Changes(seen.found + len(differs), seen.record_days + elapsed)
        if endpoint is ORDERS:
            self.hinted_on[self.shop.order_contact[differs]] = today
        self.held[endpoint][here] = stated[here]
        self.read_on[endpoint][day] = today


Planner = Callable[[Warehouse, int, Stated, float], Choice]
"""Chooses from a warehouse, this morning, what the API states, and the requests that may be sent."""


def simulate(shop: Shop, allowance: int) -> list[Warehouse]:
    """The warehouses of all planners after the last day, ours first. The others may send what ours sent that day."""
    ours, *others = [
        Warehouse(shop, planner) for planner in (by_need, known(page_days), known(month), newest, round_robin)
    ]
    for today in range(PAST_DAYS + 1, shop.days):
        stated = shop.stated(today)
        sent = ours.sync(today, stated, allowance)
        for other in others:
            other.sync(today, stated, sent)
    return [ours, *others]


def by_need(warehouse: Warehouse, today: int, _: Stated, allowance: float) -> Choice:
    """Ours: what `refresh.plan` chooses."""
    shop, recent = warehouse.shop, range(today - LOOKBACK_DAYS, today)
    contacts = shop.per_day[CONTACTS]
    hints = warehouse.hinted_on[: today * contacts].reshape(today, contacts)
    stale = (hints > warehouse.read_on[CONTACTS][:today, None]).sum(axis=1)
    lists = [
        refresh.ListFacts(
            endpoint,
            shop.per_day[endpoint],
            not_landed=[day_of(day) for day in recent],
            landed=[
                refresh.LandedFacts(
                    day_of(day),
                    day_of(int(warehouse.read_on[endpoint][day])),
                    shop.per_day[endpoint],
                    float(stale[day]) if endpoint is CONTACTS else 0.0,
                )
                for day in range(today - LOOKBACK_DAYS)
            ],
            changes=warehouse.changes[endpoint],
        )
        for endpoint in PER_DAY
    ]
    plan = refresh.plan(
        lists,
        DayRange(day_of(recent[0]), day_of(recent[-1])),
        today=day_of(today),
        allowance=int(allowance),
        spent=0,
        cost=lambda endpoint, ranges: expected_requests(endpoint, ranges, UTC, shop.per_day[endpoint]),
    )
    return {
        endpoint: [(part.first - FIRST).days + n for part in ranges for n in range(part.days)]
        for endpoint, ranges in plan.work().items()
    }


def known(length: Callable[[Shop, Endpoint], int]) -> Planner:
    """The days that differ by the most money for their requests, in blocks of so many days."""

    def choose(warehouse: Warehouse, today: int, stated: Stated, requests: float) -> Choice:
        blocks = []
        for endpoint, truth in stated.items():
            records = warehouse.shop.per_day[endpoint]
            wrong = numpy.abs(truth - warehouse.held[endpoint][: len(truth)]).reshape(today, records).sum(axis=1)
            for block in in_blocks(range(today), length(warehouse.shop, endpoint)):
                money = float(wrong[block[0] : block[-1] + 1].sum())
                if money:
                    blocks.append((money / cost_of(warehouse.shop, endpoint, block), endpoint, block))
        blocks.sort(key=lambda each: each[0], reverse=True)
        return as_many(warehouse.shop, [(endpoint, block) for _, endpoint, block in blocks], requests)

    return choose


def newest(warehouse: Warehouse, today: int, _: Stated, requests: float) -> Choice:
    """A look-back of as many days as the requests pay."""
    days = [(endpoint, [day]) for day in reversed(range(today)) for endpoint in PER_DAY]
    return as_many(warehouse.shop, days, requests)


def round_robin(warehouse: Warehouse, today: int, _: Stated, requests: float) -> Choice:
    """The look-back, then the blocks that were read longest ago."""
    recent = [(endpoint, list(range(today - LOOKBACK_DAYS, today))) for endpoint in PER_DAY]
    older = [
        (endpoint, block)
        for endpoint in PER_DAY
        for block in in_blocks(range(today - LOOKBACK_DAYS), page_days(warehouse.shop, endpoint))
    ]
    older.sort(key=lambda each: int(warehouse.read_on[each[0]][each[1][0]]))
    return as_many(warehouse.shop, recent + older, requests)


def as_many(shop: Shop, blocks: Sequence[tuple[Endpoint, list[int]]], requests: float) -> Choice:
    """The first of the blocks that the requests pay for."""
    chosen: Choice = {endpoint: [] for endpoint in PER_DAY}
    costs = dict.fromkeys(PER_DAY, 0.0)
    for endpoint, block in blocks:
        together = sorted({*chosen[endpoint], *block})
        cost = cost_of(shop, endpoint, together)
        if sum(costs.values()) - costs[endpoint] + cost > requests:
            break
        chosen[endpoint], costs[endpoint] = together, cost
    return {endpoint: days for endpoint, days in chosen.items() if days}


def in_blocks(days: range, length: int) -> Iterator[list[int]]:
    """The days in blocks of so many, the newest block full."""
    for end in range(days.stop, days.start, -length):
        yield list(range(max(days.start, end - length), end))


def page_days(shop: Shop, endpoint: Endpoint) -> int:
    """The days of about a page, at least one."""
    return max(1, math.floor(endpoint.page_size / shop.per_day[endpoint]))


def month(_: Shop, __: Endpoint) -> int:
    return 30


def cost_of(shop: Shop, endpoint: Endpoint, days: Sequence[int]) -> float:
    ranges = joined(day_of(day) for day in days)
    return expected_requests(endpoint, ranges, UTC, shop.per_day[endpoint])


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number) if number >= 0 else FIRST - DAY


if __name__ == "__main__":
    main()
