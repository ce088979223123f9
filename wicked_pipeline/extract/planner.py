"""Chooses the next window to read. Cuts ranges of days into chains and chains into windows.

It goes by density, by the endpoints' limits and by the windows in the spool. It sends no request and never waits.
`fetch.py` takes one window at a time and reports its result.
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
    """A window has far more pages than expected, according to its first page."""


class Planner:
    """The windows for the ranges of days of each endpoint in `work`, for an account in `zone`.

    `per_day` holds the expected records a day by endpoint name, if known. Windows that earlier runs read
    (`left_behind`) are not requested again.
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
        """Whether no window is left to read."""
        return not self._open()

    def next_window(self) -> Window | None:
        """The next window to read, to be reported to `note`; None while other windows must be read first."""
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
        """Sets the endpoint's density from the window's `total` records. Raises `TooWide`."""
        self._per_day[window.endpoint.name] = total / window.days.days
        if total > 2 * WINDOW_PAGES * window.endpoint.page_size and window.days.days > 1:
            raise TooWide("more records than expected")

    def note(self, window: Window, outcome: WindowRead | Exception) -> str | None:
        """Takes a window's result or error. Returns the remedy for an error; None: there is none, its days are lost."""
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
            return "it is read in halves"
        chain.timeline.skip(chain, window.until)
        return None

    def give_up(self) -> None:
        """Marks all remaining days as unreadable."""
        for chain in self._open():
            chain.timeline.skip(chain, chain.days.last + DAY)

    def ready(self) -> list[FetchedWindow]:
        """The windows whose spans have become known since the last call."""
        return [window for timeline in self._timelines for window in timeline.ready()]

    def requests_left(self) -> float:
        """The expected number of pages of the days not yet read, at least one for each range."""
        return sum(max(1, sum(map(self._pages, timeline.chains))) for timeline in self._timelines if timeline.chains)

    def _pages(self, chain: Chain) -> float:
        endpoint = chain.timeline.endpoint
        return chain.days.days * self._per_day.get(endpoint.name, 0) / endpoint.page_size

    def _open(self) -> list[Chain]:
        """The unread chains, in the order in which they should begin."""
        return [chain for timeline in self._timelines for chain in timeline.chains]

    def _may_go_on(self, chain: Chain) -> bool:
        """Whether the chain's next window can be read now. While the density is unknown, only one window is read, so
        that the density can size the others."""
        if chain.timeline.endpoint.name in self._per_day:
            return chain not in self._reading.values()
        return all(chain.timeline.endpoint != window.endpoint for window in self._reading)
