"""Readings of the specification as switches. A `Reading` is one way to understand what it leaves open."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec


@dataclass(frozen=True)
class Reading:
    """One reading of the specification. The defaults are what its words and samples suggest.

    `to`: whether the day `to` belongs to the window. `zone`: the zone that cuts days (IANA name or `±HH:MM`).
    `next`: whether the last page has one too. `past_end`: the answer to a page past the last one. `token_seconds`,
    `token_uses`: when a `next` expires (0: never). `reset`: the format of `x-ratelimit-reset`. `retry_after`: whether a
    429 has that header. `window`, `window_seconds`: how requests are counted. `create_dates`: whether contacts show
    their `createDate` (they are filed by it in any case). `missing_dates`: how a missing touchpoint of an order or a
    missing `reOptin` of a contact is written (`stored`: as the world has it, a mixture of all that the schema allows;
    `null` and `absent` go beyond the schema for orders' dates). `order`: how a window's records are sorted.
    `overlap`: how many of the last records of the page before a page repeats.
    """

    to: Literal["inclusive", "exclusive"] = "inclusive"
    zone: str = "UTC"
    next: Literal["always", "until-last"] = "always"
    past_end: Literal["empty", "400"] = "empty"
    token_seconds: float = 0
    token_uses: int = 0
    reset: Literal["epoch", "epoch-ms", "seconds", "http-date", "iso", "none"] = "epoch"
    retry_after: Literal["no", "yes"] = "no"
    window: Literal["sliding", "fixed"] = "sliding"
    window_seconds: float = 60
    create_dates: Literal["shown", "null"] = "shown"
    missing_dates: Literal["stored", "absent", "null", "empty", "text"] = "stored"
    order: Literal["ascending", "descending", "shuffled"] = "ascending"
    overlap: int = 0

    def __post_init__(self) -> None:
        zone_of(self.zone)


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name or of an offset from UTC such as `-05:00`. Raises `ValueError` if there is none."""
    if name[:1] in ("+", "-"):
        offset = datetime.strptime(name, "%z").utcoffset()
        return timezone(offset or timedelta())
    try:
        return ZoneInfo(name)
    except (KeyError, OSError):
        raise ValueError(f"{name!r} is neither an IANA time zone nor an offset such as -05:00") from None


def parse_reading(words: list[str]) -> Reading:
    """A reading from the command line's `name=value` words (`past-end=400`). Raises `ValueError`."""
    names = {field.name for field in fields(Reading)}
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.partition("=")
        name = name.replace("-", "_")
        if name not in names:
            raise ValueError(f"{word!r}: known are {', '.join(sorted(names)).replace('_', '-')}")
        given[name] = value
    try:
        return msgspec.convert(given, Reading, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from None
