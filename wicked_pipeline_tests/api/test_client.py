"""The client asks as the specification says, survives what may pass, and tells plainly what does not."""

import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import unquote

import msgspec
import pytest

from wicked_pipeline.api import Client, Page, errors
from wicked_pipeline.endpoints import CLICKS
from wicked_pipeline.progress import Progress
from wicked_pipeline.reporting import sentence
from wicked_pipeline.sandbox import Fault, Reading, Server, build_world, running
from wicked_pipeline_tests.api.fake_time import FakeTime
from wicked_pipeline_tests.api.scripted import Answer, Scripted, scripted

KEY = "s3cret-key"
EMAIL = "jo+news@example.com"
FIRST, UNTIL = date(2024, 1, 1), date(2024, 1, 6)
NOT_ENABLED = b'{"status": "error", "message": "Outbound API not enabled for client."}'


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    with running(build_world(days=6, contacts=40, clicks=400, orders=10, zone="UTC"), requests_per_minute=0) as server:
        yield server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def client(shop: Server, time: FakeTime, tmp_path: Path) -> Iterator[Client]:
    shop.requests.clear()
    shop.switches.reading = Reading()
    yield time.client(shop.url, shop.key, tmp_path)
    shop.switches.faults.clear()


@pytest.fixture
def ask(time: FakeTime, tmp_path: Path) -> Callable[[Scripted], Client]:
    """A client of a scripted server."""
    return lambda server: time.client(server.url, KEY, tmp_path)


def decoded(pages: Iterator[Page]) -> list[dict[str, object]]:
    return [msgspec.json.decode(record) for page in pages for record in page.records]


# Asking


def test_a_page_carries_its_frame_its_bytes_and_when_it_was_asked_for(shop: Server, client: Client) -> None:
    before = datetime.now(UTC)
    page = client.page(CLICKS, FIRST, UNTIL)
    assert (page.number, page.total_pages, page.total, page.requests) == (1, 3, len(shop.world.clicks), 1)
    assert len(page.records) == 1000
    assert all(bytes(record) in page.body for record in page.records[:10])
    assert before <= page.requested_at <= datetime.now(UTC)
    assert client.page(CLICKS, FIRST, UNTIL, next_token=page.next_token).number == 2
    assert len(client.page(CLICKS, FIRST, UNTIL, limit=7).records) == 7


@pytest.mark.parametrize("next_on_last", ["always", "until-last"])
def test_a_list_ends_with_its_last_page(shop: Server, client: Client, next_on_last: str) -> None:
    shop.switches.reading = Reading(next=next_on_last)  # type: ignore[arg-type]
    assert len(decoded(client.clicks(FIRST, UNTIL))) == len(shop.world.clicks)
    assert len(shop.requests) == 3
    assert len(decoded(client.contacts(FIRST, UNTIL))) == len(shop.world.contacts)
    assert len(decoded(client.orders(FIRST, UNTIL))) == len(shop.world.orders)


def frame(number: int, total_pages: int, token: str, records: str = "{}") -> Answer:
    return Answer(
        f'{{"status":"success","results":[{records}],"page":{number},"totalPages":{total_pages},"total":9,'
        f'"next":"{token}"}}'.encode()
    )


@pytest.mark.parametrize(
    ("answers", "pages"),
    [
        ([frame(1, 3, "a"), frame(2, 3, "a")], 2),
        ([frame(1, 3, "a"), frame(2, 3, "b"), frame(2, 3, "a")], 3),
        ([frame(1, 3, "a"), frame(2, 3, "b", records="")], 2),
        ([frame(1, 9, "a"), frame(2, 2, "b")], 2),
        ([frame(1, 9, "")], 1),
    ],
    ids=["same next", "an earlier next", "empty page", "fewer pages", "no next"],
)
def test_a_list_never_goes_on_for_ever(ask: Callable[[Scripted], Client], answers: list[Answer], pages: int) -> None:
    with scripted(*answers).running() as server:
        assert len(list(ask(server).clicks(FIRST, UNTIL))) == pages


def test_one_contact_is_found_by_each_of_its_names(shop: Server, client: Client) -> None:
    contact = shop.world.contacts[0]
    for name in (contact["id"], contact["sourceId"], contact["email"]):
        assert msgspec.json.decode(client.contact(name).record) == contact


def test_the_clicks_and_orders_of_one_contact_are_lists(shop: Server, client: Client) -> None:
    order = shop.world.orders[0]
    name = order["contact"]["id"]
    assert order["id"] in [o["id"] for o in decoded(client.contact_orders(name, FIRST, UNTIL))]
    clicks = [click for click in shop.world.clicks if click["contactId"] == name]
    assert len(decoded(client.contact_clicks(name))) == len(clicks)


