"""A world from the user's files `contacts.ndjson`, `clicks.ndjson` and `orders.ndjson`, with an API record per line.

Nothing is derived: flags, touchpoints and LTV are served as the files have them.
"""

from collections.abc import Iterator
from datetime import date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path

import msgspec

from wicked_pipeline.sandbox.instants import instant_text
from wicked_pipeline.sandbox.reading import zone_of
from wicked_pipeline.sandbox.touchpoints import Record
from wicked_pipeline.sandbox.world import DATE_FIELDS, World

_DECODER = msgspec.json.Decoder(dict, float_hook=Decimal)  # a double would keep 15 digits of an amount


class RecordsError(Exception):
    """A folder of records can't be served. The text is one line that names the file, the line and the reason."""


def world_of_records(folder: Path, zone: str) -> World:
    """The world of the folder's files. Some of the three may be missing. Raises `RecordsError`."""
    files = {endpoint: folder / f"{endpoint}.ndjson" for endpoint in DATE_FIELDS}
    if not any(file.is_file() for file in files.values()):
        raise RecordsError(f"{folder} holds none of {', '.join(file.name for file in files.values())}")
    world = World(zone=zone)
    for endpoint, file in files.items():
        if file.is_file():
            world.records(endpoint).extend(_read(file))
    days = sorted(day for endpoint in DATE_FIELDS for day in _days(endpoint, world.records(endpoint), zone_of(zone)))
    if days:
        world.first_day, world.days = days[0], (days[-1] - days[0]).days + 1
    return world


def _days(endpoint: str, records: list[Record], zone: tzinfo) -> Iterator[date]:
    """The days of the records' own dates, without dates in impossible years."""
    for record in records:
        text = instant_text(record.get(DATE_FIELDS[endpoint]))
        if text is not None and "2000" <= text < "2100":
            yield datetime.fromisoformat(text).astimezone(zone).date()


def _read(file: Path) -> list[Record]:
    """The file's records. Blank lines are skipped."""
    records: list[Record] = []
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise RecordsError(f"{file} can't be read: {error.strerror}") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                records.append(_DECODER.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise RecordsError(f"{file}, line {number}: not a JSON object: {error}") from None
    return records
