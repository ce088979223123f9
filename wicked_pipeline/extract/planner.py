"""What to ask for next: ranges of days into chains, chains into windows, by density, limits and what is in the spool.

It asks for nothing and waits for nobody: who reads (`fetch.py`) takes a window at a time, and says what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract.plan import WINDOW_PAGES, newest_part, window_of
from wicked_pipeline.extract.timeline import Chain, Timeline
from wicked_pipeline.fetched import FetchedWindow, WindowRead
from wicked_pipeline.source import Refused, TooSlow
from wicked_pipeline.windows import DAY, DayRange, Window


class TooWide(Exception):
    """A window holds far more pages than expected, by what its first page says."""


class Planner:
    """The windows that it takes to read the ranges of days of each endpoint in `work`, of an account in `zone`.

    `per_day` holds expected records a day by endpoint name, where known. What ended runs read (`left_behind`) is not
    asked for again.
    """

    def __init__(
        self,
        work: Mapping[Endpoint, Sequence[DayRange]],
        left_behind: Iterable[WindowRead],
        zone: tzinfo,
        per_day: Mapping[str, float],
    ) -> None:
        self._per_day = dict(per_day)
        self._longest = {endpoint: endpoint.longest_window_days for endpoint in work}
        self._to_included: set[Endpoint] = set()
        self._timelines: list[Timeline] = []
        self._reading: dict[Window, Chain] = {}
        newest_first = sorted(left_behind, key=lambda read: read.spooled.requested_at, reverse=True)
        for endpoint, ranges in work.items():
            reads = [read for read in newest_first if read.window.endpoint == endpoint]
            for days in ranges:
                timeline = Timeline(endpoint, days, zone)
                self._timelines.append(timeline)
                for hole in timeline.take_over(reads):
                    parts = [hole] if endpoint.name in per_day else newest_part(endpoint, hole)
                    for part in parts:
                        timeline.new_chain(part)

    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return not self._open()

    def next_window(self) -> Window | None:
        """The window to read next, of which `note` is to be told; None while others must be read first."""
        chain = next(filter(self._may_go_on, self._open()), None)
        if chain is None:
            return None
        newest = chain.timeline.split(chain, self._per_day.get(chain.endpoint.name))
        window = self._window(newest)
        self._reading[window] = newest
        return window

    def measure(self, window: Window, total: int) -> None:
        """The window's days hold `total` records: so dense is its endpoint. Raises `TooWide`."""
        self._per_day[window.endpoint.name] = total / window.days.days
        if total > 2 * WINDOW_PAGES * window.endpoint.page_size and window.days.days > 1:
            raise TooWide("more records than expected")

    def note(self, window: Window, outcome: WindowRead | Exception) -> str | None:
        """What became of a window. Says what will be done about an error; None: nothing can be, its days are lost."""
        chain, endpoint, days = self._reading.pop(window), window.endpoint, window.days.days
        if isinstance(outcome, WindowRead):
            chain.add(outcome)
            if outcome.shows_to_included:
                self._to_included.add(endpoint)
            if outcome.total is None:
                read_days = (outcome.until - window.days.first).days
                self._per_day[endpoint.name] = (outcome.records - sum(outcome.copies)) / read_days
            return ""
        if isinstance(outcome, TooWide):
            chain.measured = False
            return "it is read in shorter windows"
        if isinstance(outcome, Refused | TooSlow) and days > 1:
            self._longest[endpoint] = min(self._longest[endpoint] or days, days // 2)
            return "it is asked for in halves"
        chain.skip(window.until)
        return None

    def give_up(self) -> None:
        """Nothing that is left will be read."""
        for chain in self._open():
            chain.skip(chain.days.last + DAY)

    def ready(self) -> list[FetchedWindow]:
        """The windows of which it has become known, since the last call, what they answer for."""
        return [window for timeline in self._timelines for window in timeline.ready()]

    def requests_left(self) -> float:
        """The pages that the days not read yet are expected to hold, whole ones."""
        left = {timeline: timeline.days_left for timeline in self._timelines}
        return sum(max(1, self._pages(timeline.endpoint, days)) for timeline, days in left.items() if days)

    def _pages(self, endpoint: Endpoint, days: int) -> float:
        return days * self._per_day.get(endpoint.name, 0) / endpoint.page_size

    def _open(self) -> list[Chain]:
        """The chains with days left, in the order in which they are to begin."""
        return [chain for timeline in self._timelines for chain in timeline.open_chains()]

    def _may_go_on(self, chain: Chain) -> bool:
        """While an endpoint's density is unknown, one window finds it out, so that the others can be cut to measure."""
        if chain.endpoint.name in self._per_day:
            return chain not in self._reading.values()
        return all(chain.endpoint != window.endpoint for window in self._reading)

    def _window(self, chain: Chain) -> Window:
        endpoint, rest = chain.endpoint, chain.rest
        days = window_of(endpoint, rest, self._per_day.get(endpoint.name), self._longest[endpoint])
        return Window(
            endpoint,
            days,
            to=days.last if endpoint in self._to_included else days.last + DAY,
            followed=days.last < rest.last,
            enough=chain.timeline.end,
            requests_left=self._pages(endpoint, rest.days),
        )
