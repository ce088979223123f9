"""What a raw record says of itself, read without touching its bytes: whose it is, and when.

Everything else in a record is parsed once, in SQL (`dbt/models/staging`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec

from wicked_pipeline.endpoints import Endpoint


class Described(NamedTuple):
    """A record's id, its instant (naive, UTC; None: it has none, or a broken one), and why it can't be landed."""

    id: str | None
    instant: datetime | None
    problem: str | None


def describe(endpoint: Endpoint, records: Sequence[bytes | msgspec.Raw]) -> list[Described]:
    """Each record's own description, in order. `records` are JSON texts, one a record."""
    decode = _head_decoder(endpoint).decode
    return [_describe(endpoint, decode, record) for record in records]


def _describe(endpoint: Endpoint, decode: Any, record: bytes | msgspec.Raw) -> Described:
    try:
        head = decode(record)
    except msgspec.DecodeError as error:  # covers what is no object, and escapes that are no text
        return Described(None, None, f"not a readable JSON object: {error}")
    if type(head.id) not in (str, int) or head.id == "":
        return Described(None, None, f"has no {endpoint.id_field}")
    try:
        bytes(record).decode()
    except UnicodeDecodeError:
        return Described(None, None, "not valid UTF-8")
    return Described(str(head.id), _instant(head.date), None)


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
        # Assumed: a record's own date without an offset is UTC, as the samples' `Z` says of the others.
        return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
    except (ValueError, OverflowError):
        return None


@cache
def _head_decoder(endpoint: Endpoint) -> msgspec.json.Decoder[Any]:
    head = msgspec.defstruct(
        "Head",
        [("id", Any, None), ("date", Any, None)],
        rename={"id": endpoint.id_field, "date": endpoint.date_field},
    )
    return msgspec.json.Decoder(head)
