"""Paths, the models over clicks and the Markov chain in plain Python, from the definitions and not from the SQL.

Orders are rows of `reference.orders` (with `account` left out: one account), clicks those of `reference_clicks.clicks`.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from wicked_pipeline_tests.dbt.reference import CARRIED, FIELDS, Row, in_turn, shares
from wicked_pipeline_tests.dbt.reference_channels import channel


@dataclass(frozen=True)
class Options:
    """The dbt variables, by their names without `attribution_`."""

    lookback_days: int = 90
    path_start: str = "lookback"
    rebill_attribution: str = "initial"
    path_transform: str = "exposure_path"
    channel: str = "default_channel_group"
    half_life_days: float = 7

    def dbt_variables(self) -> str:
        return str({
            "attribution_lookback_days": self.lookback_days, "path_start": self.path_start,
            "rebill_attribution": self.rebill_attribution, "path_transform": self.path_transform,
            "attribution_channel": self.channel, "time_decay_half_life_days": self.half_life_days,
        })  # fmt: skip


Path = tuple[Row, ...]


def in_order(clicks: Iterable[Row], options: Options) -> dict[Any, list[Row]]:
    """Each contact's clicks by instant, each with its channel."""
    by_contact: dict[Any, list[Row]] = defaultdict(list)
    for click in sorted(clicks, key=lambda row: (row["clicked_at"], row["place"])):
        by_contact[click["contact_id"]].append(click | {"channel": channel(*click["words"][:3], options.channel)})
    return by_contact


def paths(orders: list[Row], clicks: Iterable[Row], options: Options) -> dict[str, Path]:
    """The path of each order, by its key; empty where there is none."""
    by_contact = in_order(clicks, options)
    own = {order["order_key"]: _own_path(order, orders, by_contact[order["contact_id"]], options) for order in orders}
    return {name: own[sale["order_key"]] for name, sale in sales(orders, options).items()}


def sales(orders: list[Row], options: Options) -> dict[str, Row]:
    """The order whose touches each order carries, by its key: its subscription's first purchase, or itself."""
    if options.rebill_attribution == "own":
        return {order["order_key"]: order["sale"] for order in orders}
    first: dict[tuple[str | None, str], Row] = {}
    for order in sorted(orders, key=in_turn):
        if order["is_purchase"] and order["subscription_id"]:
            first.setdefault(_subscription(order, orders), order)

    def initial(order: Row) -> Row:
        found = first.get(_subscription(order, orders))
        return found if found and found["ordered_at"] <= order["ordered_at"] else order

    return {order["order_key"]: initial(order["sale"]) for order in orders}


def _subscription(order: Row, orders: list[Row]) -> tuple[str | None, str]:
    """The subscription's source system and id. An order that names no system is of the only one that has the id."""
    name = order["subscription_id"]
    systems = {other["source_system"] for other in orders if other["subscription_id"] == name} - {None}
    return order["source_system"] or (systems.pop() if len(systems) == 1 else None), name


def _own_path(order: Row, orders: list[Row], clicks: list[Row], options: Options) -> Path:
    def in_path(at: datetime) -> bool:
        early = order["ordered_at"] - timedelta(days=options.lookback_days)
        return early <= at <= order["ordered_at"] and (options.path_start == "lookback" or cut is None or at > cut)

    purchases = [o["ordered_at"] for o in orders if o["is_purchase"] and o["contact_id"] == order["contact_id"]]
    cut = max((at for at in purchases if at < order["ordered_at"]), default=None)
    return tuple(click for click in clicks if in_path(click["clicked_at"]))


def touch_credits(path: Path, effects: Mapping[str, float], options: Options) -> dict[str, list[float]]:
    """The credit of each touch of a path, by model."""
    count = len(path)
    names = [touch["channel"] for touch in path]
    touches = Counter(names)
    indirect = [number for number, name in enumerate(names) if name != "Direct"] or [count - 1]
    age = [(path[-1]["clicked_at"] - touch["clicked_at"]).total_seconds() / 86400 for touch in path]
    total_effect = sum(effects.get(name, 0) for name in touches)
    by_effect = [effects.get(name, 0) / total_effect / touches[name] if total_effect else 1 / count for name in names]
    return {
        "first_touch": [float(number == 0) for number in range(count)],
        "last_touch": [float(number == count - 1) for number in range(count)],
        "last_non_direct": [float(number == indirect[-1]) for number in range(count)],
        "linear_touch": [1 / count] * count,
        "position_based": [1 / count] * count if count < 3 else [0.4, *[0.2 / (count - 2)] * (count - 2), 0.4],
        "time_decay": _normalised([2 ** (-days / options.half_life_days) for days in age]),
        "shapley": [1 / len(touches) / touches[name] for name in names],
        "markov": by_effect,
    }


def _normalised(weights: list[float]) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def order_attribution(
    orders: list[Row], found: Mapping[str, Path], effects: Mapping[str, float], options: Options
) -> list[Row]:
    """The rows of the models over clicks; a model of one touch has a row for that touch alone."""
    rows = []
    for order in orders:
        same = {key: order[key] for key in CARRIED}
        path = found[order["order_key"]]
        nothing = [dict.fromkeys(("touchpoint", "touched_at", "channel", "position", *FIELDS))]
        touches = [
            {"touchpoint": "click", "touched_at": t["clicked_at"], "channel": t["channel"], "position": number}
            | dict(zip(FIELDS, t["words"], strict=True))
            for number, t in enumerate(path, 1)
        ]
        by_model = touch_credits(path, effects, options) if path else {model: [1.0] for model in MODELS}
        for model, parts in by_model.items():
            gross, net = shares(order["gross_revenue"], parts), shares(order["net_revenue"], parts)
            for touch, credit, g, n in zip(touches or nothing, parts, gross, net, strict=True):
                if credit or model not in SINGLE:
                    money = {"attributed_gross": g, "attributed_net": n}
                    rows.append(same | {"attribution_model": model, "credit": credit} | touch | money)
    return rows


