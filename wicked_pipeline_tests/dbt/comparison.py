"""How rows of a table are compared with rows that a reference worked out."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from wicked_pipeline_tests.dbt.reference import Row


def same(actual: list[Row], expected: list[Row]) -> None:
    """Both hold the same rows, in any order; numbers that aren't whole may differ by 1e-9, rounded money by 0.0001."""
    assert len(actual) == len(expected)
    names = list(expected[0]) if expected else []
    for mine, theirs in zip(_sorted(actual, names), _sorted(expected, names), strict=True):
        for name in names:
            assert mine[name] == theirs[name] or _close(mine[name], theirs[name]), (name, mine, theirs)


def _close(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, Decimal):
        return abs(mine - Decimal(str(theirs))) <= Decimal("0.0001")
    return isinstance(mine, float) and abs(mine - theirs) <= 1e-9 * max(1, abs(theirs))


def _sorted(rows: Iterable[Row], names: list[str]) -> list[Row]:
    def by_words_then_numbers(row: Row) -> list[str]:
        values = [row[name] for name in names]
        exact = [repr(value) for value in values if not isinstance(value, (float, Decimal))]
        return exact + [f"{float(value):.3f}" for value in values if isinstance(value, (float, Decimal))]

    return sorted(rows, key=by_words_then_numbers)
