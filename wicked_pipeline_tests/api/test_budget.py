"""One budget for every thread and process of one key and URL; a file that tells nobody the key."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from wicked_pipeline.api import Budget, Rate, errors
from wicked_pipeline.api.headers import RateLimit
from wicked_pipeline_tests.api.fake_time import FakeTime
from wicked_pipeline_tests.api.limited import Limited

URL, KEY = "https://api.example.com", "s3cret-key"


def test_the_file_is_the_owners_alone_and_does_not_tell_the_key(tmp_path: Path) -> None:
    budget = Budget(URL, KEY, directory=tmp_path / "state")
    with budget.request():
        pass
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    for file in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert KEY not in file.name
        assert KEY.encode() not in file.read_bytes()


def test_url_and_key_together_make_a_budget(tmp_path: Path) -> None:
    paths = {Budget(url, key, directory=tmp_path).path for url in (URL, URL + "/", "http://b") for key in (KEY, "k")}
    assert len(paths) == 4


def test_budgets_lie_in_the_state_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    shared = Budget.shared(URL, KEY)
    assert shared.path.parent == tmp_path / "wicked-pipeline"
    assert Budget.shared(URL, KEY) is shared
    assert Budget.shared(URL, KEY, ceilings=(Rate(10),)) is not shared


def test_many_may_begin_at_once(tmp_path: Path) -> None:
    start, begun = threading.Barrier(12), list[Path]()

    def begin() -> None:
        start.wait()
        budget = Budget(URL, KEY, directory=tmp_path)
        with budget.request():
            begun.append(budget.path)

    threads = [threading.Thread(target=begin) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun) == 12


def test_a_file_that_is_broken_or_of_another_version_is_made_anew(tmp_path: Path) -> None:
    path = Budget(URL, KEY, directory=tmp_path / "a").path
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / path.name).write_bytes(b"this is no database, " * 500)
    with Budget(URL, KEY, directory=tmp_path / "b").request():
        pass
    with sqlite3.connect(path) as older:
        older.execute("PRAGMA user_version = 99")
    with Budget(URL, KEY, directory=tmp_path / "a").request():
        pass
    for folder in ("a", "b"):
        with sqlite3.connect(tmp_path / folder / path.name) as anew:
            assert anew.execute("PRAGMA user_version").fetchone() not in ((0,), (99,))
            assert anew.execute("SELECT count(*) FROM slots").fetchone() == (1,)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.BudgetUnusable, match=str(tmp_path / "file")):
        Budget(URL, KEY, directory=tmp_path / "file" / "state")


def test_a_table_that_breaks_under_way_is_named(tmp_path: Path) -> None:
    budget = Budget(URL, KEY, directory=tmp_path)
    with sqlite3.connect(budget.path) as other:
        other.execute("DROP TABLE slots")
    with pytest.raises(errors.BudgetUnusable, match=str(budget.path)), budget.request():
        pass


def test_two_budgets_of_one_key_share_their_slots(tmp_path: Path) -> None:
    """As two processes would; here the time between is free."""
    time = FakeTime()
    one, other = time.budget(URL, KEY, tmp_path), time.budget(URL, KEY, tmp_path)
    for budget in [one, other] * 60:
        with budget.request() as slot:
            slot.answered(RateLimit())
    assert time.now == 1000.0
    with one.request():
        assert time.now == pytest.approx(1060, abs=1)


def test_a_request_that_fails_gives_its_slot_back(tmp_path: Path) -> None:
    time = FakeTime()
    budget = time.budget(URL, KEY, tmp_path, ceilings=(Rate(1),))
    with pytest.raises(RuntimeError), budget.request():
        raise RuntimeError
    with budget.request():
        assert time.now == pytest.approx(1060, abs=1)


def test_waiting_is_told_about_once_a_second(tmp_path: Path) -> None:
    budget = FakeTime().budget(URL, KEY, tmp_path, ceilings=(Rate(1),))
    told: list[float] = []
    with budget.request(on_wait=told.append):
        pass
    assert told == []
    with budget.request(on_wait=told.append):
        pass
    assert told[0] == pytest.approx(60, abs=0.1)
    assert told == sorted(told, reverse=True)
    assert 60 <= len(told) <= 62


def test_whoever_waits_may_give_up(tmp_path: Path) -> None:
    budget = Budget(URL, KEY, directory=tmp_path, ceilings=(Rate(1),))

    def give_up(_: float) -> None:
        raise KeyboardInterrupt

    with budget.request(), pytest.raises(KeyboardInterrupt), budget.request(on_wait=give_up):
        pass


def test_of_those_who_wait_the_highest_priority_goes_first(tmp_path: Path) -> None:
    budget = Budget(URL, KEY, directory=tmp_path)
    order: list[float] = []

    def ask(priority: float) -> None:
        with budget.request(priority):
            order.append(priority)

    threads = [threading.Thread(target=ask, args=(priority,)) for priority in (1.0, 3.0, 2.0)]
    with budget.request() as slot:
        slot.answered(RateLimit(retry_after=0.5), throttled=True)  # nobody may ask for a second
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert order == [3.0, 2.0, 1.0]


WORKER = """
import sys, threading, time
from datetime import date
from pathlib import Path
from wicked_pipeline.api import Budget, Client
from wicked_pipeline.endpoints import CLICKS
url, directory, seconds, threads = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
client = Client(url, "k", budget=Budget(url, "k", directory=directory))
end = time.monotonic() + seconds
def chain():
    while time.monotonic() < end:
        client.page(CLICKS, date(2024, 1, 1), date(2024, 1, 2))
