"""What a sync reads today, planned from facts alone: no network, no warehouse."""

import math
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from wicked_pipeline.account import Account
from wicked_pipeline.endpoints import CLICKS, CONTACTS, ORDERS, Endpoint
from wicked_pipeline.refresh import (
    ALL,
    LOOK_BACK,
    NEED,
    NOT_LANDED,
    RARELY,
    SWEEP,
    Changes,
    LandedFacts,
    ListFacts,
    Plan,
    look_back,
    plan,
    rate,
)
from wicked_pipeline.windows import DAY, DayRange

TODAY = date(2024, 6, 30)
RECENT = DayRange(TODAY - 3 * DAY, TODAY - DAY)


@pytest.mark.parametrize(
    ("lookback_days", "first"),
    [(0, date(2024, 3, 9)), (1, date(2024, 3, 9)), (3, date(2024, 3, 7)), (30, date(2024, 3, 1))],
)
def test_the_lookback_ends_yesterday_and_begins_no_earlier_than_the_start(lookback_days: int, first: date) -> None:
    account = Account(start_date=date(2024, 3, 1), lookback_days=lookback_days)
    assert look_back(account, date(2024, 3, 10)) == DayRange(first, date(2024, 3, 9))


def cost_at(pages_a_day: float) -> object:
    """A cost without margins: so many pages a day, and at least one a range."""

    def cost(_: Endpoint, ranges: Sequence[DayRange]) -> float:
        return sum(max(1, math.ceil(part.days * pages_a_day)) for part in ranges)

    return cost


def facts(
    endpoint: Endpoint,
    days: int = 100,
    *,
    read: int = 1,
    gap: range = range(0),
    per_day: float | None = 100,
    **more: object,
) -> ListFacts:
    """A list of which the last three days still change, those so many days ago are not landed, and the others are."""
    ago = {n: TODAY - timedelta(n) for n in range(days, 0, -1)}
    return ListFacts(
        endpoint,
        per_day,
        not_landed=[day for n, day in ago.items() if n <= 3 or n in gap],
        landed=[LandedFacts(day, TODAY - read * DAY, 100) for n, day in ago.items() if n > 3 and n not in gap],
        **more,  # type: ignore[arg-type]
    )


def planned(*lists: ListFacts, allowance: int | None = 1000, spent: int = 0, pages_a_day: float = 0.1) -> Plan:
    return plan(lists, RECENT, today=TODAY, allowance=allowance, spent=spent, cost=cost_at(pages_a_day))  # type: ignore[arg-type]


def reasons(plan: Plan, endpoint: Endpoint) -> dict[str, int]:
    """The days that are read of the endpoint, by reason."""
    days: dict[str, int] = {}
    for read in plan.reads:
        if read.endpoint == endpoint:
            days[read.why] = days.get(read.why, 0) + read.days
    return days


def test_while_it_fits_contacts_and_orders_are_read_whole_and_clicks_of_the_look_back() -> None:
    found = planned(facts(CONTACTS), facts(CLICKS), facts(ORDERS))
    assert reasons(found, CONTACTS) == reasons(found, ORDERS) == {LOOK_BACK: 3, ALL: 97}
    assert reasons(found, CLICKS) == {LOOK_BACK: 3}
    assert found.waits == ()
    assert found.requests == 10 + 1 + 10
    assert found.work()[ORDERS] == [DayRange(TODAY - 100 * DAY, TODAY - DAY)]


def test_old_clicks_are_read_within_a_month_and_the_longest_unread_first() -> None:
    landed = [LandedFacts(TODAY - n * DAY, TODAY - (20 + n % 2) * DAY, 100) for n in range(63, 3, -1)]
    found = planned(ListFacts(CLICKS, 100, [], landed))
    assert reasons(found, CLICKS) == {RARELY: 3}
    assert found.reads[0].ranges[0].first == TODAY - 63 * DAY
    assert reasons(planned(facts(CLICKS, read=5)), CLICKS) == {LOOK_BACK: 3}


def test_days_that_never_landed_come_newest_first_and_the_rest_waits() -> None:
    missing = facts(ORDERS, 300, gap=range(4, 301))
    found = planned(missing, allowance=24)
    assert reasons(found, ORDERS)[NOT_LANDED] == 30 * len([r for r in found.reads if r.why == NOT_LANDED]) > 0
    assert max(wait.ranges[-1].last for wait in found.waits) < min(read.ranges[0].first for read in found.reads)
    assert found.requests <= 24
    assert reasons(found, ORDERS)[NOT_LANDED] + sum(wait.days for wait in found.waits) == 297


