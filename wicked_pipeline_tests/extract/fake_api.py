"""The API as an object in this process: it answers `Client.page` from instants alone, under any reading of days."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from threading import Lock
from typing import cast

from wicked_pipeline.api import Client, Page, PagedSource, errors
from wicked_pipeline.api.frame import read_page
from wicked_pipeline.endpoints import CLICKS, PAGE_SIZE, Endpoint
from wicked_pipeline.windows import DAY, midnight


@dataclass
class FakeApi:
    """Lists of records by endpoint name, each a record's instant (naive, UTC), ascending.

    A day begins `offset` after its UTC midnight; `inclusive` says whether `to` belongs to a window. Each page begins
    with the last `overlap` records of the one before it, or all of the `same_instant` as its last (no two records are
    then equal): within `page_size`, or `beyond` it; `counted` says whether `totalPages` takes that into account. Behind
    the last page there is an empty one, or it `refuses` to give any. The records of `lost` windows (by first day) can't
    be read, `slow` is the longest window in days that doesn't time out. `asked` remembers every request.
    """

    instants: Mapping[str, Sequence[datetime]]
    offset: timedelta = timedelta()
    inclusive: bool = True
    page_size: int = PAGE_SIZE
    overlap: int = 0
    same_instant: bool = False
    beyond: bool = False
    counted: bool = True
    refuses: bool = False
    lost: frozenset[date] = frozenset()
    slow: int | None = None
    ends_after: int | None = None
    asked: list[tuple[str, date, date, int]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def source(self) -> PagedSource:
        """It as the source that extraction reads."""
        return PagedSource(cast(Client, self))

    def close(self) -> None:
        """Nobody waits here."""

    def page(
        self,
        endpoint: Endpoint,
        first: date,
        until: date,
        *,
        next_token: str | None = None,
        limit: int = PAGE_SIZE,
        priority: float = 0.0,  # noqa: ARG002 - nobody waits here
    ) -> Page:
        """One page, as the real client gives it."""
        index = int(next_token or 0)
        with self._lock:
            self.asked.append((endpoint.name, first, until, index))
            if self.ends_after is not None and len(self.asked) > self.ends_after:
                raise errors.Unreachable("the API is gone")
        self._refuse(endpoint, first, until)
        found = self._window(endpoint, first, until)
        size = min(limit, self.page_size)
        pages = list(self._pages(found, size))
        if index >= len(pages) and index and self.refuses:
            raise errors.BadRequest("no more pages")
        results = [self._record(endpoint, found, place) for place in (pages[index] if index < len(pages) else ())]
        total_pages = len(pages) if self.counted else -(-len(found) // size)
        body = (
            f'{{"status":"success","results":[{",".join(results)}],"page":{index + 1},'
            f'"totalPages":{total_pages},"total":{len(found)},"next":"{index + 1}"}}'
        )
        return read_page(body.encode(), datetime.now(UTC))

    def _record(self, endpoint: Endpoint, found: Sequence[datetime], place: int) -> str:
        instant = found[place].isoformat()
        record_id = "c" if endpoint is CLICKS else instant
        told_apart = f',"n":{place}' if self.same_instant else ""
        return f'{{"{endpoint.id_field}":"{record_id}","{endpoint.date_field}":"{instant}Z"{told_apart}}}'

    def _pages(self, found: Sequence[datetime], size: int) -> Iterator[range]:
        """The places of each page's records."""
        begin = 0
        while begin < len(found):
            again = min(begin, self.overlap)
            if self.same_instant and begin:
                again = min(begin - bisect_left(found, found[begin - 1]), size - 1)
            end = begin + size if self.beyond else begin - again + size
            yield range(begin - again, min(end, len(found)))
            begin = end

    def _refuse(self, endpoint: Endpoint, first: date, until: date) -> None:
        days = (until - first).days
        if endpoint.longest_window_days and days > endpoint.longest_window_days:
            raise errors.BadRequest("too many days")
        if self.slow and days > self.slow:
            raise errors.TimedOut("too slow")
        if any(first <= day < until for day in self.lost):
            raise errors.ServerTrouble("500") if days == 1 else errors.TimedOut("too slow")

    def _window(self, endpoint: Endpoint, first: date, until: date) -> Sequence[datetime]:
        instants = self.instants[endpoint.name]
        end = until + DAY if self.inclusive else until
        low, high = (bisect_left(instants, midnight(day) + self.offset) for day in (first, end))
        return instants[low:high]


def evenly(first: date, days: int, per_day: float) -> list[datetime]:
    """Instants at equal distances over these days."""
    count = round(days * per_day)
    return [midnight(first) + timedelta(days=days) * k / count for k in range(count)]
