"""Reads the request limit from an answer's headers. Headers and a time go in, values come out; no I/O.

`allowance.py` acts on these values.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0
"""The most seconds that a header can make us wait: the documented limit is for a minute, whatever a clock says."""

_CLOCKS_DIFFER = 2.0  # seconds; if the clocks differ by more, the server's Date header counts as now


@dataclass(frozen=True)
class RateLimit:
    """The limit according to one answer. A field is None if its header is missing or can't be read.

    `limit` is the number of requests in any `per_seconds`, `remaining` how many are left. `resets_in` and
    `retry_after` are seconds from the answer, 0 to 60.
    """

    limit: int | None = None
    remaining: int | None = None
    resets_in: float | None = None
    retry_after: float | None = None
    per_seconds: float | None = None


def read_rate_limit(headers: Mapping[str, str], now: datetime) -> RateLimit:
    """The limit in `headers` (a mapping that ignores case) at `now` (with a zone, by our own clock).

    The specification names `x-ratelimit-limit`, `-remaining` and `-reset` ("The time when your limit resets"), but
    gives no format of the last. The limit's seconds are read from `x-ratelimit-limit` or `ratelimit-policy` in the
    form of the IETF's draft "RateLimit header fields for HTTP": `120;w=60`.
    """
    told = _date(headers.get("date", ""))
    at_server = told if told and abs((told - now).total_seconds()) > _CLOCKS_DIFFER else now
    limit = _count(headers.get("x-ratelimit-limit", ""))
    return RateLimit(
        limit=limit or None,  # a limit of 0 must be a mistake
        remaining=_count(headers.get("x-ratelimit-remaining", "")),
        resets_in=_seconds(headers.get("x-ratelimit-reset", ""), at_server),
        retry_after=_seconds(headers.get("retry-after", ""), at_server),
        per_seconds=_window(headers.get("x-ratelimit-limit", "")) or _window(headers.get("ratelimit-policy", "")),
    )


def _window(text: str) -> float | None:
    """The `w` of the first policy that has one, in seconds above 0."""
    told = re.search(r";\s*w\s*=\s*(\d+)", text)
    return float(told[1]) or None if told else None


def _count(text: str) -> int | None:
    number = _number(text.split(",")[0].split(";")[0])
    return None if number is None or number < 0 else int(number)


def _seconds(text: str, now: datetime) -> float | None:
    """Seconds from `now` to the time in `text`, between 0 and `LONGEST_WAIT`.

    Assumed: `text` is epoch seconds, epoch milliseconds, seconds from now, an HTTP date or an ISO time (without a
    zone: UTC). Whole seconds may have been rounded down, so one second is added. A time in the past gives None: its
    clock or zone is not what we assume.
    """
    number = _number(text)
    if number is not None:
        seconds = number / 1000 if number > 1e11 else number
        wait = seconds - now.timestamp() if seconds > 1e8 else seconds
        whole = seconds.is_integer()
    else:
        moment = _date(text)
        if moment is None:
            return None
        wait = (moment - now).total_seconds()
        whole = moment.microsecond == 0
    return None if wait < -_CLOCKS_DIFFER else min(max(wait, 0.0) + whole, LONGEST_WAIT)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
