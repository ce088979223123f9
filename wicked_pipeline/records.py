"""Reads the id and the instant of a raw record, without changing its bytes.

SQL reads everything else in a record (`dbt/models/staging`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

import msgspec

from wicked_pipeline.endpoints import Endpoint


class Described(NamedTuple):
    """A record's id, its instant (naive, UTC; None: missing or broken), and the problem why it can't be landed.

    `system` is the record's source system, within which the id is unique; None if the endpoint's ids aren't unique.
    """

    id: str | None
    instant: datetime | None
    problem: str | None
    system: str | None = None


def describe(
    endpoint: Endpoint, records: Sequence[msgspec.Raw], zone: tzinfo = UTC, *, damaged: bool = False
) -> list[Described]:
    """A `Described` for each record of a page, in order. `damaged` says that some record isn't a JSON object in UTF-8.

    A date without an offset is local time in `zone`, as in staging.
    """
    if not damaged:
        try:
            heads = _page_decoder(endpoint).decode(b"[" + b",".join(records) + b"]")  # much faster than one by one
        except (msgspec.ValidationError, RecursionError):  # some record can't be read: go on one by one
            pass
        else:
            return [_described(endpoint, head, zone) for head in heads]
    return [_describe_alone(endpoint, bytes(record), zone) for record in records]


def own_instant(endpoint: Endpoint, record: bytes, zone: tzinfo) -> datetime | None:
    """The instant (naive, UTC) of one record; None: missing or broken."""
    return _describe_alone(endpoint, record, zone).instant


def _describe_alone(endpoint: Endpoint, record: bytes, zone: tzinfo) -> Described:
    try:
        record.decode()
        return _described(endpoint, _record_decoder(endpoint).decode(record), zone)
    except UnicodeDecodeError:
        return Described(None, None, "not valid UTF-8")
    except RecursionError:
        return Described(None, None, "nested too deeply")
    except msgspec.DecodeError as error:  # also a value that is no object, and a broken escape
        return Described(None, None, f"not a readable JSON object: {error}")


def _described(endpoint: Endpoint, head: Any, zone: tzinfo) -> Described:
    if type(head.id) not in (str, int) or head.id == "":
        return Described(None, None, f"has no {endpoint.id_field}")
    system = str(head.system) if endpoint.unique else None
    return Described(str(head.id), _instant(head.date, zone), None, system)


def _instant(text: object, zone: tzinfo) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text.removesuffix("Z"))
        if instant.tzinfo is None:
            if text.endswith("Z"):
                return instant
            # Assumed: local time, as in the specification's payments. If the hour comes twice, this is the later one;
            # if clocks skip it, the offset before the change applies. Staging does the same.
            instant = max(instant.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        return instant.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


@cache
def _record_decoder(endpoint: Endpoint) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_head(endpoint))


@cache
def _page_decoder(endpoint: Endpoint) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(list[_head(endpoint)])  # type: ignore[misc]


@cache
def _head(endpoint: Endpoint) -> type[msgspec.Struct]:
    """The fields of a record that are decoded; all others are skipped."""
    names = {"id": endpoint.id_field, "date": endpoint.date_field}
    if endpoint.unique:
        names["system"] = endpoint.system_field
    return msgspec.defstruct("Head", [(name, Any, None) for name in names], rename=names)
