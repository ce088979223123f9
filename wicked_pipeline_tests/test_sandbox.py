"""The sandbox answers the six calls as the specification describes them."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
import requests

from wicked_pipeline.sandbox import Server, build_world, running
from wicked_pipeline.sandbox.world import owner
from wicked_pipeline_tests.schemas import SCHEMAS

WINDOW = {"from": "2024-01-01", "to": "2024-01-30"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    with running(build_world(days=40, contacts=20, clicks=120, orders=15), requests_per_minute=0) as server:
        yield server


def get(server: Server, path: str, key: str | None = None, **params: Any) -> requests.Response:
    return requests.get(server.url + path, params=params, headers={"apikey": key or server.key}, timeout=10)


def read_all(server: Server, path: str, **params: Any) -> list[dict[str, Any]]:
    """All pages of a list, as the specification says to read them."""
    records: list[dict[str, Any]] = []
    answer = get(server, path, **params).json()
    while True:
        records += answer["results"]
        if answer["page"] >= answer["totalPages"]:
            assert len(records) == answer["total"]
            return records
        answer = get(server, path, **params, next=answer["next"]).json()


@pytest.mark.parametrize("endpoint", ["contacts", "clicks", "orders"])
def test_the_pages_of_a_window_are_the_worlds_records_and_match_the_schema(shop: Server, endpoint: str) -> None:
    first = get(shop, f"/{endpoint}", **WINDOW, limit=7).json()
    jsonschema.validate(first, SCHEMAS[endpoint])
    records = read_all(shop, f"/{endpoint}", **WINDOW, limit=97)
    jsonschema.validate({"results": records}, SCHEMAS[endpoint])
    until = shop.world.first_day.replace(day=31)
    assert records == shop.world.between(endpoint, shop.world.first_day, until)


@pytest.mark.parametrize("endpoint", ["contacts", "clicks", "orders"])
def test_every_record_of_the_world_matches_the_schema(shop: Server, endpoint: str) -> None:
    jsonschema.validate({"results": shop.world.records(endpoint)}, SCHEMAS[endpoint])


def test_a_contact_is_found_by_id_source_id_and_email(shop: Server) -> None:
    for contact in shop.world.contacts[:60]:
        for name in (contact["id"], contact["sourceId"], contact["email"]):
            answer = get(shop, f"/contacts/{quote(name, safe='')}").json()
            assert answer == {"status": "success", "result": contact}
    jsonschema.validate(answer, SCHEMAS["contact"])


def test_an_unknown_contact_is_not_found(shop: Server) -> None:
    for path in ("/contacts/AB-1234567", "/contacts/AB-1234567/clicks", "/contacts/AB-1234567/orders"):
        answer = get(shop, path, **WINDOW)
        assert answer.status_code == 404
        assert answer.json() == {"status": "error", "message": "Contact with id AB-1234567 not found."}


def test_a_contacts_clicks_need_no_window(shop: Server) -> None:
    contact = max(shop.world.contacts, key=lambda contact: len(shop.world.of_contact("clicks", contact["id"])))
    expected = [click for click in shop.world.clicks if click["contactId"] == contact["id"]]
    records = read_all(shop, f"/contacts/{contact['id']}/clicks", limit=5)
    jsonschema.validate({"results": records}, SCHEMAS["contact_clicks"])
    assert records == expected
    assert len(records) > 10


def test_a_contacts_orders_have_no_contact(shop: Server) -> None:
    buyer = next(order["contact"] for order in shop.world.orders if order.get("contact", {}).get("email"))
    records = read_all(
        shop, f"/contacts/{quote(buyer['email'], safe='')}/orders", **{"from": "2024-01-01", "to": "2025-01-01"}
    )
    jsonschema.validate({"results": records}, SCHEMAS["contact_orders"])
    theirs = [order for order in shop.world.orders if owner("orders", order) == buyer["id"]]
    assert records == [{key: value for key, value in order.items() if key != "contact"} for order in theirs]


def test_a_contacts_clicks_without_a_window_end_at_the_ten_thousandth() -> None:
    world = build_world(days=1, contacts=1, clicks=1, orders=0)
    click = {"contactId": world.contacts[0]["id"], "date": "2024-01-01T12:00:00.000Z"}
    world.clicks[:] = [dict(click) for _ in range(10_050)]
    with running(world, requests_per_minute=0) as server:
        path = f"/contacts/{click['contactId']}/clicks"
        assert len(read_all(server, path, limit=1000)) == 10_000
        assert len(read_all(server, path, limit=1000, **WINDOW)) == 10_050


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/contacts", {}),
        ("/contacts", {"from": "2024-01-01"}),
        ("/orders", {"to": "2024-01-01"}),
        ("/clicks", {"from": "2024-01-01", "to": "yesterday"}),
        ("/clicks", {"from": "2024-1-1", "to": "2024-01-02"}),
        ("/clicks", {"from": "20240101", "to": "20240102"}),
        ("/clicks", {"from": "2024-01-01", "to": "2024-02-01"}),
        ("/orders", {"from": "2024-01-02", "to": "2024-01-01"}),
        ("/orders", WINDOW | {"limit": 0}),
        ("/orders", WINDOW | {"limit": 1001}),
        ("/orders", WINDOW | {"limit": "many"}),
        ("/orders", WINDOW | {"next": "9c783c753b7db667d9a5c96375514040"}),
        ("/contacts/AB-1000000/orders", {}),
        ("/contacts/AB-1000000/clicks", {"from": "2024-01-01", "to": "2024-06-30"}),
    ],
)
def test_parameters_that_the_specification_does_not_allow_are_refused(
    shop: Server, path: str, params: dict[str, Any]
) -> None:
    answer = get(shop, path, **params)
    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert answer.json()["message"]


def test_the_longest_windows_are_taken(shop: Server) -> None:
    assert get(shop, "/clicks", **{"from": "2024-01-01", "to": "2024-01-31"}).ok
    assert get(shop, "/contacts/AB-1000000/clicks", **{"from": "2024-01-01", "to": "2024-06-29"}).ok
    assert get(shop, "/orders", **{"from": "2020-01-01", "to": "2024-12-31"}).ok


def test_a_page_holds_a_hundred_records_unless_told_otherwise(shop: Server) -> None:
    answer = get(shop, "/clicks", **WINDOW).json()
    assert len(answer["results"]) == 100
    assert answer["totalPages"] == -(-answer["total"] // 100)


def test_the_last_page_has_a_next_too(shop: Server) -> None:
    window = {"from": "2024-01-05", "to": "2024-01-05"}
    answer = get(shop, "/orders", **window).json()
    assert answer["page"] == answer["totalPages"] == 1
    beyond = get(shop, "/orders", **window, next=answer["next"]).json()
    assert beyond["results"] == []


def test_a_wrong_key_and_an_account_without_the_api_get_401(shop: Server) -> None:
    assert get(shop, "/orders", key="wrong", **WINDOW).status_code == 401
    assert requests.get(shop.url + "/orders", params=WINDOW, timeout=10).status_code == 401
    shop.switches.enabled = False
    try:
        answer = get(shop, "/orders", **WINDOW)
    finally:
        shop.switches.enabled = True
    assert answer.status_code == 401
    assert answer.json() == {"status": "error", "message": "Outbound API not enabled for client."}


def test_the_log_tells_every_request_but_no_key(shop: Server) -> None:
    get(shop, "/orders", key="wrong", **WINDOW)
    get(shop, "/orders", **WINDOW)
    refused, answered = shop.requests[-2:]
    assert (refused.path, refused.key_ok, refused.status) == ("/orders", False, 401)
    assert (answered.params, answered.key_ok, answered.status) == (WINDOW, True, 200)
    assert shop.key not in repr(shop.requests)


def test_the_121st_request_of_a_minute_is_refused() -> None:
    with running(build_world(days=1, contacts=1, clicks=1, orders=0)) as server, requests.Session() as session:
        session.headers["apikey"] = server.key
        answers = [session.get(server.url + "/orders", params=WINDOW, timeout=10) for _ in range(121)]
    assert [answer.status_code for answer in answers] == [200] * 120 + [429]
    assert [int(answer.headers["x-ratelimit-remaining"]) for answer in answers] == [*range(119, -1, -1), 0]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"120"}
    assert all(int(answer.headers["x-ratelimit-reset"]) - server.requests[0].at < 62 for answer in answers)
    assert answers[-1].json()["status"] == "error"