@pytest.mark.parametrize("name", ["a+b@example.com", "o'neil@example.com", "müller@exämple.de", "a/b", "a b?c#d%41"])
def test_a_contacts_name_is_encoded_whole(ask: Callable[[Scripted], Client], name: str) -> None:
    with scripted(Answer(b'{"status":"success","result":{}}')).running() as server:
        ask(server).contact(name)
    (path,) = server.paths
    assert path.isascii()
    assert not set("+'?#") & set(path)
    assert path.count("/") == 2
    assert unquote(path) == f"/contacts/{name}"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_would_ask_for_something_else_is_refused(ask: Callable[[Scripted], Client], name: str) -> None:
    with scripted(Answer()).running() as server, pytest.raises(errors.BadRequest):
        ask(server).contact(name)
    assert server.paths == []


def test_the_key_goes_in_its_header_and_nowhere_else(ask: Callable[[Scripted], Client]) -> None:
    with scripted(Answer()).running() as server:
        client = ask(server)
        list(client.clicks(FIRST, UNTIL))
    assert server.headers[0]["apikey"] == KEY
    assert server.paths == ["/clicks?from=2024-01-01&to=2024-01-06&limit=1000"]
    assert KEY not in repr(client) + repr(client.budget)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "clé"])
def test_a_key_that_is_not_one_word_is_refused_unasked(tmp_path: Path, time: FakeTime, key: str) -> None:
    with pytest.raises(errors.KeyRefused) as refusal:
        time.client("http://127.0.0.1:1", key, tmp_path)
    assert not key or key not in str(refusal.value)


# What may pass


def test_success_of_another_kind_is_no_page(ask: Callable[[Scripted], Client]) -> None:
    with scripted(Answer(b"", 202), Answer()).running() as server:
        assert ask(server).page(CLICKS, FIRST, UNTIL).requests == 2


PASSING = [
    "500", "502", "503", "504", "429", "html", "status-error", "results-null", "results-object", "results-missing",
    "cut", "cut-length", "bad-gzip", "reset", "drop", "surrogate", "broken-record",
]  # fmt: skip


@pytest.mark.parametrize("kind", PASSING)
def test_what_passes_is_outlasted(shop: Server, client: Client, kind: str) -> None:
    """Each fault breaks the second page twice; the list comes whole, and the page tells what it cost."""
    shop.switches.faults = [Fault(kind, nth=(2, 3))]
    pages = list(client.clicks(FIRST, UNTIL))
    assert [page.requests for page in pages] == [1, 3, 1]
    assert len(decoded(iter(pages))) == len(shop.world.clicks)


def test_each_failure_that_is_tried_again_is_reported(shop: Server, time: FakeTime, tmp_path: Path) -> None:
    shop.switches.faults = [Fault("503", nth=(1, 2))]
    progress, said = Progress(), []

    def report(failure: errors.Transient, seconds: float) -> None:
        progress.waits_for_next_try(failure, seconds)
        said.append(sentence(progress, 1))

    time.client(shop.url, shop.key, tmp_path, on_retry=report).page(CLICKS, FIRST, UNTIL)
    assert [line.rpartition("; ")[2] for line in said] == ["the next try is in 1 s", "the next try is in 2 s"]
    assert all("503" in line and shop.key not in line for line in said)
    progress.page(records=0, requests=1)
    assert "waiting" not in sentence(progress, 1)


def test_with_one_answer_in_ten_broken_everything_comes(shop: Server, client: Client) -> None:
    shop.switches.faults = [Fault(kind, rate=0.1 / len(PASSING), seed=n) for n, kind in enumerate(PASSING)]
    seen = [decoded(client.clicks(FIRST, UNTIL)) for _ in range(10)]
    assert any(logged.fault for logged in shop.requests)
    assert all(len(records) == len(shop.world.clicks) for records in seen)


@pytest.mark.parametrize("kind", ["surrogate", "broken-record"])
def test_a_record_damaged_at_its_source_lets_the_page_through(shop: Server, client: Client, kind: str) -> None:
    shop.switches.faults = [Fault(kind, rate=1)]
    page = client.page(CLICKS, FIRST, UNTIL)
    assert page.damaged
    assert (len(page.records), page.requests) == (1000, 3)


def test_a_slow_answer_is_waited_for_and_none_times_out_twice(
    shop: Server, client: Client, time: FakeTime, tmp_path: Path
) -> None:
    shop.switches.faults = [Fault("slow", rate=1, seconds=0.5)]
    assert client.page(CLICKS, FIRST, UNTIL).requests == 1
    impatient = time.client(shop.url, shop.key, tmp_path, read_timeout=0.2)
    with pytest.raises(errors.TimedOut):
        impatient.page(CLICKS, FIRST, UNTIL)
    assert len(time.pauses) == 1


# What does not


def unreachable() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def test_an_api_that_cannot_be_reached_is_named_after_about_a_minute(time: FakeTime, tmp_path: Path) -> None:
    host = unreachable()
    with pytest.raises(errors.Unreachable, match=f"{host} can't be reached: the connection was refused"):
        time.client(f"http://{host}", KEY, tmp_path).page(CLICKS, FIRST, UNTIL)
    assert 60 <= sum(time.pauses) <= 75


