"""Raw equals the API's world whatever breaks on the way; what can't be read is named, and taken up by the next run."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from wicked_pipeline.api import errors
from wicked_pipeline.endpoints import CLICKS, LISTS
from wicked_pipeline.extract import WindowsFailed
from wicked_pipeline.landing import missing_days
from wicked_pipeline.sandbox import Fault, Reading, Server, World, build_world
from wicked_pipeline.sandbox.faults import CHANGES, KINDS, OutageKind
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline.windows import DAY, DayRange, joined
from wicked_pipeline_tests.shop import Shop, differences, inner_days, open_shop, unaccounted

HARMLESS = {"slow": 0.05, "refused": 0.4}
"""Seconds of the faults that take any."""


def some_world(seed: int = 1) -> World:
    return build_world(days=20, clicks=350, contacts=80, orders=70, seed=seed)


@pytest.fixture(scope="module")
def unchanging() -> World:
    """A world for the faults that leave it as it is."""
    return some_world()


def broken(kind: str, rate: float, seed: int = 1) -> Fault:
    return Fault(kind, rate=rate, seconds=HARMLESS.get(kind, 5), seed=seed)


def sleeping(shop: Shop) -> Callable[[float], None]:
    """Pauses that take no time, unless the server needs some to listen again."""
    pause = threading.Event().wait
    return lambda _: pause(0.2 if shop.server.gate.outage() else 0) and None


def wait_until_it_listens(shop: Shop) -> None:
    """A fault of the kind `refused` is over when its seconds are, and a moment later the server listens again."""
    deadline = time.monotonic() + 30
    while shop.server.gate.outage() or not _listens(shop.server):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _listens(server: Server) -> bool:
    try:
        socket.create_connection((server.host, server.port)).close()
    except ConnectionRefusedError:
        return False
    return True


def run_until_all_is_there(shop: Shop, first: date, last: date) -> None:
    """A run under the fault; where it fails or days are due, the next asks no more than these. Then all is there."""
    client = shop.client(sleep=sleeping(shop), read_timeout=0.5)
    with suppress(WindowsFailed, errors.ApiError):
        shop.run(first, last, refetch=False, client=client)
    shop.server.switches.faults.clear()
    wait_until_it_listens(shop)
    due = days_due(shop, first, last)
    shop.server.requests.clear()
    shop.run(first, last, refetch=False)
    assert_asked_no_more_than(shop, due)
    assert differences(shop, first, last) == []


def days_due(shop: Shop, first: date, last: date) -> dict[str, list[DayRange]]:
    """What the ledger says is missing, by endpoint."""
    days = DayRange(first, last)
    with write_warehouse(shop.settings.duckdb_path) as connection:
        return {
            endpoint.name: joined(missing_days(connection, endpoint, shop.account, days)) for endpoint in LISTS.values()
        }


def assert_asked_no_more_than(shop: Shop, due: dict[str, list[DayRange]]) -> None:
    """Each request was for days that were due, their margins included."""
    for request in shop.server.requests:
        since, until = (date.fromisoformat(request.params[name]) for name in ("from", "to"))
        ranges = due[request.path.strip("/")]
        assert any(days.first - DAY <= since and until <= days.last + 2 * DAY for days in ranges), request


@pytest.mark.parametrize("kind", KINDS)
def test_one_answer_in_six_is_broken(kind: str, unchanging: World, tmp_path: Path) -> None:
    world = some_world() if kind in CHANGES else unchanging
    with open_shop(world, tmp_path, faults=[broken(kind, 1 / 6)]) as shop:
        run_until_all_is_there(shop, *inner_days(world))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", KINDS)
def test_one_answer_in_ten_is_broken_while_tokens_expire(kind: str, seed: int, tmp_path: Path) -> None:
    world = some_world(seed)
    reading = Reading(token_uses=seed % 2, order="shuffled" if seed > 1 else "ascending")
    with open_shop(world, tmp_path, faults=[broken(kind, 0.1, seed)], reading=reading) as shop:
        run_until_all_is_there(shop, *inner_days(world))


@pytest.mark.parametrize("kind", ["short-page", "long-page", "empty-page", "moving-total", "surrogate", "cut"])
def test_a_broken_page_costs_a_page_and_not_its_window(kind: str, unchanging: World, tmp_path: Path) -> None:
    first, last = inner_days(unchanging)
    with open_shop(unchanging, tmp_path, faults=[Fault(kind, nth=(3,), path="/clicks")]) as shop:
        loads = shop.run(first, last, endpoints=[CLICKS])
        assert differences_of_clicks(shop, first, last) == []
        assert sum(load.requests for load in loads) == len(shop.server.requests)
        broken_one = len(shop.server.requests)
    with open_shop(unchanging, tmp_path / "whole") as shop:
        shop.run(first, last, endpoints=[CLICKS])
        assert broken_one == len(shop.server.requests) + 1
    assert all(load.settled for load in loads)


def differences_of_clicks(shop: Shop, first: date, last: date) -> list[str]:
    return [line for line in differences(shop, first, last) if line.startswith("clicks")]


def test_a_window_that_cannot_be_read_is_named_and_all_others_are_kept(tmp_path: Path) -> None:
    world = build_world(days=100, clicks=60, contacts=5, orders=5)
    first, last = inner_days(world)
    with open_shop(world, tmp_path) as shop:
        shop.run(first, first)  # the density is known from now on, so that all clicks are one chain
        shop.server.switches.faults = [Fault("500", nth=tuple(range(3, 10)), path="/clicks")]
        with pytest.raises(
            WindowsFailed, match=r"^clicks \S+ to \S+ could not be read whole: .* has a server error \(500"
        ) as it:
            shop.run(first, last, refetch=False)
        lost = DayRange(*(date.fromisoformat(word) for word in str(it.value).split()[1:4:2]))
        due = days_due(shop, first, last)
        assert due["contacts"] == due["orders"] == []
        (left,) = due["clicks"]
        assert lost.first - 2 * DAY <= left.first <= left.last <= lost.last + 2 * DAY
        shop.server.requests.clear()
        shop.run(first, last, refetch=False)
        assert_asked_no_more_than(shop, due)
        assert differences(shop, first, last) == []
        assert shop.spooled() == []


def test_a_run_gives_up_when_no_window_can_be_read_and_says_so(tmp_path: Path) -> None:
    world = build_world(days=60, clicks=60, contacts=5, orders=5)
    first, last = inner_days(world)
    with open_shop(world, tmp_path, faults=[Fault("status-error", rate=1, path="/clicks")]) as shop:
        with pytest.raises(WindowsFailed, match="could not be read whole"):
            shop.run(first, last, refetch=False)
        assert days_due(shop, first, last)["orders"] == []
        assert len([r for r in shop.server.requests if r.path == "/clicks"]) <= 7 * 5


def outage(shop: Shop, seconds: float, kind: OutageKind) -> Callable[[float], None]:
    """Lets an outage begin that ends once somebody has paused for so long, and gives the way to pause."""
    shop.server.begin_outage(1e9, kind)
    paused: dict[int, float] = defaultdict(float)

    def sleep(pause: float) -> None:
        paused[threading.get_ident()] += pause
        if paused[threading.get_ident()] >= seconds:
            shop.server.switches.outages.clear()
            wait_until_it_listens(shop)

    return sleep


@pytest.mark.parametrize("kind", ["503", "drop", "refused"])
def test_an_outage_of_30_seconds_is_outlasted(kind: OutageKind, unchanging: World, tmp_path: Path) -> None:
    first, last = inner_days(unchanging)
    with open_shop(unchanging, tmp_path) as shop:
        shop.run(first, first, refetch=False)
        shop.run(first, last, refetch=False, client=shop.client(sleep=outage(shop, 30, kind)))
        assert differences(shop, first, last) == []


@pytest.mark.parametrize("kind", ["503", "drop", "refused"])
def test_a_longer_outage_ends_the_run_and_the_next_goes_on_in_mid_window(
    kind: str, unchanging: World, tmp_path: Path
) -> None:
    first, last = inner_days(unchanging)
    with open_shop(unchanging, tmp_path / "undisturbed") as shop:
        shop.run(first, last, refetch=False)
        needed = len(shop.server.requests)
    with open_shop(unchanging, tmp_path, faults=[Fault(kind, nth=tuple(range(9, 500)), seconds=1)]) as shop:
        with pytest.raises((errors.ApiError, WindowsFailed)) as failure:
            shop.run(first, last, refetch=False)
        assert "\n" not in str(failure.value)
        shop.server.switches.faults.clear()
        wait_until_it_listens(shop)
        shop.server.requests.clear()
        shop.run(first, last, refetch=False)
        assert differences(shop, first, last) == []
        assert 8 + len(shop.server.requests) <= needed + 3, "what was read before the outage is not asked for again"
        assert unaccounted(shop) == []
        assert shop.spooled() == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("503", "has a server error (503"),
        ("429", "throttles (429"),
        ("cut", "breaks off"),
        ("short-page", "doesn't fit"),
    ],
)
def test_what_a_run_survives_is_in_its_log_and_counted_in_the_ledger(
    unchanging: World, tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, said: str
) -> None:
    caplog.set_level("INFO", "wicked_pipeline")
    with open_shop(unchanging, tmp_path, faults=[Fault(kind, nth=(2,), path="/clicks")]) as shop:
        shop.run(*inner_days(unchanging), endpoints=[CLICKS])
        ((requests, retries, throttled),) = shop.query(
            "select sum(requests), sum(retries), sum(throttled_seconds) from raw.loads where reads = 1"
        )
        assert (requests, requests - retries) == (len(shop.server.requests), len(shop.server.requests) - 1)
        assert (throttled > 0) == (kind == "429")
    (line,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert line.startswith("clicks 2024-01-")
    assert said in line


def test_a_window_read_again_since_the_data_moved_is_in_the_log_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = some_world()
    with open_shop(world, tmp_path, faults=[Fault("insert", nth=(2,), path="/clicks")]) as shop:
        shop.run(*inner_days(world), endpoints=[CLICKS])
        assert shop.query("select max(reads) from raw.loads") == [(2,)]
    assert "the data moved in reading 1; reading the window again" in caplog.text