for _ in range(threads):
    threading.Thread(target=chain, daemon=True).start()
time.sleep(seconds)
"""


def ask_from_processes(server: Limited, directory: Path, seconds: float, processes: int = 3, threads: int = 4) -> None:
    """Lets real processes with several threads each ask for so long, then ends them where they are."""
    command = [sys.executable, "-c", WORKER, server.url, str(directory), str(seconds), str(threads)]
    workers = [subprocess.Popen(command) for _ in range(processes)]
    assert [worker.wait() for worker in workers] == [0] * processes


def test_three_real_processes_share_a_short_window(tmp_path: Path) -> None:
    """The length of the server's window is never told, only `remaining` and `reset` are."""
    with Limited(limit=30, window=2.0, fixed=True, latency=0.05).running() as server:
        ask_from_processes(server, tmp_path, seconds=10)  # time enough for two windows on a busy machine
    assert server.refused == []
    assert len(server.accepted) >= 2 * 30


@pytest.mark.long
@pytest.mark.parametrize("fixed", [False, True], ids=["sliding", "fixed"])
def test_three_real_processes_use_a_real_minute_up(tmp_path: Path, fixed: bool) -> None:
    with Limited(fixed=fixed).running() as server:
        ask_from_processes(server, tmp_path, seconds=250)
    assert server.refused == []
    print(f"{server.utilisation():.1%} used of {'fixed' if fixed else 'sliding'} windows")
    assert server.utilisation() >= 0.97


def test_waiting_does_not_spin(tmp_path: Path) -> None:
    budget = Budget(URL, KEY, directory=tmp_path, ceilings=(Rate(1),))
    with budget.request():
        pass
    began, spent = time.monotonic(), time.process_time()
    threads = [threading.Thread(target=_wait_for_a_second, args=(budget,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began >= 1.5
    assert time.process_time() - spent < 0.5


def _wait_for_a_second(budget: Budget) -> None:
    end = time.monotonic() + 1.5

    def stop(_: float) -> None:
        if time.monotonic() > end:
            raise TimeoutError

    with pytest.raises(TimeoutError), budget.request(on_wait=stop):
        pass


def test_a_killed_process_gives_back_what_it_held(tmp_path: Path) -> None:
    holder = (
        "import os, sys; from pathlib import Path; from wicked_pipeline.api import Budget\n"
        f"budget = Budget({URL!r}, {KEY!r}, directory=Path(sys.argv[1]))\n"
        "with budget.request(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", holder, str(tmp_path)], check=False, env=os.environ)
    budget = Budget(URL, KEY, directory=tmp_path, ceilings=(Rate(1),))
    waits: list[float] = []

    def note(seconds: float) -> None:
        waits.append(seconds)
        raise TimeoutError

    with pytest.raises(TimeoutError), budget.request(on_wait=note):
        pass
    assert 50 < waits[0] <= 60.1


def test_who_waits_for_a_slow_endpoint_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    slow = Rate(1, 1.0)
    budget = Budget(URL, KEY, directory=tmp_path)
    with budget.request(endpoint="/slow", own=slow):
        pass
    begun, waited = time.monotonic(), dict[str, float]()

    def ask(endpoint: str, own: Rate | None) -> None:
        with budget.request(float(own is not None), endpoint=endpoint, own=own):
            waited[endpoint] = time.monotonic() - begun

    threads = [threading.Thread(target=ask, args=asked) for asked in (("/slow", slow), ("/quick", None))]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert waited["/quick"] < 0.9 < 1.0 <= waited["/slow"]
