"""The chain's removal effects and Shapley's shares against slower ways to the same figures."""

import importlib.util
import math
import random
from collections import Counter
from itertools import combinations, pairwise
from types import ModuleType

import pytest

from wicked_pipeline_tests.dbt import reference_attribution as reference
from wicked_pipeline_tests.dbt.warehouse import DBT_PROJECT

Seen = list[tuple[list[str], bool]]


@pytest.fixture(scope="module")
def chain() -> ModuleType:
    path = DBT_PROJECT / "models" / "intermediate" / "attribution" / "int_removal_effects.py"
    spec = importlib.util.spec_from_file_location("int_removal_effects", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def effects(chain: ModuleType, seen: Seen) -> dict[str, float]:
    names = sorted({name for path, _ in seen for name in path})
    number = {name: n for n, name in enumerate(names, 1)} | {"(start)": 0, "(conversion)": -1, "(null)": -2}
    moves: Counter[tuple[int, int]] = Counter()
    for path, converts in seen:
        states = ["(start)", *path, "(conversion)" if converts else "(null)"]
        moves.update((number[a], number[b]) for a, b in pairwise(states))
    found = chain.removal_effects(range(1, len(names) + 1), [(a, b, count) for (a, b), count in moves.items()])
    return dict(zip(names, map(float, found), strict=True))


def walks(rng: random.Random, channels: int, count: int, longest: int) -> Seen:
    """Random paths without equal neighbours; some of the channels never convert."""
    seen: Seen = []
    for _ in range(count):
        path = [f"c{rng.randrange(channels)}" for _ in range(rng.randrange(1, longest))]
        path = [name for n, name in enumerate(path) if n == 0 or name != path[n - 1]]
        seen.append((path, rng.random() < 0.3 and path[-1] != "c0"))
    return seen


@pytest.mark.parametrize("seed", range(20))
def test_one_inverse_gives_what_solving_without_each_channel_gives(chain: ModuleType, seed: int) -> None:
    seen = walks(random.Random(seed), channels=6, count=30, longest=7)
    assert effects(chain, seen) == pytest.approx(reference.removal_effects(seen), abs=1e-9)


def test_five_hundred_channels_are_as_exact(chain: ModuleType) -> None:
    seen = walks(random.Random(1), channels=500, count=4000, longest=12)
    found = effects(chain, seen)
    moves: Counter[tuple[str, str]] = Counter()
    for path, converts in seen:
        moves.update(pairwise(["(start)", *path, "(conversion)" if converts else "(null)"]))
    names = sorted(found)
    whole = reference._conversion(moves, names, None)
    for name in names[::50]:
        assert found[name] == pytest.approx(1 - reference._conversion(moves, names, name) / whole, abs=1e-9)


def test_a_long_cycle_of_two_channels_is_stable(chain: ModuleType) -> None:
    seen: Seen = [(["a", "b"] * 25_000, True), (["a"], False), (["b"], True)]
    assert effects(chain, seen) == pytest.approx(reference.removal_effects(seen), abs=1e-9)


def test_without_conversions_no_channel_has_an_effect(chain: ModuleType) -> None:
    assert effects(chain, [(["a", "b"], False), (["b"], False)]) == {"a": 0.0, "b": 0.0}


@pytest.mark.parametrize("seed", range(5))
def test_equal_shares_are_the_shapley_value_by_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    names = [f"c{n}" for n in range(rng.randrange(2, 9))]
    paths = [frozenset(rng.choices(names, k=rng.randrange(1, 6))) for _ in range(40)]

    def worth(coalition: frozenset[str]) -> int:
        return sum(path <= coalition for path in paths)

    for name in names:
        others = [other for other in names if other != name]
        value = 0.0
        for size in range(len(names)):
            weight = math.factorial(size) * math.factorial(len(names) - size - 1) / math.factorial(len(names))
            for rest in combinations(others, size):
                value += weight * (worth(frozenset({*rest, name})) - worth(frozenset(rest)))
        assert value == pytest.approx(sum(1 / len(path) for path in paths if name in path), abs=1e-9)
