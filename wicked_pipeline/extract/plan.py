"""How long chains and windows should be, by the density of records. Pure arithmetic, which `planner.py` uses.

Two things waste requests: a nearly empty last page, and days that are requested twice.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta, tzinfo
from itertools import pairwise

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.windows import DAY, DayRange, begins, midnight, to_ask_for

WINDOW_PAGES = 30
"""The most pages of a window. A window lands in one transaction, and is read again as a whole if data moves."""
_CHAIN_PAGES = 100
"""A longer chain is split, so that requests can run in parallel until the end. The newest chain is read first, so
that recent days land early."""
_PARALLEL_PAGES = 20
"""From so many pages on, two chains are worth the half page that the second one costs: their requests overlap."""


def split_into_chains(endpoint: Endpoint, asked: DayRange, per_day: float | None) -> list[DayRange]:
    """`asked` as chains of consecutive days that are read in parallel, the newest first.

    `per_day` is the expected number of records a day (None: unknown, so there is one chain).
    """
    pages = (per_day or 0) * asked.days / endpoint.page_size
    count = 1 if pages < _PARALLEL_PAGES else max(2, math.ceil(pages / _CHAIN_PAGES))
    count = min(count, asked.days)
    cuts = [asked.first + timedelta(days=asked.days * k // count) for k in range(count + 1)]
    return [DayRange(first, after - DAY) for first, after in pairwise(cuts)][::-1]


def newest_part(endpoint: Endpoint, asked: DayRange) -> list[DayRange]:
    """`asked` if the density is unknown: the newest window, whose first answer tells the density, and the rest."""
    length = min(asked.days, endpoint.longest_window_days or asked.days)
    newest = DayRange(asked.last - (length - 1) * DAY, asked.last)
    return [newest] if length == asked.days else [newest, DayRange(asked.first, newest.first - DAY)]


def window_of(endpoint: Endpoint, remaining: DayRange, per_day: float | None, longest: int | None) -> DayRange:
    """The days at the beginning of `remaining` that the next window should request.

    `longest` is the endpoint's limit in days, or less if the API has refused or timed out. If the endpoint's windows
    can be cut before a nearly empty last page, long windows are best; else they should fill their last page.
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
    """The filled share of a window's pages, if these have room for 2 standard deviations more than expected."""
    pages = math.ceil((records + 2 * math.sqrt(records)) / page_size)
    return records / (pages * page_size)


def windows(endpoint: Endpoint, asked: DayRange, per_day: float | None) -> Iterator[DayRange]:
    """The expected windows for these days, the newest chain first."""
    for chain in split_into_chains(endpoint, asked, per_day):
        rest: DayRange | None = chain
        while rest is not None:
            window = window_of(endpoint, rest, per_day, endpoint.longest_window_days)
            yield window
            rest = DayRange(window.last + DAY, chain.last) if window.last < chain.last else None


def expected_requests(endpoint: Endpoint, ranges: Iterable[DayRange], zone: tzinfo, per_day: float) -> float:
    """The number of requests that these ranges of days need, for an account in `zone` with `per_day` records a day.

    Margins are included, retries are not.

    A window with pages in the order of their dates is cut in one of two places: before its last page, so the next
    window reads that page's days again from their beginning, or after the last day of the range.
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
