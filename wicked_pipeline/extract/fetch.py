"""Fetches ranges of days of several endpoints at once. Threads read the planner's windows in parallel.

The pages of a window come one after the other, since each page names the next. Windows and endpoints don't depend on
each other, so threads overlap their requests. A window is handed on as soon as its span is known, while others are
still being read.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.errors import ExpectedError
from wicked_pipeline.extract.planner import Planner, TooWide
from wicked_pipeline.extract.reading import read_left_behind, read_window
from wicked_pipeline.fetched import FetchedWindow, WindowRead
from wicked_pipeline.progress import Progress
from wicked_pipeline.source import Batch, Refused, Source, TooSlow, Unreadable
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import DayRange, Window

_LOG = logging.getLogger(__name__)

_THREADS = 6
_FAILURES_IN_A_ROW = 3
"""After so many failed windows in a row, the fault is the API's and not the windows'."""

_SECONDS_TO_STOP = 1.5
"""How long to wait for the threads after their source was closed. A thread still waiting then reads no more."""

OnReady = Callable[[list[FetchedWindow]], None]


class WindowsFailed(ExpectedError):
    """Some windows could not be read whole. The text is one line that names them and their errors."""


def fetch(
    source: Source,
    work: Mapping[Endpoint, Sequence[DayRange]],
    spool: Spool,
    on_ready: OnReady,
    *,
    zone: tzinfo,
    per_day: Mapping[str, float],
    left_behind: Sequence[SpooledWindow] = (),
    progress: Progress,
) -> None:
    """Fetches the ranges of days of each endpoint in `work`; `on_ready` gets windows once they can be landed.

    Days are the account's, in `zone`. `per_day` holds the expected records a day by endpoint name, if known. Windows
    that earlier runs left in the spool (`left_behind`) are not requested again. Raises `WindowsFailed` after the last
    window if days could not be read, or the error that stopped all reading. An error of `on_ready` or an interrupt ends
    it at once and closes the source.
    """
    asked = [spooled for spooled in left_behind if spooled.window.endpoint in work]
    reads = [read for spooled in asked if (read := read_left_behind(source, spooled, zone)) is not None]
    planner = Planner(work, reads, zone, per_day)
    _Readers(source, spool, zone, planner, progress).run(on_ready)


class _Readers:
    """Threads that each read one window after the other. They touch shared state only under the lock `_turn`."""

    def __init__(self, source: Source, spool: Spool, zone: tzinfo, planner: Planner, progress: Progress) -> None:
        self._source, self._spool, self._zone = source, spool, zone
        self._planner = planner
        self._progress = progress
        self._turn = threading.Condition()
        self._threads = [
            threading.Thread(target=self._work, name=f"reads windows {n}", daemon=True) for n in range(_THREADS)
        ]
        self._at_work = _THREADS
        self._news = True  # whether the planner learnt something since `ready` was last called
        self._fatal: Exception | None = None
        self._failures: list[str] = []
        self._failed_in_a_row = 0

    def run(self, on_ready: OnReady) -> None:
        """Reads all planned windows, and hands on ready ones in the calling thread."""
        try:
            for thread in self._threads:
                thread.start()
            while self._at_work or self._news:
                with self._turn:
                    self._turn.wait_for(lambda: self._news)
                    self._news = False
                    if not self._at_work:
                        self._planner.give_up()
                    ready = self._planner.ready()
                if ready:
                    on_ready(ready)
        except BaseException:
            self._abandon()
            raise
        if self._fatal is not None:
            raise self._fatal
        if self._failures:
            raise WindowsFailed("; ".join(self._failures))

    def _abandon(self) -> None:
        """Ends the threads, so that none writes into the spool afterwards."""
        with self._turn:
            self._fatal = WindowsFailed("the run was abandoned")
            self._turn.notify_all()
        self._source.close()
        deadline = time.monotonic() + _SECONDS_TO_STOP
        for thread in self._threads:
            if thread.ident:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        fatal: Exception | None = None
        try:
            while (window := self._next_window()) is not None:
                self._read(window)
        except OSError as error:
            fatal = WindowsFailed(f"pages can't be written to {error.filename or 'the spool'}: {error.strerror}")
        except Exception as error:  # the calling thread raises it
            fatal = error
        with self._turn:
            self._fatal = self._fatal or fatal
            self._at_work -= 1
            self._tell()

    def _next_window(self) -> Window | None:
        """The next window to read; None if all windows are read, or reading was stopped."""
        with self._turn:
            while self._fatal is None and not self._planner.is_done():
                window = self._planner.next_window()
                if window is not None:
                    return window
                self._turn.wait()
        return None

    def _read(self, window: Window) -> None:
        """Reads the window, and reports its result or error to the planner."""
        outcome: WindowRead | Exception
        try:
            outcome = read_window(
                self._source, self._spool, window, self._zone, lambda batch: self._hear(window, batch)
            )
        except (TooWide, Refused, TooSlow, Unreadable) as error:
            outcome = error
        with self._turn:
            remedy = self._planner.note(window, outcome)
            self._tell()
            if isinstance(outcome, WindowRead):
                self._progress.window()
                self._failed_in_a_row = 0
            elif remedy is not None:
                level = logging.INFO if isinstance(outcome, TooWide) else logging.WARNING
                _LOG.log(level, "%s: %s; %s", window, outcome, remedy)
            else:
                self._fail(f"{window} could not be read whole: {outcome}")

    def _hear(self, window: Window, batch: Batch) -> None:
        """Counts the batch. A window's first batch gives the density."""
        self._progress.page(len(batch.records), batch.effort.requests)
        if batch.number == 1:
            with self._turn:
                if batch.total is not None:
                    self._planner.measure(window, batch.total)
                self._progress.expected_requests = self._progress.requests + self._planner.requests_left()
                self._turn.notify_all()

    def _fail(self, failure: str) -> None:
        """Records a failed window. The others are still read, unless too many have failed in a row."""
        _LOG.error("%s", failure)
        self._failures.append(failure)
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= _FAILURES_IN_A_ROW:
            raise WindowsFailed("; ".join([*self._failures, "no more windows were requested"]))

    def _tell(self) -> None:
        """Wakes the threads that wait, since the planner has learnt something."""
        self._news = True
        self._turn.notify_all()
