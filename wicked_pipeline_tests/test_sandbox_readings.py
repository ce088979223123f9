"""The sandbox can be switched to every reading of what the specification leaves open."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from wicked_pipeline.sandbox import Reading, Server, World, build_world, running, shown
from wicked_pipeline.sandbox.reading import parse_reading

DAY = {"from": "2024-01-03", "to": "2024-01-03"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    with running(build_world(days=6, contacts=20, clicks=120, orders=40), requests_per_minute=0) as server:
        yield server


@pytest.fixture(autouse=True)
def _default_reading(shop: Server) -> Iterator[None]:
    yield
    shop.switches.reading = Reading()
    shop.switches.requests_per_minute = 0


def read(server: Server, reading: Reading, path: str = "/clicks", **params: Any) -> requests.Response:
    server.switches.reading = reading
    return requests.get(server.url + path, params=DAY | params, headers={"apikey": server.key}, timeout=10)


def dates(world: World, first: str, until: str) -> list[str]:
    return [click["date"] for click in world.clicks if first <= click["date"] < until]


@pytest.mark.parametrize(
    ("reading", "first", "until"),
    [
        (Reading(), "2024-01-03T00", "2024-01-04T00"),
        (Reading(to="exclusive"), "2024-01-03T00", "2024-01-03T00"),
        (Reading(zone="America/New_York"), "2024-01-03T05", "2024-01-04T05"),
        (Reading(zone="-08:00"), "2024-01-03T08", "2024-01-04T08"),
        (Reading(zone="+14:00"), "2024-01-02T10", "2024-01-03T10"),
    ],
)
def test_days_are_cut_in_the_readings_zone_and_to_belongs_to_the_window_or_not(
    shop: Server, reading: Reading, first: str, until: str
) -> None:
    answer = read(shop, reading, limit=1000).json()
    assert [click["date"] for click in answer["results"]] == dates(shop.world, first, until)
    assert answer["total"] == len(answer["results"])


def test_the_last_page_may_lack_a_next(shop: Server) -> None:
    first = read(shop, Reading(next="until-last")).json()
    last = read(shop, Reading(next="until-last"), next=first["next"]).json()
    assert (first["page"], last["page"], last["totalPages"]) == (1, 2, 2)
    assert "next" not in last


def test_a_page_past_the_last_may_be_refused(shop: Server) -> None:
    token = read(shop, Reading(), limit=1000).json()["next"]
    assert read(shop, Reading(), limit=1000, next=token).json()["results"] == []
    assert read(shop, Reading(past_end="400"), limit=1000, next=token).status_code == 400


def test_tokens_may_expire_by_time_or_by_use(shop: Server) -> None:
    token = read(shop, Reading()).json()["next"]
    once = Reading(token_uses=1)
    assert read(shop, once, next=token).ok
    assert read(shop, once, next=token).status_code == 400
    token = read(shop, once).json()["next"]
    time.sleep(0.06)
    assert read(shop, Reading(token_seconds=5), next=token).ok
    assert read(shop, Reading(token_seconds=0.05), next=token).status_code == 400


@pytest.mark.parametrize("form", ["epoch", "epoch-ms", "seconds", "http-date", "iso"])
def test_the_reset_header_has_many_forms(shop: Server, form: Any) -> None:
    text = read(shop, Reading(reset=form)).headers["x-ratelimit-reset"]
    parsed = {
        "epoch": lambda: float(text),
        "epoch-ms": lambda: float(text) / 1000,
        "seconds": lambda: time.time() + float(text),
        "http-date": lambda: parsedate_to_datetime(text).timestamp(),
        "iso": lambda: datetime.fromisoformat(text).astimezone(UTC).timestamp(),
    }[form]()
    assert 0 < parsed - time.time() <= 62


def test_the_reset_header_may_be_missing(shop: Server) -> None:
    headers = read(shop, Reading(reset="none")).headers
    assert "x-ratelimit-reset" not in headers
    assert "x-ratelimit-limit" in headers


@pytest.mark.parametrize("window", ["sliding", "fixed"])
def test_requests_are_counted_in_a_sliding_or_a_fixed_window(window: Any) -> None:
    reading = Reading(window=window, window_seconds=1, retry_after="yes")
    with running(build_world(days=3, orders=0), requests_per_minute=3) as server:
        began = time.time()
        assert read(server, reading).ok
        time.sleep(0.6)
        assert [read(server, reading).status_code for _ in range(3)] == [200, 200, 429]
        refused = read(server, reading)
        assert refused.headers["retry-after"] == "1"
        time.sleep(max(0, began + 1.05 - time.time()))
        again = [read(server, reading).status_code for _ in range(3)]
    assert again == ([200, 429, 429] if window == "sliding" else [200, 200, 200])


def test_create_dates_may_be_null_and_contacts_are_filed_by_them_all_the_same(shop: Server) -> None:
    plain = read(shop, Reading(), "/contacts").json()["results"]
    hidden = read(shop, Reading(create_dates="null"), "/contacts").json()["results"]
    assert [contact | {"createDate": None} for contact in plain] == hidden
    assert any(contact.get("createDate") for contact in plain)


def test_contacts_without_a_create_date_are_filed_by_a_hidden_one() -> None:
    world = build_world(days=30)
    nameless = [contact for contact in world.contacts if not contact.get("createDate")]
    assert {contact["id"] for contact in nameless} == set(world.created)
    first, until = world.first_day, world.first_day.replace(day=31)
    assert len(world.between("contacts", first, until, world.zone)) == len(world.contacts)
    assert len(nameless) > 3


@pytest.mark.parametrize(("form", "expected"), [("absent", ...), ("null", None), ("empty", ""), ("text", "null")])
def test_a_missing_touchpoints_date_has_many_forms(shop: Server, form: Any, expected: object) -> None:
    reading = Reading(missing_dates=form)
    seen: dict[str, list[Any]] = {"orders": [], "contacts": []}
    for order in read(shop, reading, "/orders", limit=1000).json()["results"]:
        seen["orders"] += [touchpoint.get("date", ...) for touchpoint in order["attributions"].values()]
    for contact in read(shop, reading, "/contacts", limit=1000).json()["results"]:
        seen["contacts"].append(contact.get("reOptin", {}).get("date", ...))
    for found in seen.values():
        there = [date for date in found if isinstance(date, str) and date.startswith("20")]
        assert {date for date in found if date not in there} == {expected}


@pytest.mark.parametrize("order", ["descending", "shuffled"])
def test_pages_may_come_in_any_order_that_stays(shop: Server, order: Any) -> None:
    plain = read(shop, Reading(), limit=1000).json()["results"]
    reading, token, found = Reading(order=order), {}, []
    for _ in range(6):
        answer = read(shop, reading, limit=30, **token).json()
        found += answer["results"]
        token = {"next": answer["next"]}
    assert len(found) == len(plain)
    assert all(record in plain for record in found)
    assert found != plain
    if order == "descending":
        assert [click["date"] for click in found] == sorted((click["date"] for click in plain), reverse=True)


def test_shown_tells_what_a_reading_makes_of_a_record(shop: Server) -> None:
    reading = Reading(missing_dates="empty", create_dates="null")
    for endpoint in ("contacts", "clicks", "orders"):
        first, until = shop.world.first_day.replace(day=3), shop.world.first_day.replace(day=4)
        expected = [shown(endpoint, record, reading) for record in shop.world.between(endpoint, first, until)]
        assert read(shop, reading, f"/{endpoint}", limit=1000).json()["results"] == expected


def test_a_reading_is_parsed_from_words() -> None:
    words = ["to=exclusive", "zone=-05:00", "token-uses=3", "window-seconds=1.5", "past-end=400"]
    expected = replace(Reading(), to="exclusive", zone="-05:00", token_uses=3, window_seconds=1.5, past_end="400")
    assert parse_reading(words) == expected


@pytest.mark.parametrize("word", ["to=maybe", "zone=Mars", "zone=+99:00", "color=red", "token-uses=many", "to"])
def test_a_word_that_is_no_reading_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_reading([word])
