"""What staging and the first marts should hold, worked out from a world's records in plain Python.

Written from the definitions, not from the models: rows are dicts, money is `Decimal`, and nothing is shared with SQL.
"""

import codecs
import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from wicked_pipeline_tests.dbt.reference_refunds import Paid, kinds

Row = dict[str, Any]
FIELDS = ("source", "medium", "campaign", "content", "term")
TOUCHPOINTS = {
    "first_click": "firstClick",
    "first_optin": "firstOptin",
    "re_optin": "reOptin",
    "last_click": "lastClick",
}
CARRIED = ("order_key", "order_id", "contact_id", "order_date", "is_purchase", "currency")
CENT = Decimal("0.0001")


def text(value: Any) -> str | None:
    return None if value in (None, "", "null", {}) else str(value)


def money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(CENT)


def instant(value: Any, zone: ZoneInfo) -> datetime | None:
    """The instant as naive UTC; without `Z` the text is local, of an hour that comes twice the later (fold 1)."""
    if text(value) is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone, fold=1)
    return aware.astimezone(UTC).replace(tzinfo=None)


def plausible(moment: datetime | None) -> datetime | None:
    """The instant, or none where it can't be meant: before 2000, or after the worlds' fetches and two days."""
    return moment if moment and "2000-01-01" <= str(moment) < "2024-08-01" else None


def in_marts(rows: Iterable[Row]) -> list[Row]:
    """Rows of staging as marts have them: their instants are plausible ones."""
    return [{name: plausible(value) if name.endswith("_at") else value for name, value in row.items()} for row in rows]


