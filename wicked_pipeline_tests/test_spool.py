"""The spool keeps what a run that didn't end well has read, for the next one, and nothing else."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from wicked_pipeline.api import errors
from wicked_pipeline.endpoints import CLICKS
from wicked_pipeline.extract import WindowsFailed
from wicked_pipeline.sandbox import Fault, build_world
from wicked_pipeline.spool import Spool, SpooledWindow
from wicked_pipeline.windows import DAY, DayRange, Window
from wicked_pipeline_tests.shop import Shop, differences, open_shop

TODAY = date(2024, 3, 8)


class Broken(Exception):
    """A run's end."""


def begin(spool: Spool, *bodies: bytes) -> SpooledWindow:
    window = spool.begin(Window(CLICKS, DayRange(TODAY, TODAY), to=TODAY + DAY), datetime.now(UTC))
    for number, body in enumerate(bodies, start=1):
        window.write_page(number, body)
    return window


def leave_a_window(root: Path, account: str = "shop") -> None:
    with suppress(Broken), Spool(root, account, TODAY) as spool:
        begin(spool, b"one", b"two")
        raise Broken


def test_a_run_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    with Spool(tmp_path, "shop", TODAY) as spool:
        begin(spool, b"one")
    assert list(tmp_path.glob("*/*")) == []


def test_what_a_failed_run_leaves_is_the_next_ones_and_then_gone(tmp_path: Path) -> None:
    leave_a_window(tmp_path)
    with Spool(tmp_path, "shop", TODAY + timedelta(1)) as spool:
        (window,) = spool.left_behind()
        assert list(window.bodies()) == [b"one", b"two"]
        assert (window.window, window.fetched_on) == (Window(CLICKS, DayRange(TODAY, TODAY), to=TODAY + DAY), TODAY)
    assert list(tmp_path.glob("*/*")) == []


def test_what_is_taken_over_and_not_landed_waits_for_yet_another_run(tmp_path: Path) -> None:
    leave_a_window(tmp_path)
    with suppress(Broken), Spool(tmp_path, "shop", TODAY) as spool:
        assert len(list(spool.left_behind())) == 1
        raise Broken
    with Spool(tmp_path, "shop", TODAY) as spool:
        assert len(list(spool.left_behind())) == 1


def test_runs_that_fail_without_a_page_leave_nothing(tmp_path: Path) -> None:
    for _ in range(3):
        with suppress(Broken), Spool(tmp_path, "shop", TODAY):
            raise Broken
    assert list(tmp_path.glob("*/*")) == []


def test_a_living_run_and_another_account_keep_theirs(tmp_path: Path) -> None:
    leave_a_window(tmp_path, "another")
    with Spool(tmp_path, "shop", TODAY) as living:
        window = begin(living, b"one")
        with Spool(tmp_path, "shop", TODAY) as spool:
            assert list(spool.left_behind()) == []
        assert list(window.bodies()) == [b"one"]
    with Spool(tmp_path, "another", TODAY) as spool:
        assert len(list(spool.left_behind())) == 1


def test_folders_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool", "shop", TODAY) as spool:
        begin(spool, b"one")
        for path in (tmp_path / "spool").rglob("*"):
            assert path.stat().st_mode & 0o077 == 0, path


def test_what_was_read_on_an_earlier_day_does_not_stand_for_days_that_still_change(tmp_path: Path) -> None:
    world = build_world(days=20, clicks=300, contacts=30, orders=30)
    last, today = world.last_day, world.last_day + timedelta(1)
    first = world.first_day + timedelta(3)
    broken = [Fault("drop", nth=tuple(range(5, 300)))]
    with open_shop(world, tmp_path, faults=broken, settings={"today": today}) as shop:
        with pytest.raises((errors.ApiError, WindowsFailed)):
            shop.run(first, last, refetch=False, run_id="broken")
        assert shop.spooled() != []
        shop.server.switches.faults.clear()
        later = Shop(shop.server, tmp_path, today=today + timedelta(1))
        later.run(first, last, refetch=False, run_id="later")
        assert differences(later, first, last) == []
        recent = "select min(fetched_on) from raw.loads where run_id = 'later' and window_to >= ? and records > 0"
        assert later.query(recent, last - timedelta(2)) == [(today + timedelta(1),)]
