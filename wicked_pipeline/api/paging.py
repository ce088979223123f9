"""The Outbound API as a source of windows: pages by number, `totalPages`, `total` and a `next`, none of them trusted.

What a page holds is read in `frame.py`, what comes twice where two pages meet in `seams.py`.
"""

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import msgspec

from wicked_pipeline.api import errors
from wicked_pipeline.api.client import Client
from wicked_pipeline.api.frame import NotWholeError, Page, read_page
from wicked_pipeline.api.seams import Seams
from wicked_pipeline.source import Batch
from wicked_pipeline.windows import Effort, Window

_LOG = logging.getLogger(__name__)

_ASKS = 3
"""How often a page is asked for that comes differently each time, and never as it should."""


class PagedSource:
    """A `source.Source` that asks `client` for the pages."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._overlaps: dict[str, int] = {}
        """By endpoint, how many records each page is known to repeat of the one before it."""

    def read(self, window: Window) -> Iterator[Batch]:
        """The window's pages, as long as the next one is wanted."""
        pages, token = _Pages(self._overlaps.get(window.endpoint.name)), None
        while not pages.at_end:
            page, effort = self._next(window, pages, token)
            if pages.ends_before(page):
                yield pages.end(effort)
            else:
                assert page is not None
                yield self._add(window, pages, page, effort)
                token = page.next_token

    def replay(self, window: Window, bodies: Iterable[bytes]) -> Iterator[Batch]:
        """The pages in `bodies`, as if they had just come."""
        pages = _Pages(self._overlaps.get(window.endpoint.name))
        for body in bodies:
            try:
                page = read_page(body, datetime.now(UTC))
            except NotWholeError as broken:
                raise errors.BrokenPage(f"a page of {window} isn't whole: {broken}") from None
            yield self._add(window, pages, page, Effort())

    def close(self) -> None:
        """Closes the client."""
        self._client.close()

    def _add(self, window: Window, pages: "_Pages", page: Page, effort: Effort) -> Batch:
        batch = pages.add(page, effort)
        overlaps = set(batch.copies[1:])
        if batch.is_last and not batch.moved and len(overlaps) == 1:
            self._overlaps[window.endpoint.name] = overlaps.pop()
        return batch

    def _next(self, window: Window, pages: "_Pages", token: str | None) -> tuple[Page | None, Effort]:
        """The page after these, and what it took; None where it is refused since there is none.

        A page that doesn't fit is asked for again, since that is cheaper than to read the window again; it is believed
        once it comes twice.
        """
        page, before, effort = None, b"", Effort()
        for _ in range(_ASKS):
            try:
                page = self._client.page(
                    window.endpoint,
                    window.days.first,
                    window.to,
                    next_token=token,
                    priority=window.requests_left - pages.count,
                )
            except errors.BadRequest:
                if page is None and not pages.ends_before(None):
                    raise
                effort += Effort(requests=1)
                break  # there is no such page, or its `next` was good for one use
            effort += Effort(page.requests, throttled_seconds=page.throttled_seconds)
            if pages.fits(page) or page.body == before:
                break
            _LOG.warning("%s: page %d doesn't fit those before it; it is asked for again", window, pages.count + 1)
            before = page.body
        return page, replace(effort, retries=effort.requests - 1)


@dataclass
class _Pages:
    """The pages of one reading so far."""

    known_overlap: int | None  # how many records each page is known to repeat of the one before it
    count: int = 0  # how many pages have come
    records: int = 0  # how many records they hold
    total: int = 0  # how many the window holds, by its first page
    total_pages: int = 0  # how many pages it has, by its first page
    page_size: int = 0  # how many records its first page holds
    full: bool = True  # whether the newest page holds as many as a page can
    at_end: bool = False  # whether nothing follows
    moved: bool = False  # whether some page contradicts the first one
    tokens: set[str | None] = field(default_factory=set)  # each page's `next`
    seams: Seams = field(default_factory=Seams)  # what comes again where two pages meet

    def fits(self, page: Page) -> bool:
        """Whether the page goes with those before it, and holds as many records as it then should."""
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
        """Whether it does, if there are so many copies at each seam, at its own last."""
        size, repeats = len(page.records), copies[-1] if copies else 0
        is_full = size in (self.page_size, self.page_size + repeats)
        if page.number < page.total_pages:
            return is_full
        missing = page.total - (self.records + size - sum(copies))
        return missing == 0 or (missing > 0 and repeats > 0 and is_full)  # there are more pages than `totalPages`

    def ends_before(self, page: Page | None) -> bool:
        """Whether the list has ended before this page, as an empty or a refused (None) one behind the last says."""
        return 0 < self.total_pages <= self.count and (page is None or not page.records)

    def add(self, page: Page, effort: Effort) -> Batch:
        """Counts the page."""
        self.count += 1
        if self.count == 1:
            self.total, self.total_pages, self.page_size = page.total, page.total_pages, len(page.records)
        self.moved |= (page.number, page.total, page.total_pages) != (self.count, self.total, self.total_pages)
        self.records += len(page.records)
        self.seams = self.seams.with_page(page.records)
        repeats = (0, *self.seams.likely(self.known_overlap))[-1]
        self.full = len(page.records) in (self.page_size, self.page_size + repeats)
        self.at_end = page.ends_list(self.tokens, may_go_on=self._may_go_on())
        self.tokens.add(page.next_token)
        return self._batch(page.body, page.records, page.damaged, page.requested_at, effort)

    def end(self, effort: Effort) -> Batch:
        """The end of the list, found by asking for more than there is."""
        self.at_end = True
        return self._batch(b"", (), False, datetime.now(UTC), effort)

    def _batch(
        self, body: bytes, records: Sequence[msgspec.Raw], damaged: bool, requested_at: datetime, effort: Effort
    ) -> Batch:
        overlap, likely = self.seams.overlap(self.known_overlap), self.seams.likely(self.known_overlap)
        copies, told = likely, None
        if self.at_end:
            told = self._copies_by_total()
            copies = [overlap or 0] * len(likely) if told is None else told
        return Batch(
            number=self.count + (not body),
            body=body,
            records=records,
            damaged=damaged,
            requested_at=requested_at,
            effort=effort,
            is_last=self.at_end,
            moved=self.moved or (self.at_end and told is None),
            is_sound=self.full and not self.moved and overlap is not None,
            copies=(0, *copies),
            total=self.total,
            missing=self.total - self.records + sum(likely),
        )

    def _may_go_on(self) -> bool:
        """Whether there may be more behind as many pages as the API counts: pages that overlap don't hold all.

        Equal records at a seam may be copies or not. Where both would do, a full last page leaves it open.
        """
        overlap, likely = self.seams.overlap(self.known_overlap), self.seams.likely(self.known_overlap)
        ways = self.seams.ways() if overlap is None else [likely]
        missing = {self.total - self.records + sum(copies) for copies in ways if any(copies)}
        return max(missing, default=0) > 0 and (self.full or 0 not in missing)

    def _copies_by_total(self) -> list[int] | None:
        """The copies at each seam by which the pages, read to the end, hold what `total` says; None where none do."""
        return next((copies for copies in self.seams.ways() if self.records - sum(copies) == self.total), None)
