"""What to ask for next: ranges of days into chains, chains into windows, by density, limits and what is in the spool.

It asks for nothing and waits for nobody: who reads (`fetch.py`) takes a window at a time, and says what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract.plan import WINDOW_PAGES, newest_part, split_into_chains, window_of
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
                timeline.take_over(reads)
                for chain in timeline.chains if endpoint.name not in per_day else ():
                    timeline.cut(chain, newest_part(endpoint, chain.days), measured=False)

    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return not self._open()

    def next_window(self) -> Window | None:
        """The window to read next, of which `note` is to be told; None while others must be read first."""
        chain = next(filter(self._may_go_on, self._open()), None)
        if chain is None:
            return None
        endpoint, per_day = chain.timeline.endpoint, self._per_day.get(chain.timeline.endpoint.name)
        if per_day is not None and not chain.measured:
            parts = split_into_chains(endpoint, chain.days, per_day)
            chain = chain.timeline.cut(chain, parts, measured=True)
        days = window_of(endpoint, chain.days, per_day, self._longest[endpoint])
        window = Window(
            endpoint,
            days,
            to=days.last if endpoint in self._to_included else days.last + DAY,
            followed=days.last < chain.days.last,
            enough=chain.timeline.end,
            requests_left=self._pages(chain),
        )
        self._reading[window] = chain
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
            chain.timeline.put(chain, outcome)
            if outcome.shows_to_included:
                self._to_included.add(endpoint)
            if outcome.total is None:
                read_days = (outcome.until - window.days.first).days
                self._per_day[endpoint.name] = (outcome.records - sum(outcome.copies)) / read_days
            return ""
        if isinstance(outcome, TooWide):
            chain.timeline.cut(chain, [chain.days], measured=False)
            return "it is read in shorter windows"
        if isinstance(outcome, Refused | TooSlow) and days > 1:
            self._longest[endpoint] = min(self._longest[endpoint] or days, days // 2)
            return "it is asked for in halves"
        chain.timeline.skip(chain, window.until)
        return None

    def give_up(self) -> None:
        """Nothing that is left will be read."""
        for chain in self._open():
            chain.timeline.skip(chain, chain.days.last + DAY)

    def ready(self) -> list[FetchedWindow]:
        """The windows of which it has become known, since the last call, what they answer for."""
        return [window for timeline in self._timelines for window in timeline.ready()]

    def requests_left(self) -> float:
        """The pages that the days not read yet are expected to hold, whole ones."""
        return sum(max(1, sum(map(self._pages, timeline.chains))) for timeline in self._timelines if timeline.chains)

    def _pages(self, chain: Chain) -> float:
        endpoint = chain.timeline.endpoint
        return chain.days.days * self._per_day.get(endpoint.name, 0) / endpoint.page_size

    def _open(self) -> list[Chain]:
        """The chains in the order in which they are to begin."""
        return [chain for timeline in self._timelines for chain in timeline.chains]

    def _may_go_on(self, chain: Chain) -> bool:
        """While an endpoint's density is unknown, one window finds it out, so that the others can be cut to measure."""
        if chain.timeline.endpoint.name in self._per_day:
            return chain not in self._reading.values()
        return all(chain.timeline.endpoint != window.endpoint for window in self._reading)
