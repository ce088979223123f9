"""The spans that windows answer for lie edge to edge, in whatever order windows are read and however days are cut."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wicked_pipeline.endpoints import CLICKS
from wicked_pipeline.extract.timeline import Timeline
from wicked_pipeline.fetched import WindowRead
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, Effort, Window, begins, midnight, to_ask_for
from wicked_pipeline_tests.zones import CLOCK_CHANGES, ZONES

FIRST = date(2024, 3, 8)
zones = st.sampled_from(ZONES)
days_of_note = st.sampled_from([FIRST, *CLOCK_CHANGES])
HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]


def window(ask_from: date, until: date, instants: list[datetime]) -> WindowRead:
    """A window as read: `instants` are those of the records that came."""
    asked = Window(CLICKS, DayRange(ask_from, until - DAY), to=until, followed=True)
    earliest, past = asked.can_hold
    held = [instant for instant in instants if earliest <= instant < past]
    return WindowRead(
        spooled=SpooledWindow(Path(), asked, datetime.now(UTC), FIRST),
        until=until,
        pages=1,
        total=len(instants),
        records=len(instants),
        longest_line=0,
        effort=Effort(requests=1),
        settled=True,
        cut=False,
        earliest=min(held, default=None),
    )


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Days of a zone, cut into chains and these into windows; when the API's day begins; records; what changes between
    two reads."""
    zone = draw(zones)
    first = draw(days_of_note)
    days = DayRange(first, first + draw(st.integers(0, 5)) * DAY)
    asked = to_ask_for(days, zone)
    inner = [asked.first + k * DAY for k in range(1, asked.days)]
    hours = st.integers(-24, 24 * (asked.days + 3))
    return {
        "zone": zone,
        "days": days,
        "cuts": sorted(draw(st.sets(st.sampled_from(inner)))),
        "breaks": draw(st.sets(st.sampled_from(inner))),
        "offset": draw(st.integers(-14, 12)) * HOUR,
        "inclusive": draw(st.booleans()),
        "records": sorted(midnight(asked.first) + n * HOUR for n in draw(st.lists(hours, max_size=12))),
        "moving": draw(st.booleans()),
        "lost": draw(st.sets(st.integers(0, 4), max_size=2)) if draw(st.booleans()) else set(),
    }


def chains_of(world: dict[str, Any]) -> list[list[DayRange]]:
    """The windows to read, by chain."""
    asked = to_ask_for(world["days"], world["zone"])
    edges = [asked.first, *world["cuts"], asked.last + DAY]
    chains: list[list[DayRange]] = [[]]
    for first, after in pairwise(edges):
        if first in world["breaks"] and chains[-1]:
            chains.append([])
        chains[-1].append(DayRange(first, after - DAY))
    return chains


def read_all(world: dict[str, Any], data: st.DataObject) -> tuple[list[tuple[WindowRead, Span]], list[DayRange]]:
    """Reads windows in a drawn order; gives each with the span it answers for, and the days that were lost."""
    timeline = Timeline(CLICKS, world["days"], world["zone"])
    waiting = chains_of(world)
    timeline.cut(timeline.chains[0], [DayRange(days[0].first, days[-1].last) for days in waiting], measured=True)
    answered: list[tuple[WindowRead, Span]] = []
    lost: list[DayRange] = []
    count = 0
    while waiting:
        turn = data.draw(st.integers(0, len(waiting) - 1))
        days = waiting[turn].pop(0)
        (chain,) = (chain for chain in timeline.chains if chain.days.first == days.first)
        if count in world["lost"]:
            timeline.skip(chain, days.last + DAY)
            lost.append(days)
        else:
            timeline.put(chain, window(days.first, days.last + DAY, returned(world, days, data)))
        count += 1
        if not waiting[turn]:
            waiting.pop(turn)
        answered += [(ready.read, (ready.covers_from, ready.covers_to)) for ready in timeline.ready()]
    return answered, lost


def returned(world: dict[str, Any], days: DayRange, data: st.DataObject) -> list[datetime]:
    """What the API gives for a window: where data moves, any part of it may be there or not just then."""
    begin = midnight(days.first) + world["offset"]
    end = midnight(days.last + (2 if world["inclusive"] else 1) * DAY) + world["offset"]
    records = [instant for instant in world["records"] if begin <= instant < end]
    return [instant for instant in records if data.draw(st.booleans())] if world["moving"] else records


@settings(max_examples=120, deadline=None)
@given(world=worlds(), data=st.data())
def test_spans_never_overlap_and_leave_out_only_what_was_lost(world: dict[str, Any], data: st.DataObject) -> None:
    answered, lost = read_all(world, data)
    assert len(answered) == sum(map(len, chains_of(world))) - len(lost)
    begin, end = begins(world["days"].first, world["zone"]), begins(world["days"].last + DAY, world["zone"])
    reached = begin
    for covers_from, covers_to in sorted(span for _, span in answered):
        if covers_from == covers_to:
            continue
        assert covers_from >= reached, "overlapping spans"
        assert_lost(reached, covers_from, lost)
        reached = covers_to
    assert_lost(reached, end, lost)


def assert_lost(since: datetime, until: datetime, lost: list[DayRange]) -> None:
    """What no window answers for is a day that could not be read, up to the first record after it."""
    if since == until:
        return
    near = [days for days in lost if since <= midnight(days.last + DAY) + 12 * HOUR]
    assert any(midnight(days.first) - 14 * HOUR <= since for days in near), f"{since} to {until} forgotten"


@settings(max_examples=120, deadline=None)
@given(world=worlds(), data=st.data())
def test_the_window_that_answers_for_a_record_holds_it(world: dict[str, Any], data: st.DataObject) -> None:
    world["moving"] = False
    answered, _ = read_all(world, data)
    for read, (covers_from, covers_to) in answered:
        held = returned(world, read.window.days, data)
        for instant in world["records"]:
            if covers_from <= instant < covers_to:
                assert instant in held
