"""The budget's rules, on a clock that stands still unless told, and then against simulated servers."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wicked_pipeline.api.allowance import Allowance, Full, Taken
from wicked_pipeline.api.headers import RateLimit
from wicked_pipeline.api.slots import DRIFT, Slots
from wicked_pipeline.endpoints import Rate
from wicked_pipeline_tests.api.simulation import Chain, Events, Process, Server

WINDOW = 60.0 + DRIFT


class User:
    """One process's view of a table that others may share; time is `clock[0]`."""

    def __init__(self, path: Path, clock: list[float], pid: int = 1, ceilings: Sequence[Rate] = ()) -> None:
        self.clock = clock
        self.alive = {1, 2, 3}
        self.slots = Slots(path, lambda: clock[0], pid=pid, is_alive=lambda p: p in self.alive)
        self.allowance = Allowance(self.slots, ceilings)

    def take(self) -> int:
        taken = self.allowance.take()
        assert isinstance(taken, Taken), taken
        return taken.slot

    def wait(self) -> float:
        full = self.allowance.take()
        assert isinstance(full, Full), full
        return full.wait

    def spend(self, number: int, rate: RateLimit | None = None) -> None:
        for _ in range(number):
            self.allowance.answer(self.take(), rate or RateLimit())

    def free(self) -> int:
        """How many requests could go out now: they are sent, and never answered."""
        number = 0
        while isinstance(self.allowance.take(), Taken):
            number += 1
        return number


@pytest.fixture
def clock() -> list[float]:
    return [1000.0]


@pytest.fixture
def user(tmp_path: Path, clock: list[float]) -> User:
    return User(tmp_path / "slots.sqlite", clock)


def test_120_requests_a_minute_go_out_until_the_server_says_otherwise(user: User) -> None:
    assert user.free() == 120


def test_a_slot_is_free_again_a_minute_after_its_answer(user: User, clock: list[float]) -> None:
    first = user.take()
    clock[0] += 30
    user.spend(119)
    user.allowance.answer(first, RateLimit())
    assert user.wait() == pytest.approx(WINDOW)
    clock[0] += WINDOW
    assert user.free() == 120


def test_an_unanswered_request_keeps_its_slot(user: User, clock: list[float]) -> None:
    user.take()
    clock[0] += 300
    assert user.free() == 119


@pytest.mark.parametrize("limit", [1, 60, 240])
def test_the_servers_limit_counts_at_once(user: User, limit: int) -> None:
    user.spend(1, RateLimit(limit=limit))
    assert user.free() == limit - 1


def test_a_ceiling_caps_only_ones_own_requests(tmp_path: Path, clock: list[float]) -> None:
    user = User(tmp_path / "slots.sqlite", clock, ceilings=[Rate(50)])
    user.spend(1, RateLimit(limit=120, remaining=59))  # 60 of another program
    assert user.free() == 49
    assert User(tmp_path / "other.sqlite", clock, ceilings=[Rate(500)]).free() == 120


def test_a_ceiling_of_each_second_keeps_bursts_away(tmp_path: Path, clock: list[float]) -> None:
    user = User(tmp_path / "slots.sqlite", clock, ceilings=[Rate(60), Rate(1, 1.0)])
    for _ in range(60):
        user.spend(1)
        assert user.wait() == pytest.approx(1 + DRIFT)
        clock[0] += 1 + DRIFT
    user.spend(1)  # 63 seconds after the first


@pytest.mark.parametrize(("limit", "seconds"), [(1, 1.0), (10, 5.0), (5, 60.0), (1000, 3600.0)])
def test_the_limit_is_for_as_many_seconds_as_the_server_says(
    user: User, clock: list[float], limit: int, seconds: float
) -> None:
    user.spend(1, RateLimit(limit=limit, per_seconds=seconds))
    clock[0] += WINDOW + seconds
    user.spend(limit)
    assert user.wait() == pytest.approx(seconds + DRIFT)
    clock[0] += seconds + DRIFT
    user.spend(limit)


def test_an_endpoint_with_a_rate_of_its_own_keeps_both(user: User, clock: list[float]) -> None:
    slow = Rate(1, 1.0)
    taken = user.allowance.take("/slow", slow)
    assert isinstance(taken, Taken)
    assert isinstance(user.allowance.take("/slow", slow), Full)
    user.allowance.answer(taken.slot, RateLimit())
    clock[0] += 1 + DRIFT
    assert isinstance(user.allowance.take("/slow", slow), Taken)
    assert user.free() == 118
    clock[0] += 2
    assert isinstance(user.allowance.take("/slow", slow), Full)  # the minute's are gone


def test_requests_that_another_program_sent_are_taken_off(user: User) -> None:
    """Some slots more are left free while it goes on."""
    user.spend(1, RateLimit(limit=120, remaining=79))
    assert 70 <= user.free() < 79