def local_date(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.replace(tzinfo=UTC).astimezone(zone).date()


def touchpoint(record: Mapping[str, Any], key: str, prefix: str, zone: ZoneInfo) -> Row:
    nested = record.get(key) or {}
    return {f"{prefix}_at": instant(nested.get("date"), zone)} | {
        f"{prefix}_{name}": text(nested.get(name)) for name in FIELDS
    }


def contacts(records: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> list[Row]:
    names = {"source_id": "sourceId", "source_system": "sourceSystem", "email": "email", "first_name": "firstName"}
    names |= {"last_name": "lastName", "wicked_url": "urlWicked"}
    rows = []
    for record in records:
        row = {
            "contact_id": record["id"],
            "ltv": money(record["LTV"]),
            "created_at": instant(record["createDate"], zone),
        }
        row |= {column: text(record.get(key)) for column, key in names.items()}
        row |= {"has_clicks": bool(record["links"])}
        for prefix in ("first_click", "first_optin", "re_optin"):
            row |= touchpoint(record, TOUCHPOINTS[prefix], prefix, zone)
        rows.append(row)
    return rows


def clicks(records: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> list[Row]:
    names = {"contact_id": "contactId", "contact_source_id": "contactSourceId", "email": "email", "source": "source"}
    names |= {"wicked_id": "wickedid", "wicked_source": "wickedsource", "tracking_url": "trackingUrl"}
    flags = {"is_first_click": "isFirstClick", "is_first_optin": "isFirstOptin", "is_last_click": "isLastClick"}
    flags |= {"is_re_optin": "isReOptin"}
    rows = []
    for record in records:
        row = {"clicked_at": instant(record["date"], zone)} | {name: record.get(key) for name, key in flags.items()}
        row |= {column: text(record.get(key)) for column, key in names.items()}
        row |= {f"utm_{name}": text(record["utms"].get(name)) for name in FIELDS}
        rows.append(row)
    return rows


def comparable(email: str) -> str:
    """An address without what nobody sees in it, in lower case."""
    shown = (letter for letter in unicodedata.normalize("NFC", email) if unicodedata.category(letter) != "Cf")
    return "".join(shown).strip().lower()


class Known:
    """The contacts that were landed: whose a record is that names an id and an e-mail."""

    def __init__(self, records: Iterable[Mapping[str, Any]] = ()) -> None:
        self._ids: set[Any] = set()
        self._by_email: dict[str, set[Any]] = defaultdict(set)
        for record in records:
            self._ids.add(record["id"])
            if text(record.get("email")):
                self._by_email[comparable(record["email"])].add(record["id"])

    def whose(self, contact_id: Any, email: Any) -> tuple[Any, str | None]:
        """The contact, and by what it was found."""
        if contact_id in self._ids:
            return contact_id, "id"
        having = self._by_email.get(comparable(text(email) or ""), set())
        return (*having, "email") if len(having) == 1 else (contact_id, None)

    def of_clicks(self, clicks: Iterable[Row]) -> list[Row]:
        """Clicks of staging with the contact that they belong to."""
        return [click | {"contact_id": self.whose(click["contact_id"], click["email"])[0]} for click in clicks]


def orders(
    records: Iterable[Mapping[str, Any]], zone: ZoneInfo, refunds: str = "auto", known: Known | None = None
) -> list[Row]:
    """Mart `orders`, each row with its `touchpoints` besides, and the `sale` that a refund takes back, or itself."""
    # all of one reading, in which equal records are one order
    every = list({json.dumps(record, sort_keys=True): record for record in records}.values())
    money = [_paid(record) for record in every]
    found = kinds(money, refunds)
    rows = [_order(record, zone, *valued) for record, *valued in zip(every, money, found, strict=True)]
    _give_keys(rows)
    for row, record in zip(rows, every, strict=True):
        who = (known or Known()).whose(row["contact_id"], record["contact"].get("email"))
        row["contact_id"], row["contact_matched_by"] = who
    numbers: dict[str, int] = defaultdict(int)
    for row in sorted(rows, key=in_turn):
        if row["is_purchase"]:
            numbers[row["contact_id"]] += 1
            row["customer_order_number"] = numbers[row["contact_id"]]
            row["is_first_order"] = numbers[row["contact_id"]] == 1
    products = [{text(line.get("id")) for line in record.get("products") or []} - {None} for record in every]
    bought = list(zip(rows, products, strict=True))
    for row, lines in bought:
        row["sale"] = _taken_back(row, lines, bought) or row
    for row in rows:
        row["touchpoints"] = row["sale"]["touchpoints"]
    return rows


def _taken_back(refund: Row, products: set[Any], bought: list[tuple[Row, set[Any]]]) -> Row | None:
    """The purchase that an order of a negative amount most likely means."""

    def likely(candidate: tuple[Row, set[Any]]) -> tuple[Any, ...]:
        row, lines = candidate
        size = row["gross_revenue"] + refund["gross_revenue"]
        same = bool(row["subscription_id"]) and row["subscription_id"] == refund["subscription_id"]
        same &= len({row["source_system"], refund["source_system"]} - {None}) < 2
        return same, bool(lines & products), size == 0, size >= 0, row["ordered_at"], row["order_key"]

    candidates = [
        (row, lines)
        for row, lines in bought
        if row["is_purchase"] and all(row[same] == refund[same] for same in ("contact_id", "currency"))
        and row["ordered_at"] <= refund["ordered_at"]
    ]  # fmt: skip
    return max(candidates, key=likely)[0] if candidates and refund["gross_revenue"] < 0 else None


def in_turn(row: Row) -> tuple[Any, ...]:
    """What orders a contact's orders."""
    return row["ordered_at"], row["order_id"], row["order_key"]


def _place_among_equals(row: Row) -> tuple[object, ...]:
    """By instant, contact and amount; what isn't known comes last."""
    known = (row["ordered_at"], row["contact_id"], row["gross_revenue"])
    return tuple((value is None, value or 0) for value in known)


def _give_keys(rows: list[Row]) -> None:
    """Source system, slash, id; of two that agree in both the later one has a number."""
    same: dict[str, int] = defaultdict(int)
    for row in sorted(rows, key=_place_among_equals):
        key = f"{row['source_system'] or ''}/{row['order_id']}"
        same[key] += 1
        row["order_key"] = key if same[key] == 1 else f"{key}#{same[key]}"


def _paid(record: Mapping[str, Any]) -> Paid:
    payments = tuple((entry["status"], money(entry["amount"])) for entry in record["payments"])
    return Paid(money(record["amount"]), text(record.get("sourceSystem")), payments)


def _order(record: Mapping[str, Any], zone: ZoneInfo, paid: Paid, kind: str | None) -> Row:
    ordered_at = instant(record["date"], zone)
    return {
        "order_id": record["id"], "source_system": text(record.get("sourceSystem")),
        "contact_id": record["contact"]["id"], "ordered_at": ordered_at,
        "order_date": local_date(ordered_at, zone), "currency": record["currency"],
        "gross_revenue": money(record["amount"]), "refunded_revenue": paid.refunded, "net_revenue": paid.net(kind),
        "refund_kind": kind, "is_purchase": paid.is_purchase,
        "customer_order_number": None, "is_first_order": False, "subscription_id": text(record.get("subscriptionId")),
        "touchpoints": _existing(record["attributions"], zone),
    }  # fmt: skip


def _existing(attributions: Mapping[str, Any], zone: ZoneInfo) -> list[tuple[str, tuple[Any, ...]]]:
    rows = [(name, touchpoint(attributions, key, "x", zone)) for name, key in TOUCHPOINTS.items()]
    found = [(name, (plausible(row.pop("x_at")), *row.values())) for name, row in rows]
    return [(name, values) for name, values in found if any(value is not None for value in values)]


def shares(amount: Decimal, parts: list[float]) -> list[Decimal]:
    """Money by cumulative rounding: the touches up to k have round(amount * their parts, 4), the last one the rest."""
    totals = [Decimal(math.fsum(parts[: k + 1])).quantize(Decimal("1e-15")) for k in range(len(parts))]
    nearly_half = Decimal("1e-9")  # a third of a third is no exact number, and its half is meant as one
    through = [(amount * total + nearly_half).quantize(CENT, ROUND_HALF_UP) for total in totals[:-1]] + [amount]
    return [this - before for this, before in zip(through, [Decimal(), *through[:-1]], strict=True)]


def order_attribution(order_rows: Iterable[Row]) -> list[Row]:
    rows = []
    for order in order_rows:
        found = order["touchpoints"]
        models = {name: [(n, v) for n, v in found if n == name] for name in TOUCHPOINTS}
        models |= {"linear": found, "full_impact": list({v: (n, v) for n, v in reversed(found)}.values())}
        for model, touches in models.items():
            touches = touches or [(None, (None,) * 6)]
            whole = model == "full_impact"
            parts = [1.0 if whole else 1 / len(touches)] * len(touches)
            gross = [order["gross_revenue"]] * len(touches) if whole else shares(order["gross_revenue"], parts)
            net = [order["net_revenue"]] * len(touches) if whole else shares(order["net_revenue"], parts)
            for (name, values), credit, g, n in zip(touches, parts, gross, net, strict=True):
                row = {key: order[key] for key in CARRIED}
                row |= {"attribution_model": model, "touchpoint": name, "credit": credit}
                row |= dict(zip(("touched_at", *FIELDS), values, strict=True))
                rows.append(row | {"attributed_gross": g, "attributed_net": n})
    return rows


def _percent_signs_stay(error: UnicodeError) -> tuple[str, int]:
    """What isn't UTF-8 stays as it was written."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(f"%{byte:02x}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error("percent signs stay", _percent_signs_stay)

ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "shy": ""}


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if not name.startswith("#"):
        return ENTITIES.get(name, found[0])
    try:
        character = chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))
        return found[0] if unicodedata.category(character) == "Cs" else character
    except (ValueError, OverflowError):
        return found[0]


def _percents(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "percent signs stay")


def _as_written(word: str) -> str:
    """What can be seen of a word: composed, in lower case, of each run of blanks one."""
    word = "".join(" " if c in "\t\n\v\f\r\x85" or unicodedata.category(c)[0] == "Z" else c for c in word)
    word = "".join(c for c in word if unicodedata.category(c) not in ("Cc", "Cf") and not "\ufe00" <= c <= "\ufe0f")
    word = unicodedata.normalize("NFC", word.replace("\u034f", "")).replace("\u0130", "i").lower()
    word = unicodedata.normalize("NFC", word).replace("\u03c2", "\u03c3")  # a sigma ends no word in capitals
    return re.sub(" +", " ", word).strip(" ")


def normal(value: str | None) -> str:
    """A UTM as it is compared: a query's, a URL's and HTML's ways to write it undone until nothing changes."""
    before, word = None, _as_written(value or "")
    while word != before:
        before = word
        if " " not in word and re.search(r"[^+*?]\++[^+*?]", word):
            word = word.replace("+", " ")
        word = re.sub(r"(?:%[0-9a-f]{2})+", _percents, word)
        word = re.sub(r"&(#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z]+);", _entity, word)
        word = _as_written(word)
    return word