def test_of_an_unknown_density_only_the_newest_month_is_read() -> None:
    found = planned(facts(CLICKS, 300, gap=range(4, 301), per_day=None))
    assert reasons(found, CLICKS) == {LOOK_BACK: 3, NOT_LANDED: 30}
    assert "Waits: clicks, 267 days" in "\n".join(found.lines(120))
    assert "requests unknown" in found.lines(120)[-1]


def test_the_look_back_is_read_also_beyond_the_allowance_and_a_sweep_has_none() -> None:
    lists = [facts(CONTACTS), facts(CLICKS, gap=range(50, 60)), facts(ORDERS)]
    found = planned(*lists, allowance=1, spent=1)
    assert {read.why for read in found.reads} == {LOOK_BACK}
    assert {wait.why for wait in found.waits} == {NOT_LANDED, NEED}
    swept = planned(*lists, allowance=None)
    assert reasons(swept, CLICKS) == {LOOK_BACK: 3, SWEEP: 97}


def test_what_is_not_landed_comes_before_what_may_have_changed() -> None:
    found = planned(facts(ORDERS, gap=range(41, 71)), allowance=4)
    assert reasons(found, ORDERS) == {LOOK_BACK: 3, NOT_LANDED: 30}


@pytest.mark.parametrize("stale", [40, 70])
def test_beyond_the_allowance_the_days_of_known_changes_come_first(stale: int) -> None:
    landed = [
        LandedFacts(TODAY - n * DAY, TODAY - DAY, 100, stale=90.0 if n // 30 == stale // 30 else 0.0)
        for n in range(119, 3, -1)
    ]
    found = planned(ListFacts(CONTACTS, 100, [], landed), allowance=5)
    (read,) = found.reads
    assert read.why == NEED
    middle = read.ranges[0].first + timedelta(read.ranges[0].days // 2)
    assert abs((TODAY - middle).days - (stale // 30 * 30 + 15)) <= 15
    assert found.waits


def test_young_days_come_first_until_readings_show_that_older_ones_change_more() -> None:
    def oldest_read(**more: object) -> int:
        found = planned(facts(ORDERS, 400, **more), allowance=4)
        return max((TODAY - read.ranges[0].first).days for read in found.reads if read.why == NEED)

    assert oldest_read() == 33
    assert oldest_read(changes={4: Changes(found=90_000, record_days=900_000)}) == 393


def test_a_day_that_was_read_long_ago_has_more_need() -> None:
    landed = [LandedFacts(TODAY - n * DAY, TODAY - (200 if n > 370 else 1) * DAY, 100) for n in range(399, 3, -1)]
    found = planned(ListFacts(ORDERS, 100, [], landed), allowance=3)
    assert {(TODAY - read.ranges[0].first).days for read in found.reads} == {393}


def test_the_rate_is_the_prior_before_readings_and_what_they_found_after_many() -> None:
    assert rate(facts(ORDERS), 5) == pytest.approx(0.01)
    seen = {0: Changes(found=60_000, record_days=1_000_000)}
    assert rate(facts(ORDERS, changes=seen), 5) == pytest.approx(0.06, rel=0.03)
    assert rate(facts(ORDERS, changes=seen), 400) == pytest.approx(0.0002)


def test_a_plan_says_what_it_reads_why_and_what_waits() -> None:
    found = planned(facts(CONTACTS), facts(ORDERS, gap=range(10, 50)), allowance=7, spent=1)
    assert found.lines(120) == [
        "contacts, 3 days from 2024-06-27 to 2024-06-29 (still change): 1 request",
        "orders, 3 days from 2024-06-27 to 2024-06-29 (still change): 1 request",
        "orders, 40 days from 2024-05-12 to 2024-06-20 (not landed for good): 4 requests",
        "In all 6 requests, of 7 a day, 1 sent before; 1 minute at 120 a minute",
        "Waits: contacts, 97 days from 2024-03-22 to 2024-06-26 (most changes expected for their requests): "
        "10 requests",
        "Waits: orders, 57 days from 2024-03-22 to 2024-06-26 in 2 ranges (most changes expected for their requests): "
        "6 requests",
    ]