SINGLE = ("first_touch", "last_touch", "last_non_direct")
MODELS = (*SINGLE, "linear_touch", "position_based", "time_decay", "shapley", "markov")


def grouped(rows: Iterable[Row], key: tuple[str, ...], measures: Mapping[str, Callable[[list[Row]], Any]]) -> list[Row]:
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in key)].append(row)
    return [
        dict(zip(key, values, strict=True)) | {name: measure(group) for name, measure in measures.items()}
        for values, group in groups.items()
    ]


def attribution_daily(rows: Iterable[Row], orders: list[Row], words: tuple[str, ...]) -> list[Row]:
    """What each model gives a day, by these of the five UTMs; `orders` and `credit` count purchases."""
    first = {order["order_key"]: order["sale"]["is_first_order"] for order in orders}
    key = ("order_date", "attribution_model", *words, "channel", "currency", "is_first_order")
    measures: dict[str, Callable[[list[Row]], Any]] = {
        "orders": lambda group: len({row["order_key"] for row in group if row["is_purchase"]}),
        "credit": lambda group: math.fsum(row["credit"] for row in group if row["is_purchase"]),
        "attributed_gross": lambda group: sum(row["attributed_gross"] for row in group),
        "attributed_net": lambda group: sum(row["attributed_net"] for row in group),
    }
    return grouped((row | {"is_first_order": first[row["order_key"]]} for row in rows), key, measures)


def with_channels(rows: Iterable[Row], options: Options) -> list[Row]:
    """The API's touchpoints with their channels."""
    return [
        row | {"channel": row["touchpoint"] and channel(row["source"], row["medium"], row["campaign"], options.channel)}
        for row in rows
    ]


def chain_paths(
    orders: list[Row], clicks: Iterable[Row], found: Mapping[str, Path], options: Options
) -> list[tuple[list[str], bool]]:
    """What the chain sees: each purchase's path, and of each contact the clicks that are in none, as channels."""
    converting = [found[order["order_key"]] for order in orders if order["is_purchase"] and found[order["order_key"]]]
    used = {touch["click_key"] for path in converting for touch in path}
    rest = [[click for click in own if click["click_key"] not in used] for own in in_order(clicks, options).values()]
    seen = [(transformed(path, options), True) for path in converting]
    return seen + [(transformed(own, options), False) for own in rest if own]


def transformed(path: Sequence[Row], options: Options) -> list[str]:
    names = [touch["channel"] for touch in path]
    if options.path_transform == "first_path":
        return list(dict.fromkeys(names))
    return [name for number, name in enumerate(names) if number == 0 or name != names[number - 1]]


def removal_effects(seen: list[tuple[list[str], bool]]) -> dict[str, float]:
    """The chain is solved anew without each channel: a move to the removed one ends without conversion."""
    moves: Counter[tuple[str, str]] = Counter()
    for names, converts in seen:
        moves.update(pairwise(["(start)", *names, "(conversion)" if converts else "(null)"]))
    channels = sorted({name for names, _ in seen for name in names})
    whole = _conversion(moves, channels, None) if channels else 0
    return {name: 1 - _conversion(moves, channels, name) / whole if whole else 0.0 for name in channels}


def _conversion(moves: Mapping[tuple[str, str], int], channels: list[str], removed: str | None) -> float:
    states = ["(start)", *(name for name in channels if name != removed)]
    leaving: Counter[str] = Counter()
    for (source, _), count in moves.items():
        leaving[source] += count
    chance: Callable[[str, str], float] = lambda a, b: moves.get((a, b), 0) / leaving[a]  # noqa: E731
    among = np.array([[chance(a, b) for b in states] for a in states])
    return float(np.linalg.solve(np.eye(len(states)) - among, [chance(a, "(conversion)") for a in states])[0])


def channel_contribution(orders: list[Row], found: Mapping[str, Path], effects: Mapping[str, float]) -> list[Row]:
    rows = []
    total = sum(effects.values())
    converting = [order for order in orders if order["is_purchase"] and found[order["order_key"]]]
    for currency in sorted({order["currency"] for order in converting}):
        own = [order for order in converting if order["currency"] == currency]
        distinct = [{touch["channel"] for touch in found[order["order_key"]]} for order in own]
        for name, effect in effects.items():
            share = effect / total if total else None
            mine = [(order, len(names)) for order, names in zip(own, distinct, strict=True) if name in names]
            rows.append({
                "currency": currency, "channel": name, "touched_orders": len(mine), "removal_effect": effect,
                "removal_share": share, "markov_conversions": len(own) * share,
                "markov_net_revenue": float(sum(order["net_revenue"] for order in own)) * share,
                "shapley_conversions": sum(1 / count for _, count in mine),
                "shapley_net_revenue": float(sum(float(order["net_revenue"]) / count for order, count in mine)),
            })  # fmt: skip
    return rows
