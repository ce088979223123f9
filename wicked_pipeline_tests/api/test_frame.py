"""A page is whole or refused, and each record keeps its own bytes."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wicked_pipeline.api.frame import NotWholeError, Page, read_error, read_page, read_single

NOW = datetime(2024, 3, 10, tzinfo=UTC)


def body(*records: bytes, page: str = "1", total_pages: str = "2", total: str = "3", more: str = "") -> bytes:
    frame = f'"page": {page}, "totalPages": {total_pages}, "total": {total}, "next": "abc"{more}'
    return b'{"status": "success", "results": [' + b", ".join(records) + b"], " + frame.encode() + b"}"


def records(page: Page) -> list[bytes]:
    return [bytes(record) for record in page.records]


def test_a_record_keeps_its_own_bytes() -> None:
    own = [b'{"amount":79.10, "big": 12345678901234567890.5}', rb'{"name": "\u00fc"}', b'{ "a" :\n 1e2 }']
    page = read_page(body(*own), NOW)
    assert records(page) == own
    assert (page.number, page.total_pages, page.total, page.next_token, page.damaged) == (1, 2, 3, "abc", False)


def test_a_whole_number_may_be_written_with_a_fraction_of_nought() -> None:
    """The schema calls page numbers "number"."""
    assert read_page(body(page="1.0", total_pages="2.0", total="3e0"), NOW).total == 3


@pytest.mark.parametrize("end", ["", ', "extra": {"results": [1]}'])
def test_an_empty_page_is_whole(end: str) -> None:
    assert records(read_page(body(total="0", more=end), NOW)) == []


WHOLE = body(b'{"id": "a"}', b'{"id": "b"}')


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><body>Bad gateway</body></html>", id="HTML"),
        pytest.param(WHOLE[:-1], id="cut off at the end"),
        pytest.param(WHOLE[:60], id="cut off in a record"),
        pytest.param(WHOLE + b"x", id="with something after it"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="an array"),
        pytest.param(WHOLE.replace(b'"results"', b'"other"'), id="no results"),
        pytest.param(b'{"status":"success","results":null,"page":1,"totalPages":1,"total":0}', id="results null"),
        pytest.param(b'{"status":"success","results":{},"page":1,"totalPages":1,"total":0}', id="results an object"),
        pytest.param(body(page="1.5"), id="page 1.5"),
        pytest.param(body(page="-1"), id="page -1"),
        pytest.param(body(page='"1"'), id="page a text"),
        pytest.param(body(total_pages="null"), id="totalPages null"),
        pytest.param(body(total="1e400"), id="total beyond any number"),
        pytest.param(WHOLE.replace(b"success", b"odd"), id="another status"),
    ],
)
def test_what_is_not_a_whole_page_is_refused(broken: bytes) -> None:
    with pytest.raises(NotWholeError):
        read_page(broken, NOW)


@given(st.integers(1, len(WHOLE) - 1))
def test_a_page_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(NotWholeError):
        read_page(WHOLE[:length], NOW)


@pytest.mark.parametrize(
    "bad",
    [
        rb'{"name": "\ud800"}',
        b'{"name": "\xff"}',
        b'{"name": "a\x00b"}',
        b'{"id": }',
        b'{"id": 01, "tags": ["],[", "\\"}"]}',
        b'{"id": NaN}',
        b'"not a record"',
        b"null",
    ],
)
def test_a_damaged_record_leaves_the_others_whole(bad: bytes) -> None:
    """It comes through as it is, marked, for landing to reject."""
    good = [rb'{"id": "a, ]}\" b"}', b'{"nested": [[1, 2], {"x": {}}]}']
    page = read_page(body(good[0], bad, good[1]), NOW)
    assert records(page) == [good[0], bad, good[1]]
    assert page.damaged


def test_a_record_that_never_closes_breaks_the_page() -> None:
    with pytest.raises(NotWholeError):
        read_page(body(b'{"id": "a"}', b'{"id": "b"', b'{"id": "c"}'), NOW)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(anything, max_size=4), st.integers(0, 4), st.booleans())
def test_any_values_are_cut_where_they_end(values: list[object], place: int, ascii_only: bool) -> None:
    own = [json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass") for value in values]
    assert records(read_page(body(*own), NOW)) == own
    own.insert(place, rb'{"name": "\udfff"}')
    assert records(read_page(body(*own), NOW)) == own


def test_one_contact_keeps_its_bytes() -> None:
    single = read_single(b'{"status": "success", "result": {"LTV": 79.10} }', NOW)
    assert bytes(single.record) == b'{"LTV": 79.10}'
    damaged = read_single(rb'{"status": "success", "result": {"name": "\ud800"}}', NOW)
    assert bytes(damaged.record) == rb'{"name": "\ud800"}'
    assert damaged.damaged


@pytest.mark.parametrize("result", [b"null", b"[]", b'"x"', b"{"])
def test_one_contact_is_an_object_or_refused(result: bytes) -> None:
    with pytest.raises(NotWholeError):
        read_single(b'{"status": "success", "result": ' + result + b"}", NOW)


def test_the_vendors_message_is_found_only_in_an_error() -> None:
    assert read_error(b'{"status": "error", "message": "Sorry."}') == "Sorry."
    assert read_error(b'{"status": "error", "message": {"code": 1}}') == ""
    assert read_error(b'{"status": "success", "message": "Sorry."}') is None
    assert read_error(b"<html>") is None


def test_a_page_shows_no_data_of_people() -> None:
    assert "@" not in repr(read_page(body(b'{"email": "test@example.com"}'), NOW))
