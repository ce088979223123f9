"""One window read from the API into the spool, page by page, again until it holds together: data may move meanwhile.

What its pages say, and whether they are enough, is judged in `tally.py`.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, tzinfo

from wicked_pipeline.api import Client, Page, errors
from wicked_pipeline.api.frame import NotWholeError, read_page
from wicked_pipeline.endpoints import LISTS, PAGE_SIZE
from wicked_pipeline.extract.plan import WINDOW_PAGES
from wicked_pipeline.extract.tally import NEVER, Goal, Tally, effort_of
from wicked_pipeline.lines import lines_of
from wicked_pipeline.records import describe
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, Effort, WindowRead

_LOG = logging.getLogger(__name__)

_READS = 6
"""How often a window is read while the data under it moves; the last reading is landed as unsettled."""

_ASKS = 3
"""How often a page is asked for that comes differently each time, and never as it should."""


class TooWide(Exception):
    """A window holds far more pages than expected, by the `total` of its first page."""


def read_window(client: Client, spool: Spool, goal: Goal, on_page: Callable[[Page], None]) -> WindowRead:
    """Reads a window until it holds together; `on_page` hears of each page that came.

    Raises `TooWide` after the first page where there are too many, and what the client raises where no whole page
    comes.
    """
    effort, repeated = Effort(), 0
    for reading in range(1, _READS + 1):
        tally = Tally(goal)
        try:
            spooled = _read_once(client, spool, tally, on_page, to_the_end=reading == _READS)
        except errors.BadRequest:
            if tally.pages == 0 or reading == _READS:
                raise
            # Assumed: the request was in order before, so what is refused is a `next` that has expired.
            _LOG.warning("%s: page %d was refused; the window is read again", goal, tally.pages + 1)
            effort += tally.effort + Effort(requests=1, retries=1)
            continue
        effort += tally.effort
        settled = tally.holds_together(repeated)
        if settled or reading == _READS:
            _tell(tally, settled=settled)
            return tally.result(spooled, effort, settled=settled)
        _LOG.warning("%s: the data moved in reading %d; the window is read again", goal, reading)
        repeated = tally.repeated
        spooled.delete()
    raise AssertionError("the last reading returns or raises")


def read_left_behind(spooled: SpooledWindow, zone: tzinfo = UTC) -> WindowRead | None:
    """A window that an ended run left in the spool, as if just read; None where it is of no use.

    A window that was being read counts as cut where its pages came in the order of their dates.
    """
    header = spooled.header
    endpoint = LISTS[header.endpoint]
    days, to_included = DayRange(header.ask_from, header.until - DAY), header.ask_to < header.until
    goal = Goal(endpoint, days, followed=header.followed, enough=NEVER, to_included=to_included, zone=zone)
    tally = Tally(goal)
    try:
        for body in spooled.bodies():
            _add(tally, spooled, read_page(body, header.requested_at))
    except NotWholeError:  # a page that the power cut off
        return None
    whole = tally.at_end and tally.holds_together(0)
    if not whole and not tally.can_be_cut():
        return None
    tally.cut = not whole
    return tally.result(spooled, Effort(), settled=True)


def _tell(tally: Tally, *, settled: bool) -> None:
    """Says in the log what the last reading came to."""
    goal = tally.goal
    if not settled:
        _LOG.warning("%s: the data moved in each of %d readings; it is landed unsettled, and due again", goal, _READS)
    elif tally.cut:
        _LOG.info("%s: cut after %d of %d records; what is left is the next window's", goal, tally.records, tally.total)
    else:
        _LOG.info("%s: %d records", goal, tally.records)


def _read_once(
    client: Client, spool: Spool, tally: Tally, on_page: Callable[[Page], None], *, to_the_end: bool
) -> SpooledWindow:
    goal = tally.goal
    spooled: SpooledWindow | None = None
    token: str | None = None
    while True:
        page = _next_page(client, tally, token)
        if page is None:
            assert spooled is not None
            return spooled
        on_page(page)
        if tally.pages == 0 and page.total > 2 * WINDOW_PAGES * PAGE_SIZE and goal.days.days > 1:
            raise TooWide
        spooled = spooled or spool.begin(
            goal.endpoint.name, goal.days.first, goal.ask_to, goal.until, page.requested_at, followed=goal.followed
        )
        _add(tally, spooled, page)
        spooled.write_page(tally.pages, page.body)
        tally.cut = not tally.at_end and tally.may_stop()
        if tally.at_end or tally.cut or (tally.moved and not to_the_end):
            return spooled
        token = page.next_token


def _next_page(client: Client, tally: Tally, token: str | None) -> Page | None:
    """The page after those of the tally; None where there is none behind the last one by `totalPages`."""
    try:
        page = _ask(client, tally, token)
    except errors.BadRequest:
        if not tally.ends_before(None):
            raise
        page = None
    if tally.ends_before(page):
        tally.at_end = True
        tally.effort += effort_of(page) if page else Effort(requests=1)
        return None
    return page


def _add(tally: Tally, spooled: SpooledWindow, page: Page) -> None:
    """Counts the page and adds its lines; each record is looked into this once."""
    endpoint = tally.goal.endpoint
    described = describe(endpoint, page, tally.goal.zone)
    tally.add(page, described)
    lines = lines_of(endpoint, tally.pages, page, described)
    tally.longest_line = max(tally.longest_line, *map(len, lines), 0)
    spooled.write_lines(tally.pages, lines)


def _ask(client: Client, tally: Tally, token: str | None) -> Page:
    """The page after those of the tally. One that doesn't fit them is asked for again, since that is cheaper than to
    read the window again; it is believed once it comes twice."""
    goal, before, requests, throttled_seconds = tally.goal, b"", 0, 0.0
    for _ in range(_ASKS):
        try:
            page = client.page(
                goal.endpoint, goal.days.first, goal.ask_to, next_token=token, priority=goal.requests_left - tally.pages
            )
        except errors.BadRequest:
            if not requests:
                raise
            break  # its `next` was good for one use
        requests += page.requests
        throttled_seconds += page.throttled_seconds
        if tally.fits(page) or page.body == before:
            break
        _LOG.warning("%s: page %d doesn't fit those before it; it is asked for again", goal, tally.pages + 1)
        before = page.body
    return replace(page, requests=requests, throttled_seconds=throttled_seconds)
