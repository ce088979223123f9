"""What the throttling headers say, in each format that the specification leaves open."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from wicked_pipeline.api.headers import LONGEST_WAIT, RateLimit, read_rate_limit

NOW = datetime(2024, 3, 10, 12, 0, 0, tzinfo=UTC)
THEN = NOW + timedelta(seconds=20)


def resets_in(text: str, **others: str) -> float | None:
    return read_rate_limit(CaseInsensitiveDict({"x-ratelimit-reset": text, **others}), NOW).resets_in


@pytest.mark.parametrize(
    "text",
    [
        f"{THEN.timestamp():.0f}",
        f"{THEN.timestamp() * 1000:.0f}",
        "20",
        format_datetime(THEN, usegmt=True),
        "2024-03-10T12:00:20Z",
        "2024-03-10T08:00:20-04:00",
        "2024-03-10T12:00:20",
    ],
)
def test_each_format_of_the_reset_is_understood(text: str) -> None:
    """A second is added, since whole seconds may have been rounded down."""
    assert resets_in(text) == 21


def test_fractions_of_a_second_are_kept() -> None:
    assert resets_in("1.5") == 1.5
    assert resets_in("2024-03-10T12:00:20.250Z") == 20.25


@pytest.mark.parametrize("text", ["", "soon", "nan", "inf", "2024-13-45", "Mon, 99 Foo 2024"])
def test_a_reset_that_cannot_be_read_says_nothing(text: str) -> None:
    assert resets_in(text) is None


def test_a_reset_long_past_says_nothing() -> None:
    """It is a time in another zone than we took it for, and would have us ask at once."""
    assert resets_in("2024-03-10T08:00:20") is None


@pytest.mark.parametrize("text", ["3600", "2024-03-10T23:00:00Z", "99999999999999999"])
def test_no_header_makes_us_wait_for_more_than_a_minute(text: str) -> None:
    assert resets_in(text) == LONGEST_WAIT
    assert read_rate_limit({"retry-after": text}, NOW).retry_after == LONGEST_WAIT


def test_the_servers_clock_counts_where_it_differs_from_ours() -> None:
    their_now = NOW + timedelta(hours=3)
    their_reset = str(int((their_now + timedelta(seconds=20)).timestamp()))
    assert resets_in(their_reset, date=format_datetime(their_now, usegmt=True)) == 21


def test_the_limit_and_what_remains_are_whole_numbers_or_nothing() -> None:
    headers = {"x-ratelimit-limit": "240", "x-ratelimit-remaining": "0"}
    assert read_rate_limit(headers, NOW) == RateLimit(limit=240, remaining=0)
    headers = {"x-ratelimit-limit": "120, 120;w=60", "x-ratelimit-remaining": "-1"}
    assert read_rate_limit(headers, NOW) == RateLimit(limit=120, per_seconds=60)
    assert read_rate_limit({"x-ratelimit-limit": "0"}, NOW) == RateLimit()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-limit": "1, 1;w=1"}, 1),
        ({"x-ratelimit-limit": "10", "ratelimit-policy": '"burst";q=10;w=5, "day";q=1000;w=86400'}, 5),
        ({"x-ratelimit-limit": "120"}, None),
        ({"x-ratelimit-limit": "120;w=0"}, None),
    ],
)
def test_the_seconds_of_the_limit_are_read_where_they_are_told(headers: dict[str, str], seconds: int | None) -> None:
    assert read_rate_limit(headers, NOW).per_seconds == seconds


@given(st.dictionaries(st.sampled_from(["x-ratelimit-limit", "x-ratelimit-reset", "retry-after", "date"]), st.text()))
def test_no_header_whatever_is_an_error(headers: dict[str, str]) -> None:
    rate = read_rate_limit(headers, NOW)
    assert all(wait is None or 0 <= wait <= LONGEST_WAIT for wait in (rate.resets_in, rate.retry_after))


@given(st.one_of(st.integers(), st.floats(), st.datetimes()).map(str))
def test_no_number_or_time_whatever_is_an_error(text: str) -> None:
    wait = resets_in(text, date=text)
    assert wait is None or 0 <= wait <= LONGEST_WAIT
