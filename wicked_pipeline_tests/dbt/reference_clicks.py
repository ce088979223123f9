"""Where clicks come from and which of one instant is the earlier one, from raw records in plain Python."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from wicked_pipeline_tests.dbt import reference
from wicked_pipeline_tests.dbt.reference import FIELDS, Row, text

SEED = Path(__file__).parents[2] / "dbt" / "seeds" / "click_ids.csv"
NOTHING = {"", "direct", "(direct)", "none", "(none)", "(not set)", "(not%20set)"}


def _platforms() -> dict[str, tuple[str, str]]:
    with SEED.open(encoding="utf-8") as file:
        return {row["parameter"]: (row["source"], row["medium"]) for row in csv.DictReader(file)}


PLATFORMS = _platforms()


def clicks(raw: Iterable[Row], zone: ZoneInfo) -> list[Row]:
    """Rows of `raw.clicks` (one reading of each click) as the models over clicks take them.

    `words` are those that count, `own_words` the record's; `place` orders the clicks of one instant.
    """
    readings: dict[Any, list[Row]] = defaultdict(list)
    for row in sorted(raw, key=lambda row: (row["load_id"], row["page"], row["position"])):
        readings[row["load_id"]].append(reference.clicks([json.loads(row["record"])], zone)[0])
    rows = []
    for own in readings.values():
        dated = [(n, at.timestamp()) for n, row in enumerate(own) if (at := reference.plausible(row["clicked_at"]))]
        newest_first = _rises(dated) < 0
        for number, row in enumerate(own):
            flags = bool(row["is_last_click"]) - bool(row["is_first_click"])
            words = [row[f"utm_{name}"] for name in FIELDS]
            place = (flags, -number if newest_first else number)
            found, origin = origin_of(words, row["tracking_url"] or "")
            extra = {"click_key": len(rows), "own_words": words, "words": found, "utm_from": origin, "place": place}
            rows.append(row | extra)
    return rows


def _rises(points: list[tuple[int, float]]) -> float:
    """Above 0 where later records of a reading have later dates, below 0 where they have earlier ones."""
    if not points:
        return 0
    middle = fmean(place for place, _ in points), fmean(at for _, at in points)
    return sum((place - middle[0]) * (at - middle[1]) for place, at in points)


def origin_of(words: list[str | None], url: str) -> tuple[list[str | None], str | None]:
    """The five words that count for a click, and what they are from."""
    none = [_is_none(word) for word in words]
    if not (none[0] and none[1]):
        return words, "record"
    address = urlsplit(url.replace("&amp;", "&"))
    parameters = parse_qsl(f"{address.query}&{address.fragment.rpartition('?')[2]}", keep_blank_values=True)
    utms = {name.lower()[4:]: text(value) for name, value in parameters if name.lower().startswith("utm_")}
    ids = [PLATFORMS[name.lower()] for name, value in parameters if name.lower() in PLATFORMS and value[:1].isalnum()]
    told = [utms.get(name) for name in FIELDS]
    from_url = not (_is_none(told[0]) and _is_none(told[1]))
    pair = told[:2] if from_url else list(ids[-1]) if ids else None
    rest = [said if not is_none else there or (None if pair else said)
            for said, is_none, there in zip(words[2:], none[2:], told[2:], strict=True)]  # fmt: skip
    if pair:
        return [*pair, *rest], "url" if from_url else "click id"
    return [*words[:2], *rest], "record" if any(words) else "url" if any(told) else None


def _is_none(word: str | None) -> bool:
    return (word or "").strip().lower() in NOTHING
