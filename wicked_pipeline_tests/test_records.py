"""What a record says of itself is read as the specification and real life write it, and no record breaks a page."""

import json
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from wicked_pipeline.api.frame import read_page
from wicked_pipeline.endpoints import CLICKS, CONTACTS, ORDERS, Endpoint
from wicked_pipeline.records import Described, describe

NOON = datetime(2024, 3, 8, 12)  # noqa: DTZ001 - naive, UTC


def described(endpoint: Endpoint, *records: bytes, zone: tzinfo = UTC) -> list[Described]:
    """What records say that come as one page."""
    body = b'{"status":"success","results":[%s],"page":1,"totalPages":1,"total":%d}' % (
        b",".join(records),
        len(records),
    )
    page = read_page(body, datetime.now(UTC))
    return describe(endpoint, page.records, zone, damaged=page.damaged)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-03-08T12:00:00.000Z", NOON),
        ("2024-03-08T12:00:00Z", NOON),
        ("2024-03-08T12:00:00", NOON),
        ("2024-03-08 12:00:00", NOON),
        ("2024-03-08T07:00:00-05:00", NOON),
        ("2024-03-08T12:00:00.123456789Z", NOON.replace(microsecond=123456)),
        ("2024-02-30T12:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("null", None),
        ("", None),
        (None, None),
        (17, None),
        ({}, None),
    ],
)
def test_a_records_instant_is_utc_and_a_broken_one_is_none(text: Any, instant: datetime | None) -> None:
    (said,) = described(CLICKS, json.dumps({"contactId": "c", "date": text}).encode())
    assert (said.id, said.instant, said.problem) == ("c", instant, None)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "text",
    ["2024-03-10T02:30:00", "2024-11-03 01:30:00", "2024-09-08", "2024-04-06T23:30:00", "2024-04-26T00:30:00.5"],
)
def test_a_date_without_an_offset_is_local_time_as_staging_reads_it(text: str, zone: str) -> None:
    (said,) = described(ORDERS, json.dumps({"id": "o", "date": text}).encode(), zone=ZoneInfo(zone))
    with duckdb.connect() as connection:
        staged = connection.execute("select timezone('UTC', timezone(?, ?::timestamp))", [zone, text]).fetchone()
    assert staged == (said.instant,)


def test_each_endpoint_has_its_own_id_and_date() -> None:
    record = b'{"id":7,"contactId":"c","createDate":"2024-03-08T12:00:00Z","date":"2020-01-01T00:00:00Z"}'
    (contact,), (click,), (order,) = (described(endpoint, record) for endpoint in (CONTACTS, CLICKS, ORDERS))
    assert (contact.id, contact.instant) == ("7", NOON)
    assert (click.id, order.id) == ("c", "7")


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (b'"text"', "not a readable JSON object"),
        (b"null", "not a readable JSON object"),
        (b'{"id":"\\ud800"}', "not a readable JSON object"),
        (b'{"id":"\xff"}', "not valid UTF-8"),
        (b'{"id":1,"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
        (b'{"id":""}', "has no id"),
        (b'{"id":null}', "has no id"),
        (b'{"id":true}', "has no id"),
        (b"{}", "has no id"),
    ],
)
def test_a_record_that_cannot_be_landed_says_why_and_its_neighbours_can(record: bytes, problem: str) -> None:
    before, said, after = described(ORDERS, b'{"id":"a"}', record, b'{"id":"b"}')
    assert said.problem is not None
    assert said.problem.startswith(problem)
    assert (before.id, before.problem, after.id, after.problem) == ("a", None, "b", None)
