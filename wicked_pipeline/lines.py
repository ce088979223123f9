"""A page's records as lines of a file. They are written as pages come, and DuckDB reads the file to land the window.

A record keeps its own bytes. DuckDB's JSON reader would rewrite numbers and escapes, and refuse a whole file for one
bad record.
"""

from collections.abc import Sequence

import msgspec

from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.records import Described

COLUMNS = {
    "page": "INTEGER",
    "position": "INTEGER",
    "instant": "TIMESTAMP",
    "record_id": "VARCHAR",
    "problem": "VARCHAR",
    "content": "VARCHAR",
}
"""A line's columns, separated by tabs, and their types in DuckDB. `problem` says why a record can't be landed."""

_BLANKS = bytes.maketrans(b"\t\r\n", b"   ")  # valid JSON has these only as white space between values
_ESCAPES = {code: f"\\x{code:02x}" for code in range(0x20)}


def lines_of(
    endpoint: Endpoint, number: int, records: Sequence[msgspec.Raw], described: Sequence[Described]
) -> list[bytes]:
    """A line for each record of page `number`; `described` has each one's id, instant and problem."""
    return [
        _line(endpoint.unique, number, position, said, bytes(record))
        for position, (record, said) in enumerate(zip(records, described, strict=True), start=1)
    ]


def _line(unique: bool, page: int, position: int, said: Described, record: bytes) -> bytes:
    if said.problem is not None:
        content = record.decode(errors="backslashreplace").translate(_ESCAPES)
        return f"{page}\t{position}\t\t\t{said.problem}\t{content}\n".encode()
    instant = said.instant.isoformat() if said.instant else ""
    record_id = (said.id or "") if unique else ""  # only a record with a unique id is replaced by a newer one
    if not record_id.isprintable():  # it may hold a tab or a line break
        record_id = repr(record_id)
    return f"{page}\t{position}\t{instant}\t{record_id}\t\t".encode() + record.translate(_BLANKS) + b"\n"
