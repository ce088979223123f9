"""A spooled window's records as lines of a file that DuckDB reads at one go.

A record stays its own bytes. DuckDB's JSON reader would write numbers and escapes anew, and refuse a whole file for one
bad record.
"""

from dataclasses import dataclass
from pathlib import Path

from wicked_pipeline.api.frame import read_page
from wicked_pipeline.endpoints import Endpoint
from wicked_pipeline.records import Described, describe
from wicked_pipeline.windows import FetchedWindow

_BLANKS = bytes.maketrans(b"\t\r\n", b"   ")  # inside JSON they are white space, or else the record is no JSON


@dataclass(frozen=True)
class Reject:
    """A record that can't be landed, and why."""

    page: int
    position: int
    reason: str
    content: str


@dataclass(frozen=True)
class Lines:
    """The file, its longest line in bytes, and the records that are not in it."""

    path: Path
    longest: int
    rejects: list[Reject]


def write_lines(window: FetchedWindow) -> Lines:
    """Writes a line a record into the window's folder: page, position, instant, id, record."""
    path = window.read.spooled.folder / "lines.tsv"
    longest = 0
    rejects: list[Reject] = []
    with path.open("wb") as file:
        for number, body in enumerate(window.read.spooled.bodies(), start=1):
            page = read_page(body, window.read.spooled.header.requested_at)
            described = describe(window.endpoint, page)
            for position, (record, said) in enumerate(zip(page.records, described, strict=True), start=1):
                if said.problem is None:
                    line = _line(window.endpoint, number, position, said, bytes(record))
                    longest = max(longest, len(line))
                    file.write(line)
                else:
                    content = bytes(record).decode(errors="backslashreplace")
                    rejects.append(Reject(number, position, said.problem, content))
    return Lines(path, longest, rejects)


def _line(endpoint: Endpoint, page: int, position: int, said: Described, record: bytes) -> bytes:
    instant = said.instant.isoformat() if said.instant else ""
    record_id = (said.id or "") if endpoint.unique else ""
    if not record_id.isprintable():  # it could hold a tab or a line break
        record_id = repr(record_id)
    return f"{page}\t{position}\t{instant}\t{record_id}\t".encode() + record.translate(_BLANKS) + b"\n"