@pytest.mark.parametrize(("seconds", "survives"), [(30, True), (600, False)])
def test_an_outage_of_half_a_minute_is_outlasted_and_one_of_ten_is_told(
    ask: Callable[[Scripted], Client], time: FakeTime, seconds: float, survives: bool
) -> None:
    over = time.now + seconds
    with Scripted(lambda _: Answer(b"", 503) if time.now < over else Answer()).running() as server:
        client = ask(server)
        if survives:
            assert client.page(CLICKS, FIRST, UNTIL).requests > 1
            return
        with pytest.raises(errors.ServerTrouble, match=f"{server.host} has a server error"):
            client.page(CLICKS, FIRST, UNTIL)
    assert time.now < over


def test_a_server_in_trouble_is_left_alone_for_as_long_as_it_asks(
    ask: Callable[[Scripted], Client], time: FakeTime
) -> None:
    with scripted(Answer(b"", 503, {"retry-after": "20"}), Answer()).running() as server:
        ask(server).page(CLICKS, FIRST, UNTIL)
    assert 20 <= time.pauses[0] <= 24


def test_being_throttled_is_outlasted_for_longer_than_a_window(
    ask: Callable[[Scripted], Client], time: FakeTime
) -> None:
    began = time.now
    until_then = Scripted(lambda _: Answer() if time.now > began + 65 else Answer(b"", status=429))
    with until_then.running() as server:
        assert ask(server).page(CLICKS, FIRST, UNTIL).requests > 1
    with scripted(Answer(b"", status=429)).running() as server, pytest.raises(errors.Throttled):
        ask(server).page(CLICKS, FIRST, UNTIL)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (Answer(b'{"status":"error","message":"Bad key."}', 401), errors.KeyRefused, "401: Bad key."),
        (Answer(b"<html>", 403), errors.KeyRefused, "403"),
        (Answer(NOT_ENABLED, 401), errors.NotEnabled, "Outbound API not enabled for client. Check that the API key"),
        (Answer(b'{"status":"error","message":"Review the parameters."}', 400), errors.BadRequest, "parameters"),
        (Answer(b'{"status":"error","message":"Not found."}', 404), errors.NotFound, "404: Not found."),
        (Answer(b"", 302, {"location": "https://elsewhere.example/"}), errors.BadRequest, "redirects"),
        (Answer(b"", 418), errors.BadRequest, "418"),
    ],
)
def test_what_no_retry_mends_is_told_after_one_request(
    ask: Callable[[Scripted], Client], answer: Answer, error: type[Exception], says: str
) -> None:
    with scripted(answer).running() as server, pytest.raises(error, match=says) as failure:
        ask(server).page(CLICKS, FIRST, UNTIL)
    assert type(failure.value) is error
    assert server.host in str(failure.value)
    assert len(server.paths) == 1


def test_no_error_shows_the_key_or_an_address(
    ask: Callable[[Scripted], Client], time: FakeTime, tmp_path: Path
) -> None:
    """Not even in what Python prints of its causes."""
    message = f"Contact {EMAIL} not found with {KEY}.\nSee /contacts/jo%2Bnews%40example.com {'x' * 500}"
    body = msgspec.json.encode({"status": "error", "message": message})
    with scripted(Answer(body, 404)).running() as server, pytest.raises(errors.NotFound) as told:
        ask(server).contact(EMAIL)
    with pytest.raises(errors.Unreachable) as silent:
        time.client(f"http://{unreachable()}", KEY, tmp_path).contact(EMAIL)
    for failure in (told, silent):
        text = "".join(traceback.format_exception(failure.value))
        assert KEY not in text
        assert "example.com" not in text
        assert "\n" not in str(failure.value)
        assert len(str(failure.value)) < 300


def test_a_refused_key_costs_one_request_however_many_ask(ask: Callable[[Scripted], Client]) -> None:
    with scripted(Answer(NOT_ENABLED, 401)).running() as server:
        client = ask(server)
        refusals: list[errors.KeyRefused] = []

        def try_it() -> None:
            try:
                client.page(CLICKS, FIRST, UNTIL)
            except errors.KeyRefused as refusal:
                refusals.append(refusal)

        threads = [threading.Thread(target=try_it) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(refusals) == 8
    assert len(server.paths) == 1


def test_many_threads_ask_at_once(shop: Server, client: Client) -> None:
    totals: list[int] = []
    threads = [
        threading.Thread(target=lambda: totals.append(len(decoded(client.clicks(FIRST, UNTIL))))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [len(shop.world.clicks)] * 6


def test_a_closed_client_ends_its_pauses(tmp_path: Path) -> None:
    with scripted(Answer(b"", status=500)).running() as server:
        client = Client(server.url, KEY, budget=FakeTime().budget(server.url, KEY, tmp_path))
        threading.Timer(0.2, client.close).start()
        with pytest.raises(errors.Closed):
            client.page(CLICKS, FIRST, UNTIL)