def test_ones_own_overlapping_requests_are_not_taken_for_anothers(user: User) -> None:
    slots = [user.take() for _ in range(10)]
    for slot in slots:  # each answer may have counted all ten
        user.allowance.answer(slot, RateLimit(limit=120, remaining=110))
    assert user.free() == 110


def test_room_that_the_server_has_is_used_before_our_own_count_says_so(user: User, clock: list[float]) -> None:
    user.spend(119)
    clock[0] += 30
    user.spend(1, RateLimit(limit=120, remaining=119))  # its window has begun anew
    assert user.free() == 119


def test_what_was_under_way_beside_an_answer_is_taken_off_the_room_it_tells(user: User, clock: list[float]) -> None:
    user.spend(110)
    clock[0] += 30
    slots = [user.take() for _ in range(10)]
    user.allowance.answer(slots[0], RateLimit(limit=120, remaining=119))
    assert user.free() == 119 - 9


def test_a_stale_answer_after_a_reset_is_no_proof_of_another_user(user: User, clock: list[float]) -> None:
    user.spend(118)
    clock[0] += 30
    late, early = user.take(), user.take()
    clock[0] += 1
    user.allowance.answer(early, RateLimit(limit=120, remaining=119))
    # Counted before the reset, answered after it:
    user.allowance.answer(late, RateLimit(limit=120, remaining=0, resets_in=0))
    assert user.free() == 118


def test_where_nothing_remains_the_reset_is_good_for_one_request(user: User, clock: list[float]) -> None:
    user.spend(119)
    user.spend(1, RateLimit(limit=120, remaining=0, resets_in=20))
    assert user.wait() == pytest.approx(20)
    clock[0] += 20
    probe = user.take()
    assert user.wait() > 30
    user.allowance.answer(probe, RateLimit(limit=120, remaining=119))
    assert user.free() == 119


@pytest.mark.parametrize("is_answered", [True, False])
def test_the_reset_is_not_good_for_one_more_than_our_own_count_has_let_go(
    user: User, clock: list[float], is_answered: bool
) -> None:
    """Told in whole seconds it comes later than the slot that it tells of, by up to two."""
    user.spend(1)
    clock[0] += 3
    user.spend(118)
    last = user.take()
    if is_answered:
        user.allowance.answer(last, RateLimit(limit=120, remaining=0, resets_in=58.5))
    clock[0] += 57.5
    user.take()
    if not is_answered:
        user.allowance.answer(last, RateLimit(limit=120, remaining=0, resets_in=1))
    clock[0] += 1.5
    assert user.wait() > 0


def test_a_server_that_leaves_out_the_request_it_answers_is_seen_through(user: User, clock: list[float]) -> None:
    user.spend(1, RateLimit(limit=120, remaining=120))
    user.spend(118)
    clock[0] += 30
    user.spend(1, RateLimit(limit=120, remaining=1))
    assert user.free() == 0


def test_a_429_stops_everybody_until_then_and_one_goes_ahead(user: User, clock: list[float], tmp_path: Path) -> None:
    other = User(tmp_path / "slots.sqlite", clock, pid=2)
    refused, beside = user.take(), other.take()
    assert user.allowance.answer(refused, RateLimit(retry_after=7), throttled=True) == 7
    assert other.allowance.answer(beside, RateLimit(retry_after=7), throttled=True) == 7  # no news: sent before
    assert other.wait() == 7
    clock[0] += 7
    ahead = other.take()
    assert isinstance(user.allowance.take(), Full)
    other.allowance.answer(ahead, RateLimit())
    assert user.free() > 100


def test_without_a_word_from_the_server_each_429_doubles_the_wait(user: User, clock: list[float]) -> None:
    waits = []
    for _ in range(8):
        waits.append(user.allowance.answer(user.take(), RateLimit(), throttled=True))
        clock[0] += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_what_a_killed_process_held_comes_free(user: User, clock: list[float], tmp_path: Path) -> None:
    killed = User(tmp_path / "slots.sqlite", clock, pid=2)
    for _ in range(120):
        killed.take()
    clock[0] += 1
    user.alive.discard(2)
    assert user.wait() <= WINDOW
    clock[0] += WINDOW
    assert user.free() == 120


def test_a_reboot_forgets_everything(user: User, clock: list[float]) -> None:
    """The clock begins anew, so that what was stored lies in its future."""
    user.allowance.answer(user.take(), RateLimit(limit=10, remaining=0, resets_in=60), throttled=True)
    clock[0] = 5.0
    assert user.free() == 10


