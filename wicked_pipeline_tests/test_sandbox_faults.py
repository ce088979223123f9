"""The sandbox breaks answers as it is told: which ones, and how it looks to a client."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from wicked_pipeline.sandbox import Fault, Outage, Reading, Server, build_world, running
from wicked_pipeline.sandbox.faults import KINDS, parse_fault, parse_outage

WEEK = {"from": "2024-01-01", "to": "2024-01-06"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    with running(build_world(days=6, contacts=20, clicks=60, orders=10), requests_per_minute=0) as server:
        yield server


@pytest.fixture(autouse=True)
def _whole_again(shop: Server) -> Iterator[None]:
    yield
    shop.switches.faults.clear()
    shop.switches.outages.clear()


def get(server: Server, path: str = "/clicks", timeout: float = 10, **params: Any) -> requests.Response:
    return requests.get(server.url + path, params=WEEK | params, headers={"apikey": server.key}, timeout=timeout)


def receive_all(connection: socket.socket, into: bytearray) -> None:
    while part := connection.recv(65536):
        into += part


def broken(server: Server, kind: str, **params: Any) -> requests.Response:
    server.switches.faults = [Fault(kind, rate=1)]
    return get(server, **params)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_status_fault_has_its_status_and_no_throttling_headers(shop: Server, status: int) -> None:
    answer = broken(shop, str(status))
    assert answer.status_code == status
    assert not [name for name in answer.headers if "ratelimit" in name or "retry" in name]


def test_an_error_may_come_with_status_200(shop: Server) -> None:
    answer = broken(shop, "status-error")
    assert answer.status_code == 200
    assert answer.json()["status"] == "error"
    assert "x-ratelimit-remaining" in answer.headers


def test_html_may_come_with_status_200(shop: Server) -> None:
    answer = broken(shop, "html")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_body_may_be_cut_off_with_its_length_right(shop: Server) -> None:
    answer = broken(shop, "cut")
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_body_may_be_cut_off_with_its_length_wrong(shop: Server) -> None:
    shop.switches.faults = [Fault("cut-length", rate=1)]
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=10)
    connection.request("GET", f"/clicks?{urlencode(WEEK)}", headers={"apikey": shop.key})
    with pytest.raises(http.client.IncompleteRead) as error, contextlib.closing(connection):
        connection.getresponse().read()
    assert len(error.value.partial) == pytest.approx(error.value.expected or 0, abs=1)


def test_gzip_may_be_broken(shop: Server) -> None:
    with pytest.raises((requests.exceptions.ContentDecodingError, ValueError)):
        broken(shop, "bad-gzip").json()


@pytest.mark.parametrize(
    ("kind", "results"), [("results-null", None), ("results-object", {}), ("results-missing", ...)]
)
def test_results_may_be_no_array(shop: Server, kind: str, results: object) -> None:
    answer = broken(shop, kind).json()
    assert answer.get("results", ...) == results
    assert answer["status"] == "success"


@pytest.mark.parametrize(("kind", "size"), [("short-page", 89), ("long-page", 101), ("empty-page", 0)])
def test_a_page_may_have_a_wrong_size(shop: Server, kind: str, size: int) -> None:
    answer = broken(shop, kind).json()
    assert len(answer["results"]) == size
    assert answer["total"] > 100


def test_a_page_may_hold_a_lone_surrogate_or_what_is_no_record(shop: Server) -> None:
    whole = get(shop).json()["results"]
    surrogate = broken(shop, "surrogate")
    assert b'"\\ud800"' in surrogate.content
    assert surrogate.json()["results"][50] == {"note": "\ud800"} | whole[50]
    assert broken(shop, "broken-record").json()["results"] == [*whole[:50], "not a record", *whole[51:]]


def test_the_total_may_move(shop: Server) -> None:
    assert broken(shop, "moving-total").json()["total"] == get_whole_total(shop) + 1


def get_whole_total(server: Server) -> int:
    server.switches.faults = []
    return int(get(server).json()["total"])


@pytest.mark.parametrize("kind", ["reset", "drop"])
def test_a_connection_may_be_reset(shop: Server, kind: str) -> None:
    shop.switches.faults = [Fault(kind, rate=1)]
    with socket.create_connection(("127.0.0.1", shop.port), timeout=10) as connection:
        connection.sendall(f"GET /clicks?{urlencode(WEEK)} HTTP/1.1\r\nHost: x\r\napikey: {shop.key}\r\n\r\n".encode())
        received = bytearray()
        with pytest.raises(ConnectionResetError):
            receive_all(connection, received)
    assert received.startswith(b"HTTP/1.1 200") is (kind == "reset")
    assert shop.requests[-1].fault == kind


def test_an_answer_may_be_slow_or_never_come(shop: Server) -> None:
    shop.switches.faults = [Fault("slow", rate=1, seconds=0.3)]
    began = time.monotonic()
    assert get(shop).ok
    assert time.monotonic() - began > 0.3
    shop.switches.faults = [Fault("never", rate=1)]
    with pytest.raises(requests.ReadTimeout):
        get(shop, timeout=0.3)
    assert shop.requests[-1].status is None


def test_a_server_may_stop_listening_for_a_while(shop: Server) -> None:
    shop.switches.faults = [Fault("refused", nth=(1,), seconds=0.5)]
    with requests.Session() as session, pytest.raises(requests.ConnectionError):
        session.get(shop.url, headers={"apikey": shop.key}, timeout=10)
    time.sleep(0.25)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", shop.port), timeout=1)
    time.sleep(0.5)
    assert get(shop).ok


@pytest.mark.parametrize("endpoint", ["contacts", "clicks", "orders"])
@pytest.mark.parametrize(("kind", "more"), [("insert", 1), ("delete", -1)])
def test_the_world_may_change_between_pages(endpoint: str, kind: str, more: int) -> None:
    world = build_world(days=6)
    reading = Reading(zone=world.zone)  # in which the window holds all of it
    with running(world, requests_per_minute=0, faults=[Fault(kind, nth=(1,))], reading=reading) as server:
        first = get(server, f"/{endpoint}", limit=20).json()
        second = get(server, f"/{endpoint}", limit=20, next=first["next"]).json()
        assert second["total"] == first["total"] + more == len(server.world.records(endpoint))
        again = get(server, f"/{endpoint}", limit=1000).json()["results"]
    assert second["results"] == again[20:40]
    if kind == "insert":
        assert second["results"][0] == first["results"][-1]
    else:
        skipped = again[19]
        assert skipped not in first["results"] + second["results"]


def test_an_outage_answers_503_or_nothing() -> None:
    world = build_world(days=6)
    with running(world, outages=[Outage(0, 0.3)]) as server:
        assert get(server).status_code == 503
        time.sleep(0.35)
        assert get(server).ok
        server.begin_outage(0.3, "drop")
        with pytest.raises(requests.ConnectionError):
            get(server)
        time.sleep(0.3)
        server.begin_outage(0.4, "refused")
        time.sleep(0.2)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1)
        time.sleep(0.4)
        assert get(server).ok


def test_faults_come_by_rate_by_number_and_by_path(shop: Server) -> None:
    shop.switches.faults = [Fault("500", nth=(2, 4), path="/orders")]
    assert [get(shop, "/orders").status_code for _ in range(5)] == [200, 500, 200, 500, 200]
    assert get(shop, "/clicks").ok
    shop.switches.faults = [Fault("500", rate=0.1, seed=7)]
    statuses = [get(shop, limit=1).status_code for _ in range(200)]
    assert 8 <= statuses.count(500) <= 32


def test_a_wrong_key_is_refused_whatever_breaks(shop: Server) -> None:
    shop.switches.faults = [Fault("500", rate=1)]
    assert requests.get(shop.url + "/orders", params=WEEK, timeout=10).status_code == 401


def test_every_kind_of_fault_leaves_the_server_well(shop: Server) -> None:
    size = {endpoint: len(shop.world.records(endpoint)) for endpoint in ("contacts", "clicks", "orders")}
    for kind in KINDS:
        shop.switches.faults = [Fault(kind, rate=1, seconds=0.1, path="/contacts/*")]
        with contextlib.suppress(requests.RequestException, json.JSONDecodeError):
            get(shop, f"/contacts/{shop.world.contacts[0]['id']}", timeout=0.2).json()
        shop.switches.faults = []
        time.sleep(0.3 if kind == "refused" else 0)
        assert get(shop).ok
    assert size == {endpoint: len(shop.world.records(endpoint)) for endpoint in size}


def test_faults_and_outages_are_parsed_from_words() -> None:
    assert parse_fault("503:0.1") == Fault("503", rate=0.1)
    assert parse_fault("slow=2.5:#3,7@/clicks") == Fault("slow", nth=(3, 7), path="/clicks", seconds=2.5)
    assert parse_outage("30:60") == Outage(30, 60, "503")
    assert parse_outage("0:5:refused") == Outage(0, 5, "refused")


@pytest.mark.parametrize("word", ["503", "503:2", "503:often", "shrug:0.1", "503:#x", "slow=x:1"])
def test_a_word_that_is_no_fault_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_fault(word)


@pytest.mark.parametrize("word", ["30", "30:60:nap", "a:b"])
def test_a_word_that_is_no_outage_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_outage(word)
