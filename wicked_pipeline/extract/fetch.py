"""Ranges of days of several endpoints, fetched at once: chains of windows beside each other, one budget for all.

The pages of a window are a chain, since each page names the next; windows and endpoints are not, so threads overlap
their requests. Windows come out as soon as it is known what they answer for, while others are still being read.
"""

import logging
import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo

from wicked_pipeline.api import Client, Page, errors
from wicked_pipeline.endpoints import PAGE_SIZE, Endpoint
from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.extract.plan import newest_part, window_of
from wicked_pipeline.extract.reading import TooWide, read_left_behind, read_window
from wicked_pipeline.extract.tally import Goal
from wicked_pipeline.extract.timeline import Chain, Gap, Timeline
from wicked_pipeline.progress import Progress
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, FetchedWindow, WindowRead

_LOG = logging.getLogger(__name__)

_THREADS = 6
_FAILURES_IN_A_ROW = 3
"""So many windows failing one after the other mean that the API is in trouble, not the windows."""


class WindowsFailed(ExpectedError):
    """Some windows could not be read whole; all others were. The text is one line that names them."""


def fetch(
    client: Client,
    work: Mapping[Endpoint, Sequence[DayRange]],
    spool: Spool,
    *,
    zone: tzinfo,
    per_day: Mapping[str, float],
    left_behind: Sequence[SpooledWindow] = (),
    progress: Progress,
) -> Iterator[list[FetchedWindow]]:
    """Fetches the ranges of days of each endpoint, and yields windows, some at a time, as they become ready to land.

    Days are those of an account in `zone`. `per_day` holds expected records a day by endpoint name, where known.
    Windows that ended runs left in the spool (`left_behind`) are not asked for again. After the last window it raises
    `WindowsFailed` where days could not be read, or the `ApiError` that stopped everything.
    """
    run = _Run(client, spool, zone, per_day, progress)
    for endpoint, ranges in work.items():
        reads = _reads((window for window in left_behind if window.header.endpoint == endpoint.name), zone)
        for days in ranges:
            run.add(endpoint, days, reads)
    yield from run.windows()


def _reads(left_behind: Iterable[SpooledWindow], zone: tzinfo) -> list[WindowRead]:
    """Those of use of one endpoint's windows that ended runs left, the latest first."""
    reads = [read for window in left_behind if (read := read_left_behind(window, zone)) is not None]
    return sorted(reads, key=lambda read: read.spooled.header.requested_at, reverse=True)


