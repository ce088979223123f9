"""The Outbound API as a source of windows. It doesn't rely on page numbers, `totalPages`, `total` or `next` alone.

`frame.py` reads a page's body. `seams.py` finds the copies where two pages meet.
"""

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wicked_pipeline.api import errors
from wicked_pipeline.api.client import Client
from wicked_pipeline.api.frame import NotWholeError, Page, read_page
from wicked_pipeline.api.seams import Seams
from wicked_pipeline.source import Batch
from wicked_pipeline.windows import Effort, Window

_LOG = logging.getLogger(__name__)

_ASKS = 3
"""How often a page is requested if each answer differs and none fits."""


class PagedSource:
    """A `source.Source` that requests its pages through `client`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._overlaps: dict[str, int] = {}
        """By endpoint: how many records of the page before each page is known to repeat."""

    def read(self, window: Window) -> Iterator[Batch]:
        """The window's pages, each requested when the caller wants it."""
        pages, token = self._pages(window), None
        while not pages.at_end:
            page, effort = self._next(window, pages, token)
            yield self._add(window, pages, page, effort)
            token = page.next_token

    def replay(self, window: Window, bodies: Iterable[bytes]) -> Iterator[Batch]:
        """The pages in `bodies`, as if the API had just sent them."""
        pages = self._pages(window)
        for body in bodies:
            try:
                page = read_page(body, datetime.now(UTC))
            except NotWholeError as broken:
                raise errors.BrokenPage(f"a page of {window} isn't whole: {broken}") from None
            yield self._add(window, pages, page, Effort())

    def close(self) -> None:
        """Closes the client."""
        self._client.close()

    def _pages(self, window: Window) -> "_Pages":
        return _Pages(self._overlaps.get(window.endpoint.name))

    def _add(self, window: Window, pages: "_Pages", page: Page, effort: Effort) -> Batch:
        batch = pages.add(page, effort)
        overlaps = set(batch.copies[1:])
        if batch.is_last and not batch.moved and len(overlaps) == 1:
            self._overlaps[window.endpoint.name] = overlaps.pop()
        return batch

    def _next(self, window: Window, pages: "_Pages", token: str | None) -> tuple[Page, Effort]:
        """The page after `pages`, and its effort. If the API refuses a page behind the last one, it is empty.

        A page that doesn't fit is requested again, which is cheaper than to read the window again. A page that comes
        twice alike is accepted.
        """
        page, before, requests, throttled_seconds = None, b"", 0, 0.0
        for _ in range(_ASKS):
            priority = window.requests_left - pages.count
            try:
                page = self._client.page(
                    window.endpoint, window.days.first, window.to, next_token=token, priority=priority
                )
            except errors.BadRequest:
                if page is None and not pages.may_be_all:
                    raise
                requests += 1
                break  # there is no such page, or its `next` works only once
            requests += page.requests
            throttled_seconds += page.throttled_seconds
            if pages.fits(page) or page.body == before:
                break
            _LOG.warning("%s: page %d doesn't fit those before it; requesting it again", window, pages.count + 1)
            before = page.body
        effort = Effort(requests, requests - 1, throttled_seconds=throttled_seconds)
        return page or Page(b"", pages.count + 1, 0, 0, None, (), datetime.now(UTC)), effort


@dataclass
class _Pages:
    """The pages of one reading so far."""

    known_overlap: int | None  # how many records of the page before each page is known to repeat
    count: int = 0  # how many pages have come
    records: int = 0  # how many records they hold
    total: int = 0  # how many records the window holds, according to its first page
    total_pages: int = 0  # how many pages it has, according to its first page
    page_size: int = 0  # how many records its first page holds
    full: bool = True  # whether the newest page holds as many records as a page can
    at_end: bool = False  # whether no page follows
    moved: bool = False  # whether some page contradicts the first one
    tokens: set[str | None] = field(default_factory=set)  # each page's `next`
    seams: Seams = field(default_factory=Seams)  # the records that repeat where two pages meet

    def fits(self, page: Page) -> bool:
        """Whether the page agrees with those before it and holds the right number of records."""
        said = (page.total, page.total_pages)
        if page.number != self.count + 1 or (self.count and said != (self.total, self.total_pages)):
            return False
        if self.count == 0 and page.total_pages > 1:
            return self._fits_first(page)
        if self._fits_with(page, ()):
            return True
        return any(self._fits_with(page, copies) for copies in self.seams.with_page(page.records).ways())

    def _fits_first(self, page: Page) -> bool:
        size = len(page.records)
        return any(
            math.ceil((page.total - overlap) / (size - overlap)) == page.total_pages
            for overlap in {0, self.known_overlap or 0}
            if overlap < size
        )

    def _fits_with(self, page: Page, copies: Sequence[int]) -> bool:
        """Whether the page holds the right number of records if each seam has so many copies, its own being last."""
        size, repeats = len(page.records), copies[-1] if copies else 0
        is_full = size in (self.page_size, self.page_size + repeats)
        if page.number < page.total_pages:
            return is_full
        missing = page.total - (self.records + size - sum(copies))
        return missing == 0 or (missing > 0 and repeats > 0 and is_full)  # there are more pages than `totalPages`

    @property
    def may_be_all(self) -> bool:
        """Whether all pages have come that `totalPages` counts."""
        return 0 < self.total_pages <= self.count

    def add(self, page: Page, effort: Effort) -> Batch:
        """Counts the page. An empty page behind the last that `totalPages` counts is no page; it ends the list."""
        if is_none := self.may_be_all and not page.records:
            self.at_end = True
        else:
            self._count(page)
        copies, is_certain = self.seams.likely(self.known_overlap)
        missing, told = self.total - self.records + sum(copies), None
        if self.at_end:
            told = self._copies_by_total()
            copies = told if told is not None else copies if is_certain else [0] * len(copies)
        return Batch(
            number=self.count + is_none,
            body=b"" if is_none else page.body,
            records=page.records,
            damaged=page.damaged,
            requested_at=page.requested_at,
            effort=effort,
            is_last=self.at_end,
            moved=self.moved or (self.at_end and told is None),
            is_sound=self.full and not self.moved and is_certain,
            copies=(0, *copies),
            total=self.total,
            missing=missing,
        )

    def _count(self, page: Page) -> None:
        self.count += 1
        if self.count == 1:
            self.total, self.total_pages, self.page_size = page.total, page.total_pages, len(page.records)
        self.moved |= (page.number, page.total, page.total_pages) != (self.count, self.total, self.total_pages)
        self.records += len(page.records)
        self.seams = self.seams.with_page(page.records)
        repeats = (0, *self.seams.likely(self.known_overlap)[0])[-1]
        self.full = len(page.records) in (self.page_size, self.page_size + repeats)
        self.at_end = page.ends_list(self.tokens, may_go_on=self._may_go_on())
        self.tokens.add(page.next_token)

    def _may_go_on(self) -> bool:
        """Whether pages may follow the last that `totalPages` counts. Pages that overlap need more than it says.

        Equal records at a seam may be copies or not. If both fit the total, more pages may follow a full last page.
        """
        likely, is_certain = self.seams.likely(self.known_overlap)
        ways = [likely] if is_certain else self.seams.ways()
        missing = {self.total - self.records + sum(copies) for copies in ways if any(copies)}
        return max(missing, default=0) > 0 and (self.full or 0 not in missing)

    def _copies_by_total(self) -> list[int] | None:
        """The copies at each seam with which all pages hold `total` records; None if no way gives that number."""
        return next((copies for copies in self.seams.ways() if self.records - sum(copies) == self.total), None)
