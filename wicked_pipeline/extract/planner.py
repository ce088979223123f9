"""What to ask for next: ranges of days into chains, chains into windows, by density, limits and what is in the spool.

It asks for nothing and waits for nobody: who reads (`fetch.py`) takes a window at a time, and says what became of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.extract.plan import newest_part, window_of
from wicked_pipeline.extract.timeline import Chain, Timeline
from wicked_pipeline.fetched import FetchedWindow, WindowRead
from wicked_pipeline.windows import DAY, DayRange, Window


class Planner:
    """The windows that it takes to read the ranges of days of each endpoint in `work`, of an account in `zone`.

    `per_day` holds expected records a day by endpoint name, where known. What ended runs read (`left_behind`) is not
    asked for again.
    """

    def __init__(
        self,
        work: Mapping[Endpoint, Sequence[DayRange]],
        left_behind: Iterable[WindowRead] = (),
        *,
        zone: tzinfo,
        per_day: Mapping[str, float],
    ) -> None:
        self._per_day = dict(per_day)
        self._longest = {endpoint: endpoint.longest_window_days for endpoint in work}
        self._to_included: set[Endpoint] = set()
        self._timelines: list[Timeline] = []
        self._open: list[Chain] = []
        """The chains with days left, in the order in which they are to begin."""
        self._reading: dict[Window, Chain] = {}
        """The windows that are being read."""
        newest_first = sorted(left_behind, key=lambda read: read.spooled.requested_at, reverse=True)
        for endpoint, ranges in work.items():
            reads = [read for read in newest_first if read.window.endpoint == endpoint]
            for days in ranges:
                timeline = Timeline(endpoint, days, zone)
                self._timelines.append(timeline)
                for hole in timeline.take_over(reads):
                    parts = [hole] if endpoint.name in per_day else newest_part(endpoint, hole)
                    self._open += [timeline.new_chain(part) for part in parts]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return not self._open

    def next_window(self) -> Window | None:
        """The window to read next, to be given back to one of the methods below; None while others must be first."""
        chain = next(filter(self._may_go_on, self._open), None)
        if chain is None:
            return None
        place = self._open.index(chain)
        self._open[place : place + 1] = chain.timeline.split(chain, self._per_day.get(chain.endpoint.name))
        chain = self._open[place]
        window = self._window(chain)
        self._reading[window] = chain
        return window

    def measure(self, window: Window, total: int) -> None:
        """The window's days hold `total` records: so dense is its endpoint."""
        self._per_day[window.endpoint.name] = total / window.days.days

    def add(self, window: Window, read: WindowRead) -> None:
        """It has been read."""
        self._give_back(window).add(read)
        if read.shows_to_included:
            self._to_included.add(window.endpoint)
        if read.total is None:
            days = max(1, (read.until - window.days.first).days)
            self._per_day[window.endpoint.name] = (read.records - sum(read.copies)) / days
        self._drop_what_is_read()

    def skip(self, window: Window) -> None:
        """It can't be read."""
        self._give_back(window).skip(window.until)
        self._drop_what_is_read()

    def shorten(self, window: Window) -> None:
        """Its source can't give so many days at once: they are to be asked for in halves, and no others are longer."""
        self._give_back(window)
        longest = self._longest[window.endpoint] or window.days.days
        self._longest[window.endpoint] = min(longest, window.days.days // 2)

    def split(self, window: Window) -> None:
        """It holds more records than expected: the rest of its chain is to be cut by the density now known."""
        chain = self._give_back(window)
        chain.measured = False
        self._open.remove(chain)
        self._open.insert(0, chain)

    def give_up(self) -> None:
        """Nothing that is left will be read."""
        for chain in self._open:
            chain.skip(chain.days.last + DAY)
        self._open.clear()

    def ready(self) -> list[FetchedWindow]:
        """The windows of which it has become known, since the last call, what they answer for."""
        return [window for timeline in self._timelines for window in timeline.ready()]

    def requests_left(self) -> float:
        """The pages that the days not read yet are expected to hold, whole ones."""
        return sum(
            max(1, self._pages(timeline.endpoint, timeline.days_left))
            for timeline in self._timelines
            if timeline.days_left
        )

    def _pages(self, endpoint: Endpoint, days: int) -> float:
        return days * self._per_day.get(endpoint.name, 0) / endpoint.page_size

    def _may_go_on(self, chain: Chain) -> bool:
        """While an endpoint's density is unknown, one window finds it out, so that the others can be cut to measure."""
        if chain.endpoint.name in self._per_day:
            return chain not in self._reading.values()
        return all(chain.endpoint != other.endpoint for other in self._reading)

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

    def _give_back(self, window: Window) -> Chain:
        return self._reading.pop(window)

    def _drop_what_is_read(self) -> None:
        self._open = [chain for chain in self._open if chain.days_left]