class _Run:
    """Worker threads take chains from `_waiting` and put down what they read, under `_turn`; `_news` wakes the main
    thread, with the error where one ends the run."""

    def __init__(
        self, client: Client, spool: Spool, zone: tzinfo, per_day: Mapping[str, float], progress: Progress
    ) -> None:
        self._client = client
        self._spool = spool
        self._zone = zone
        self._per_day = dict(per_day)
        self._progress = progress
        self._longest: dict[Endpoint, int | None] = {}
        self._to_included: set[Endpoint] = set()
        self._overlap: dict[Endpoint, int] = {}
        self._timelines: list[Timeline] = []
        self._waiting: list[Chain] = []
        self._probed: set[Endpoint] = set()
        self._reading = 0
        self._turn = threading.Condition()
        self._news: queue.Queue[Exception | None] = queue.Queue()
        self._alive = _THREADS
        self._stopped = threading.Event()
        self._failures: list[str] = []
        self._failed_in_a_row = 0

    def add(self, endpoint: Endpoint, days: DayRange, left_behind: list[WindowRead]) -> None:
        """Plans `days`: what is left in the spool is taken, and the rest becomes chains."""
        timeline = Timeline(endpoint, days, self._zone)
        self._timelines.append(timeline)
        self._longest[endpoint] = endpoint.longest_window_days
        for hole in timeline.take_over(left_behind):
            parts = [hole] if endpoint.name in self._per_day else newest_part(endpoint, hole)
            self._waiting += [timeline.new_chain(part) for part in parts]

    def windows(self) -> Iterator[list[FetchedWindow]]:
        """Reads all that was added, in threads, and hands on what becomes ready."""
        fatal: Exception | None = None
        try:
            for _ in range(_THREADS):
                threading.Thread(target=self._work, daemon=True).start()
            while self._alive or not self._news.empty():
                yield from self._ready()
                news = self._news.get()
                fatal = fatal or news
            for chain in self._waiting:
                chain.close(chain.days.first)
            yield from self._ready()
        finally:
            self._stop()
        if fatal is not None:
            raise fatal
        if self._failures:
            raise WindowsFailed("; ".join(self._failures))

    def _ready(self) -> Iterator[list[FetchedWindow]]:
        with self._turn:
            ready = [window for timeline in self._timelines for window in timeline.ready()]
        if ready:
            yield ready

    def _stop(self) -> None:
        with self._turn:
            self._stopped.set()
            self._turn.notify_all()

    def _work(self) -> None:
        fatal: Exception | None = None
        try:
            while (chain := self._next_chain()) is not None:
                self._read_chain(chain)
        except OSError as error:
            fatal = WindowsFailed(f"pages can't be kept in {error.filename or 'the spool'}: {error.strerror}")
        except Exception as error:  # the main thread raises it
            fatal = error
        if fatal is not None:
            self._stop()
        with self._turn:
            self._alive -= 1
        self._news.put(fatal)

    def _next_chain(self) -> Chain | None:
        """The next chain to read, split where it is long; None when all is done or stopped."""
        with self._turn:
            while not self._stopped.is_set() and (self._waiting or self._reading):
                chain = next(filter(self._may_begin, self._waiting), None)
                if chain is None:
                    self._turn.wait()
                    continue
                self._waiting.remove(chain)
                first, *others = chain.timeline.split(chain, self._per_day.get(chain.endpoint.name))
                self._waiting = [*others, *self._waiting]
                self._probed.add(chain.endpoint)
                self._reading += 1
                return first
        return None

    def _may_begin(self, chain: Chain) -> bool:
        """While an endpoint's density is unknown, one window finds it out, so that the others can be cut to measure."""
        return chain.endpoint.name in self._per_day or chain.endpoint not in self._probed

    def _read_chain(self, chain: Chain) -> None:
        """Reads the chain's windows one after the other; each begins where the one before it ended."""
        first = chain.days.first
        try:
            while first <= chain.days.last and not self._stopped.is_set():
                first = self._read_next(chain, first)
                self._news.put(None)
        except TooWide:  # its first page has told the density, by which what is left of the chain is split
            _LOG.info(
                "%s from %s on: more records than expected; it is read in shorter windows", chain.endpoint.name, first
            )
            with self._turn:
                self._waiting.insert(0, chain.timeline.part(chain, first))
        finally:
            with self._turn:
                chain.close(first if first <= chain.days.last else None)
                self._reading -= 1
                self._probed.discard(chain.endpoint)  # if it has told no density, the next one may
                self._turn.notify_all()

    def _read_next(self, chain: Chain, first: date) -> date:
        """Reads the window that begins on `first`; returns the day that the chain's next one begins on."""
        endpoint = chain.endpoint
        rest = DayRange(first, chain.days.last)
        per_day = self._per_day.get(endpoint.name)
        days = window_of(endpoint, rest, per_day, self._longest[endpoint])
        goal = Goal(
            endpoint,
            days,
            followed=days.last < rest.last,
            enough=chain.timeline.end,
            requests_left=rest.days * (per_day or 0) / PAGE_SIZE,
            to_included=endpoint in self._to_included,
            overlap=self._overlap.get(endpoint),
            zone=self._zone,
        )
        try:
            read = read_window(self._client, self._spool, goal, lambda page: self._hear(goal, page))
        except (errors.BadRequest, errors.TimedOut) as error:
            if days.days == 1:
                return self._fail(chain, days, error)
            with self._turn:  # another thread's may be shorter by now
                self._longest[endpoint] = min(self._longest[endpoint] or days.days, days.days // 2)
            _LOG.warning("%s: %s; it is asked for in halves", goal, error)
            return first
        except (errors.ServerTrouble, errors.VendorError, errors.BrokenPage, errors.NotFound) as error:
            return self._fail(chain, days, error)
        with self._turn:
            chain.windows.append(read)
            self._failed_in_a_row = 0
            if read.shows_to_included:
                self._to_included.add(endpoint)
            if read.overlap is not None:
                self._overlap[endpoint] = read.overlap
        self._progress.window()
        return read.until

    def _hear(self, goal: Goal, page: Page) -> None:
        """Learns the density from a window's first page, and counts."""
        self._progress.page(len(page.records), page.requests)
        if page.number == 1:
            with self._turn:
                self._per_day[goal.endpoint.name] = page.total / goal.days.days
                self._progress.expected_requests = self._progress.requests + self._requests_left()
                self._turn.notify_all()

    def _requests_left(self) -> float:
        """Pages that the days not read yet are expected to hold, whole ones."""
        return sum(
            max(1, timeline.days_left() * self._per_day.get(timeline.endpoint.name, 0) / PAGE_SIZE)
            for timeline in self._timelines
            if timeline.days_left()
        )

    def _fail(self, chain: Chain, days: DayRange, error: errors.ApiError) -> date:
        """Notes that the window can't be read, and goes on behind it, unless it looks as if none can be."""
        with self._turn:
            chain.windows.append(Gap(days.first))
            self._failures.append(f"{chain.endpoint.name} {days} could not be read whole: {error}")
            _LOG.error("%s", self._failures[-1])
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
                raise WindowsFailed("; ".join([*self._failures, "no more were asked for"]))
        return days.last + DAY
