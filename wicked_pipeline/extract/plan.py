"""How long chains and windows should be, by the density of records. Pure reckoning; `planner.py` goes by it.

What costs requests is a last page that is nearly empty, and days asked for twice.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta, tzinfo
from itertools import pairwise

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.windows import DAY, DayRange, begins, midnight, to_ask_for

WINDOW_PAGES = 30
"""A window of more pages than this is not asked for: it is one transaction, and what is read again when data moves."""
_CHAIN_PAGES = 100
"""A chain of windows longer than this is split, so that there is enough to ask at once until the end. The newest one
is read first, so that recent days land early."""
_PARALLEL_PAGES = 20
"""From here on two chains are worth the half page that the second one costs: their requests overlap."""


def split_into_chains(endpoint: Endpoint, asked: DayRange, per_day: float | None) -> list[DayRange]:
    """`asked` as chains of consecutive days that are read beside each other, the newest first.

    `per_day` is the expected number of records a day (None: unknown, one chain).
    """
    pages = (per_day or 0) * asked.days / endpoint.page_size
    count = 1 if pages < _PARALLEL_PAGES else max(2, math.ceil(pages / _CHAIN_PAGES))
    count = min(count, asked.days)
    cuts = [asked.first + timedelta(days=asked.days * k // count) for k in range(count + 1)]
    return [DayRange(first, after - DAY) for first, after in pairwise(cuts)][::-1]


def newest_part(endpoint: Endpoint, asked: DayRange) -> list[DayRange]:
    """`asked`, where the density is unknown: a newest window that tells it with its first answer, and the rest."""
    length = min(asked.days, endpoint.longest_window_days or asked.days)
    newest = DayRange(asked.last - (length - 1) * DAY, asked.last)
    return [newest] if length == asked.days else [newest, DayRange(asked.first, newest.first - DAY)]


def window_of(endpoint: Endpoint, remaining: DayRange, per_day: float | None, longest: int | None) -> DayRange:
    """The days at the beginning of `remaining` that the next window should ask for.

    `longest` is the endpoint's limit in days, or less where the API has refused or timed out. Where the endpoint's
    windows can be cut before a nearly empty last page, long ones are best; else they should fill it well.
    """
    length = min(remaining.days, longest or remaining.days)
    if per_day:
        most = WINDOW_PAGES * endpoint.page_size
        if length * per_day > most:
            length = max(1, int(most / per_day))
        if not endpoint.dated and length < remaining.days:
            shorter = range(max(1, length - 15), length + 1)
            length = max(shorter, key=lambda days: (round(_filling(days * per_day, endpoint.page_size), 2), days))
    return DayRange(remaining.first, remaining.first + (length - 1) * DAY)


def _filling(records: float, page_size: int) -> float:
    """The share of its pages' room that a window of so many expected records uses, some 2 deviations above them."""
    pages = math.ceil((records + 2 * math.sqrt(records)) / page_size)
    return records / (pages * page_size)


def windows(endpoint: Endpoint, asked: DayRange, per_day: float | None) -> Iterator[DayRange]:
    """The windows that it is expected to take to ask for these days, the newest chain first."""
    for chain in split_into_chains(endpoint, asked, per_day):
        rest: DayRange | None = chain
        while rest is not None:
            window = window_of(endpoint, rest, per_day, endpoint.longest_window_days)
            yield window
            rest = DayRange(window.last + DAY, chain.last) if window.last < chain.last else None


def expected_requests(endpoint: Endpoint, ranges: Iterable[DayRange], zone: tzinfo, per_day: float) -> float:
    """How many requests it takes to read these ranges of days of an account in `zone`, at so many records a day.

    Margins are counted, what must be retried is not.

    A window whose pages come in the order of their dates is cut: before its last page, whose days the next one reads
    again from their beginning, or behind the last day that is wanted.
    """
    requests, pages_a_day = 0.0, per_day / endpoint.page_size
    for days in ranges:
        wanted_until = begins(days.last + DAY, zone)
        for window in windows(endpoint, to_ask_for(days, zone), per_day):
            until = midnight(window.last + DAY)
            read_until = min(until, wanted_until) if endpoint.dated else until
            pages = max(0.0, (read_until - midnight(window.first)) / DAY) * pages_a_day
            is_cut = endpoint.dated and pages > 1 and until < wanted_until
            requests += pages + min(1, pages_a_day) / 2 if is_cut else max(1, math.ceil(pages))
    return requests
