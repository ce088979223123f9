"""A world from a seed: contacts with click paths, opt-ins and orders, spread over its days.

This module invents events. `touchpoints.settle` derives flags, touchpoints and LTV from them.
"""

import gc
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from random import Random

from wicked_pipeline.sandbox import catalogue, population, sparse
from wicked_pipeline.sandbox.contacts import click_record, contact_record
from wicked_pipeline.sandbox.instants import DAY, midnight, utc_text
from wicked_pipeline.sandbox.orders import order
from wicked_pipeline.sandbox.population import Purchase
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline.sandbox.touchpoints import Record, settle
from wicked_pipeline.sandbox.world import World, owner

HOURS = (5, 4, 4, 3, 2, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 11, 10, 10, 9, 9, 9, 9, 8, 7)
"""Clicks and sign-ups by hour of the account's day."""


@dataclass(slots=True)
class _Person:
    joined: float
    arrived: float
    contact: Record
    tracked: bool
    visits: list[tuple[float, int, bool]] = field(default_factory=list)  # (epoch second, touch, is an opt-in)
    purchases: list[Purchase] = field(default_factory=list)


class _Maker:
    """The shared state of a world's creation: its random numbers, its span and its touches."""

    def __init__(self, seed: int, first_day: date, days: int, zone: str) -> None:
        self.rng = Random(seed)  # noqa: S311  # invented people, not secrets
        self.seed = str(seed)
        self.zone = zone_of(zone)
        self.midnights = [midnight(first_day + timedelta(days=day), self.zone) for day in range(days + 1)]
        self.first, self.end = self.midnights[0], self.midnights[-1]
        self.touches = catalogue.touches()
        self.arrivals = list(accumulate(touch.arrivals for touch in self.touches))
        self.returns = list(accumulate(touch.returns for touch in self.touches))

    def moments(self, count: int) -> list[float]:
        """Epoch seconds over the days, sorted. Their hours follow a shop's usual day."""
        rng, begins, lengths = self.rng, self.midnights, [after - begin for begin, after in pairwise(self.midnights)]
        days, found = range(len(lengths)), []
        for hour in rng.choices(range(24), HOURS, k=count):
            day, second = rng.choice(days), hour * 3600 + int(rng.random() * 3600)
            found.append(begins[day] + min(second, lengths[day] - 1))  # a day on which clocks change may be shorter
        return sorted(found)

    def touch(self, weights: list[float]) -> int:
        return self.rng.choices(range(len(self.touches)), cum_weights=weights)[0]


def build_world(
    first_day: date = date(2024, 1, 1),
    days: int = 90,
    contacts: int = 40,
    clicks: int = 300,
    orders: int = 30,
    seed: int = 1,
    zone: str = "America/New_York",
) -> World:
    """The world of a seed: `days` days of the account from `first_day`, with so many records a day on average.

    The numbers of contacts and clicks are exact (but paths to purchases may need more clicks). The number of orders
    follows from the customers' purchases and is right only on average. The same arguments give the same world.
    """
    collecting = gc.isenabled()
    gc.disable()  # millions of small dicts without a cycle
    try:
        maker = _Maker(seed, first_day, days, zone)
        people = _people(maker, contacts * days)
        if orders and people:
            _buy(maker, people, orders * days)
        _browse(maker, people, clicks * days)
        world = World(zone=zone, first_day=first_day, days=days)
        _record(maker, world, people)
        return world
    finally:
        if collecting:
            gc.enable()


def _people(maker: _Maker, count: int) -> list[_Person]:
    rng, people = maker.rng, []
    for index, joined in enumerate(maker.moments(count)):
        gap = rng.uniform(5, 600) if rng.random() < 0.5 else rng.expovariate(1 / (5 * DAY))
        arrived = joined - gap
        if arrived < maker.first:
            arrived = maker.first + (joined - maker.first) * rng.random()
        person = _Person(joined, arrived, contact_record(rng, index, joined), tracked=rng.random() >= 0.04)
        if person.tracked:
            opts_in = rng.random() < 0.75
            at_once = opts_in and rng.random() < 0.5
            person.visits.append((arrived, maker.touch(maker.arrivals), at_once))
            if opts_in and not at_once:
                person.visits.append((arrived + (joined - arrived) * rng.random(), maker.touch(maker.returns), True))
        people.append(person)
    return people


def _buy(maker: _Maker, people: list[_Person], orders: int) -> None:
    rng = maker.rng
    each = population.orders_a_customer(maker.seed, maker.first, maker.end, maker.zone)
    count = round(orders / max(each, 0.01))
    # With more customers than contacts, a contact would have to be two customers at once.
    chosen = rng.sample(people, count) if count <= len(people) else rng.choices(people, k=count)
    for number, person in enumerate(chosen):
        for purchase in population.customer(rng, person.joined, maker.end, number, maker.zone):
            person.purchases.append(purchase)
            if person.tracked and purchase.renewal == 0 and rng.random() < 0.85:
                at = max(person.arrived, purchase.at - rng.uniform(30, 0.9 * DAY))
                person.visits.append((at, maker.touch(maker.returns), rng.random() < 0.05))
            if not purchase.plan and rng.random() < 0.03:  # the first attempt failed
                failed = Purchase(
                    max(person.joined, purchase.at - 400), purchase.amount, purchase.currency, failed=True
                )
                person.purchases.append(failed)


def _browse(maker: _Maker, people: list[_Person], clicks: int) -> None:
    """Visits without a purchase, by contacts who have arrived by then, mostly new ones."""
    rng = maker.rng
    count = clicks - sum(len(person.visits) for person in people)
    tracked = sorted((person for person in people if person.tracked), key=lambda person: person.arrived)
    if count <= 0 or not tracked:
        return
    touches = rng.choices(range(len(maker.touches)), cum_weights=maker.returns, k=count)
    arrived = 0
    for at, touch in zip(maker.moments(count), touches, strict=True):
        while arrived < len(tracked) and tracked[arrived].arrived <= at:
            arrived += 1
        person = tracked[arrived - 1 - int(arrived * rng.random() ** 3)] if arrived else tracked[0]
        person.visits.append((max(at, person.arrived), touch, rng.random() < 0.02))
        if rng.random() < 0.003:  # a double click: two equal records
            person.visits.append(person.visits[-1])


def _record(maker: _Maker, world: World, people: list[_Person]) -> None:
    clicks_of = {person.contact["id"]: _clicks(maker, person) for person in people}
    bought = [(purchase, person.contact) for person in people for purchase in person.purchases]
    world.contacts = [person.contact for person in people]
    world.clicks = list(chain.from_iterable(clicks_of.values()))
    world.orders = [
        order(maker.rng, index, purchase, contact, maker.end, maker.zone)
        for index, (purchase, contact) in enumerate(bought)
    ]
    sparse.thin_events(maker.rng, world)
    orders_of: dict[str, list[Record]] = defaultdict(list)
    for record in world.orders:
        orders_of[owner("orders", record)].append(record)
    for contact in world.contacts:
        settle(contact, clicks_of[contact["id"]], orders_of.get(contact["id"], []), maker.zone)
    sparse.thin_derived(maker.rng, world)
    world.clicks.sort(key=itemgetter("date"))
    world.orders.sort(key=itemgetter("date"))


def _clicks(maker: _Maker, person: _Person) -> list[Record]:
    links = {"contact": {"href": f"/contacts/{person.contact['id']}"}}
    return [
        click_record(person.contact, utc_text(at), maker.touches[index], opt_in, links)
        for at, index, opt_in in sorted(person.visits)
    ]
