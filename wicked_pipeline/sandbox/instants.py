"""How the API writes instants: UTC with a Z, or the account's local time without one."""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Final

DAY: Final = 86_400
_TIMES = [f"T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z" for second in range(DAY)]
_DAYS: dict[int, str] = {}


def utc_text(at: float) -> str:
    """An epoch second as `2020-07-15T00:10:17.000Z`. All such texts have one length, so they sort as instants do."""
    day, second = divmod(int(at), DAY)
    text = _DAYS.get(day)
    if text is None:
        text = _DAYS[day] = datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
    return text + _TIMES[second]


def local_text(text: str, zone: tzinfo) -> str:
    """A UTC text as local time without Z: `2020-07-15T00:10:17.000Z` in New York is `2020-07-14T20:10:17`."""
    return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def is_instant(text: object) -> bool:
    """Whether this is an instant as `utc_text` writes it. Other values can't be sorted by time."""
    return (
        isinstance(text, str) and len(text) == 24 and text[4] == text[7] == "-" and text[10] == "T" and text[-1] == "Z"
    )


def instant_text(text: object) -> str | None:
    """Any ISO date or time in the form of `utc_text`; without an offset it is UTC. None if it is neither."""
    if not isinstance(text, str):
        return None
    if is_instant(text):
        return text
    try:
        at = datetime.fromisoformat(text)
        return utc_text((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def epoch(text: str) -> float:
    """The epoch second of a UTC text."""
    return datetime.fromisoformat(text).timestamp()


def midnight(day: date, zone: tzinfo) -> float:
    """The epoch second at which `day` begins in `zone`."""
    return datetime.combine(day, time(), zone).timestamp()