def simulate(
    path: Path,
    server: Server,
    *,
    processes: int = 1,
    chains: int = 6,
    requests: int = 900,
    seed: int = 1,
    pause: float = 0.0,
) -> list[Process]:
    """Lets the processes ask until they have had what they want."""
    alive = set(range(1, processes + 1))
    each = requests // processes // chains
    users = [
        Process(
            server.events, server, path, pid, [Chain(each) for _ in range(chains)], seed=seed, alive=alive, pause=pause
        )
        for pid in sorted(alive)
    ]
    server.events.run()
    assert [user.done for user in users] == [each * chains] * processes
    return users


@pytest.mark.parametrize("processes", [1, 3])
@pytest.mark.parametrize("fixed", [False, True], ids=["sliding", "fixed"])
@pytest.mark.parametrize("tells", [True, False], ids=["told", "untold"])
def test_the_allowance_is_used_up_and_never_overdrawn(tmp_path: Path, processes: int, fixed: bool, tells: bool) -> None:
    """Answers of 0.25 to 0.75 s: at least 97 % of what the server allows, without one 429."""
    server = Server(Events(), fixed=fixed, tells=tells)
    simulate(tmp_path / "slots.sqlite", server, processes=processes)
    assert server.refused == []
    assert server.utilisation() >= 0.97


@pytest.mark.parametrize("fixed", [False, True], ids=["sliding", "fixed"])
@pytest.mark.parametrize("limit", [1, 5])
def test_a_limit_of_each_second_is_kept(tmp_path: Path, limit: int, fixed: bool) -> None:
    """A slot takes an answer and a second: with answers of half a second two thirds of what the server allows."""
    server = Server(Events(), limit=limit, window=1.0, fixed=fixed)
    process = Process(server.events, server, tmp_path / "slots.sqlite", 1, [Chain(40) for _ in range(6)])
    server.events.run()
    assert (process.done, server.refused) == (240, [])
    assert server.utilisation() >= 0.55


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(4, 130),
    window=st.floats(1, 60),
    fixed=st.booleans(),
    tells=st.booleans(),
    counts_late=st.booleans(),
    processes=st.integers(1, 3),
    chains=st.integers(1, 8),
    pause=st.sampled_from([0.0, 0.3, 1.0, 3.0]),
    begin=st.floats(1000, 1060),
    seed=st.integers(0, 1000),
)
def test_no_server_whatever_refuses_a_request(
    tmp_path_factory: pytest.TempPathFactory, limit: int, window: float, fixed: bool, tells: bool, counts_late: bool,
    processes: int, chains: int, pause: float, begin: float, seed: int,
) -> None:  # fmt: skip
    """Its limit is 120 or told, its window a minute or less, its headers of one reading or the other.

    That `remaining` counts late shows in a window's first answer: several first requests at once can't know it.
    """
    limit = limit if tells else max(limit, 120)
    processes = 1 if counts_late else processes
    server = Server(Events(begin), limit, window, fixed, tells, counts_late)
    path = tmp_path_factory.mktemp("budget") / "slots.sqlite"
    requests = max(24, min(4 * limit, 400))
    simulate(path, server, processes=processes, chains=chains, requests=requests, seed=seed, pause=pause)
    assert server.refused == []


@pytest.mark.parametrize("fixed", [False, True], ids=["sliding", "fixed"])
def test_another_program_on_the_same_key_is_made_room_for(tmp_path: Path, fixed: bool) -> None:
    """It sends one request a second, as it likes. A few 429s can't be foreseen; without room there are 50."""
    server = Server(Events(), fixed=fixed)

    def other() -> None:
        server.ask(other=True)
        if server.events.now < 1300:
            server.events.after(1.0, other)

    server.events.after(20.0, other)
    simulate(tmp_path / "slots.sqlite", server, processes=3)
    assert len(server.refused) <= 8
    assert server.others >= 30


def test_killed_processes_leave_the_others_their_share(tmp_path: Path) -> None:
    server = Server(Events())
    alive = {1, 2, 3}
    users = [
        Process(server.events, server, tmp_path / "slots.sqlite", pid, [Chain(100) for _ in range(6)], alive=alive)
        for pid in (1, 2, 3)
    ]
    server.events.after(5.0, lambda: alive.discard(2))
    server.events.run()
    assert [user.done for user in users if user.pid != 2] == [600, 600]
    assert server.refused == []
    assert server.utilisation() >= 0.96


def test_no_process_starves(tmp_path: Path) -> None:
    """One chain beside two processes with eight each gets no less than its share of the 1,200 requests."""
    server = Server(Events())
    alive = {1, 2, 3}
    path = tmp_path / "slots.sqlite"
    users = [
        Process(server.events, server, path, pid, [Chain(10_000) for _ in range(chains)], alive=alive)
        for pid, chains in ((1, 8), (2, 8), (3, 1))
    ]
    server.events.run(until=1000 + 600)
    assert users[2].done >= 1200 / 17
