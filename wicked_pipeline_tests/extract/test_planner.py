"""What the planner says to read next, told what became of each window: it asks for nothing itself."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from wicked_pipeline.endpoints import CLICKS, CONTACTS, Endpoint
from wicked_pipeline.extract.planner import Planner, TooWide
from wicked_pipeline.fetched import WindowRead
from wicked_pipeline.source import Refused, Unreadable
from wicked_pipeline.spool import SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, Effort, Window, midnight

FIRST = date(2024, 3, 1)
DAYS = DayRange(FIRST, FIRST + 99 * DAY)


def planner(endpoint: Endpoint, per_day: float | None, *left_behind: WindowRead) -> Planner:
    known = {} if per_day is None else {endpoint.name: per_day}
    return Planner({endpoint: [DAYS]}, left_behind, UTC, known)


def came(window: Window, records: int = 1, total: int | None = 1) -> WindowRead:
    """The window, read whole."""
    return WindowRead(
        spooled=SpooledWindow(Path(), window, datetime.now(UTC), FIRST),
        until=window.until,
        pages=1,
        total=total,
        records=records,
        longest_line=0,
        effort=Effort(requests=1),
        settled=True,
        cut=False,
        earliest=midnight(window.days.first),
    )


def taken(planner: Planner) -> list[Window]:
    """All windows that may be read beside each other now."""
    windows = []
    while window := planner.next_window():
        windows.append(window)
    return windows


def test_one_window_finds_the_density_out_and_then_chains_are_read_beside_each_other() -> None:
    plan = planner(CLICKS, None)
    (first,) = taken(plan)
    assert (first.days.days, first.days.last) == (30, DAYS.last + DAY), "the newest days, with their margin"
    plan.measure(first, 30 * 1000)
    others = taken(plan)
    assert len(others) > 1
    assert [window.days for window in others] == sorted((window.days for window in others), reverse=True)
    for window in (first, *others):
        assert plan.note(window, came(window)) == ""
    assert not plan.is_done()


def test_a_source_without_totals_tells_the_density_once_a_window_is_read() -> None:
    plan = planner(CLICKS, None)
    (first,) = taken(plan)
    assert taken(plan) == []
    plan.note(first, came(first, records=30 * 1000, total=None))
    assert len(taken(plan)) > 1


def test_what_a_source_refuses_is_asked_for_in_halves_and_a_day_alone_is_lost() -> None:
    plan = planner(CLICKS, 1)
    window, lengths = plan.next_window(), []
    while window and plan.note(window, Refused("too many days")):
        lengths.append(window.days.days)
        window = plan.next_window()
    assert lengths == [30, 15, 7, 3]
    (following,) = taken(plan)
    assert window is not None
    assert (window.days.days, following.days.days, following.days.first) == (1, 1, window.until)


def test_a_window_too_wide_is_read_in_shorter_ones() -> None:
    plan = planner(CONTACTS, 1)
    (wide,) = taken(plan)
    with pytest.raises(TooWide) as too_wide:
        plan.measure(wide, 1_000_000)
    plan.note(wide, too_wide.value)
    shorter = taken(plan)
    assert len(shorter) > 5
    assert max(window.days.days for window in shorter) * 1_000_000 / wide.days.days <= 30_000


def test_what_is_left_in_the_spool_is_not_asked_for() -> None:
    left = Window(CONTACTS, DayRange(DAYS.first + 30 * DAY, DAYS.first + 39 * DAY), to=DAYS.first + 40 * DAY)
    plan = planner(CONTACTS, 1, came(left))
    newer, older = taken(plan)
    assert (older.until, newer.days.first) == (left.days.first, left.until)


def test_days_that_are_lost_are_nobodys_and_all_others_are_answered_for() -> None:
    plan = planner(CLICKS, 1)
    lost = plan.next_window()
    assert lost is not None
    assert plan.note(lost, Unreadable("gone")) is None
    ready = []
    while window := plan.next_window():
        plan.note(window, came(window))
        ready += plan.ready()
    assert plan.is_done()
    spans = sorted((window.covers_from, window.covers_to) for window in ready)
    assert (spans[0][0], spans[-1][1]) == (midnight(lost.until), midnight(DAYS.last + DAY))
    assert all(before[1] == after[0] for before, after in pairwise(spans))
