"""Covering sets: few combinations of values in which every two values of different names meet."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

Pair = frozenset[tuple[str, Any]]


def all_pairs(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows with a value for each name; any two values of different names are together in some row.

    Greedy: each row begins with a pair that no row has yet, and takes for each other name the value that makes most
    new pairs. The same values give the same rows.
    """
    due = {_pair(a, x, b, y): None for a, b in combinations(values, 2) for x in values[a] for y in values[b]}
    rows = []
    while due:
        row = dict(next(iter(due)))
        for name in values:
            if name not in row:
                row[name] = max(values[name], key=lambda value: sum(p in due for p in _pairs_with(row, name, value)))
        for a, b in combinations(row, 2):
            due.pop(_pair(a, row[a], b, row[b]), None)
        rows.append(row)
    return rows


def _pair(a: str, x: Any, b: str, y: Any) -> Pair:
    return frozenset([(a, x), (b, y)])


def _pairs_with(row: Mapping[str, Any], name: str, value: Any) -> list[Pair]:
    return [_pair(other, row[other], name, value) for other in row]
