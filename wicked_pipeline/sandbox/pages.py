"""The answer to a list call: checks its parameters, finds the window's records, and cuts a page with a `next` token.

Records take the form of the reading here (`shown`). `routes.py` handles HTTP.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import md5
from random import Random

from wicked_pipeline.sandbox.instants import midnight, utc_text
from wicked_pipeline.sandbox.reading import Reading, zone_of
from wicked_pipeline.sandbox.touchpoints import Record
from wicked_pipeline.sandbox.world import World

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 1000
CONTACT_CLICKS_WITHOUT_WINDOW = 10_000
TOUCHPOINTS = ("firstClick", "firstOptin", "reOptin", "lastClick")


class ApiError(Exception):
    """An error answer: an HTTP status and the message of the documented body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Query:
    """The request of a list call: an endpoint's records in a window of days, of one contact if one is named."""

    endpoint: str
    first: date | None
    to: date | None
    limit: int
    contact_id: str | None = None


def parse_query(
    params: Mapping[str, str],
    endpoint: str,
    contact_id: str | None = None,
    *,
    required: bool = True,
    longest: int | None = None,
) -> Query:
    """The call's query. Raises `ApiError` 400 for parameters that the specification doesn't allow."""
    first, to = _day(params, "from", required), _day(params, "to", required)
    if first and to and first > to:
        raise ApiError(400, "The parameter from must not be after the parameter to.")
    if first and to and longest is not None and (to - first).days > longest:
        raise ApiError(400, f"The difference between the parameters from and to cannot exceed {longest} days.")
    text = params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_LIMIT):
        raise ApiError(400, f"The parameter limit must be a number from 1 to {LARGEST_LIMIT}.")
    return Query(endpoint, first, to, int(text), contact_id)


def _day(params: Mapping[str, str], name: str, required: bool) -> date | None:
    text = params.get(name)
    if text is None:
        if required:
            raise ApiError(400, f"The parameter {name} is required. Format: YYYY-MM-DD")
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ApiError(400, f"The parameter {name} is not a date. Format: YYYY-MM-DD")


class Tokens:
    """The issued `next` tokens. Each stands for a query and the offset of its next page."""

    def __init__(self) -> None:
        self._issued: dict[str, tuple[Query, int, float, int]] = {}  # token → query, offset, issued at, uses

    def issue(self, query: Query, offset: int, now: float) -> str:
        """The token for the page of `query` that begins at `offset`. The same page keeps its token, renewed."""
        token = md5(f"{query}{offset}".encode(), usedforsecurity=False).hexdigest()
        self._issued[token] = (query, offset, now, 0)
        return token

    def redeem(self, token: str, query: Query, now: float, reading: Reading) -> int:
        """The offset of a token. Raises `ApiError` 400 if the token is unknown, expired or of another query."""
        issued = self._issued.get(token)
        if issued is None or issued[0] != query:
            raise ApiError(400, "The parameter next is not valid.")
        _, offset, at, uses = issued
        too_old = reading.token_seconds and now - at > reading.token_seconds
        if too_old or (reading.token_uses and uses >= reading.token_uses):
            raise ApiError(400, "The parameter next has expired.")
        self._issued[token] = (query, offset, at, uses + 1)
        return offset


def page(world: World, query: Query, token: str | None, tokens: Tokens, reading: Reading, now: float) -> Record:
    """One page of a query, as the documented JSON object. Raises `ApiError` for an invalid `next`."""
    offset = tokens.redeem(token, query, now, reading) if token else 0
    records, low, high = _window(world, query, reading)
    total, limit = high - low, query.limit
    step = max(1, limit - reading.overlap)
    total_pages = min(total, 1) + max(0, -(-(total - limit) // step))
    if offset and offset + reading.overlap >= total:
        if reading.past_end == "400":
            raise ApiError(400, "There are no more pages.")
        low = high
    results = [shown(query.endpoint, record, reading) for record in _slice(records, low, high, offset, limit, reading)]
    if query.contact_id is not None and query.endpoint == "orders":
        results = [{name: value for name, value in record.items() if name != "contact"} for record in results]
    answer: Record = {
        "status": "success",
        "results": results,
        "page": offset // step + 1,
        "totalPages": total_pages,
        "total": total,
    }
    if reading.next == "always" or offset + limit < total:
        answer["next"] = tokens.issue(query, offset + step, now)
    return answer


def _window(world: World, query: Query, reading: Reading) -> tuple[list[Record], int, int]:
    """All records in order of time, and the query's part of them: from one index to before the other."""
    if query.contact_id is None:
        keys, records = world.timeline(query.endpoint)
    else:
        records = world.of_contact(query.endpoint, query.contact_id)
        keys = [world.filed_at(query.endpoint, record) for record in records]
    zone = zone_of(reading.zone)
    low, high = 0, len(records)
    if query.first:
        low = bisect_left(keys, utc_text(midnight(query.first, zone)))
    if query.to:
        until = query.to + timedelta(days=1) if reading.to == "inclusive" else query.to
        high = max(low, bisect_left(keys, utc_text(midnight(until, zone))))
    if query.first is None or query.to is None:  # Assumed: `total` counts only records that paging reaches.
        high = min(high, low + CONTACT_CLICKS_WITHOUT_WINDOW)
    return records, low, high


def _slice(records: list[Record], low: int, high: int, offset: int, limit: int, reading: Reading) -> list[Record]:
    last = min(offset + limit, high - low)
    if reading.order == "ascending":
        return records[low + offset : low + last]
    if reading.order == "descending":
        return [records[high - 1 - index] for index in range(offset, last)]
    return [records[low + index] for index in _shuffled(high - low)[offset:last]]


@lru_cache(maxsize=16)
def _shuffled(count: int) -> list[int]:
    return Random(count).sample(range(count), count)  # noqa: S311  # any fixed order


def shown(endpoint: str, record: Record, reading: Reading) -> Record:
    """A record as a list call returns it under a reading. If nothing differs, it is the world's own object."""
    if endpoint == "contacts" and reading.create_dates == "null":
        record = {**record, "createDate": None}
    if reading.missing_dates == "stored" or endpoint == "clicks":
        return record
    if endpoint == "orders":
        found = record.get("attributions") or {}
        return {**record, "attributions": {name: _touchpoint(found.get(name), reading) for name in TOUCHPOINTS}}
    re_optin = _touchpoint(record.get("reOptin"), reading)
    rest = {name: value for name, value in record.items() if name != "reOptin"}
    return {**rest, "reOptin": re_optin} if re_optin else rest  # the schema requires a date in it


def _touchpoint(found: Record | None, reading: Reading) -> Record:
    if found and found.get("date") not in (None, "", "null"):
        return found
    texts = {"null": None, "empty": "", "text": "null"}
    return {"date": texts[reading.missing_dates]} if reading.missing_dates in texts else {}
