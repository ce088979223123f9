"""Each case through the real door: served over HTTP, landed, built, and its figures compared."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from wicked_pipeline import landing
from wicked_pipeline.sandbox import running, world_of_records
from wicked_pipeline.warehouse import write_warehouse
from wicked_pipeline_tests import cases
from wicked_pipeline_tests.cases.case import Case
from wicked_pipeline_tests.dbt.warehouse import run_dbt
from wicked_pipeline_tests.shop import Shop

KINDS = [found.name for found in pkgutil.iter_modules(cases.__path__) if not found.name.startswith("test_")]
MODULES = [importlib.import_module(f"{cases.__name__}.{kind}") for kind in KINDS]
CASES: list[Case] = [case for module in MODULES for case in getattr(module, "CASES", [])]
FAILURES = "checks"
"""The schema in which dbt keeps the rows that its tests find."""


def _variables(case: Case) -> str:
    return json.dumps(dict(case.variables), sort_keys=True, default=str)


class Built:
    """The warehouse of all cases, and a build of it for each set of dbt variables, made when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._landed = folder / "landed.duckdb"
        self._builds: dict[str, Path] = {}
        for case in CASES:
            _land(case, folder / case.name, self._landed)

    def of(self, case: Case) -> Path:
        """The warehouse in which the case's marts are."""
        variables = _variables(case)
        if variables not in self._builds:
            path = self._folder / str(len(self._builds)) / "wicked.duckdb"
            path.parent.mkdir()
            path.write_bytes(self._landed.read_bytes())
            run_dbt(path, "seed")
            _override(path)
            options = ["--exclude-resource-types", "unit_test", "seed", "--vars", variables]
            run_dbt(path, "build", *options)
            self._builds[variables] = path
        return self._builds[variables]


def _land(case: Case, folder: Path, warehouse: Path) -> None:
    """The case's records from the sandbox into raw, and its spend."""
    folder.mkdir()
    for endpoint, records in (("contacts", case.contacts), ("clicks", case.clicks), ("orders", case.orders)):
        (folder / f"{endpoint}.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))
    settings = {"name": case.name, "duckdb_path": warehouse, "today": case.today, **case.settings}
    world = world_of_records(folder, settings.get("timezone", "America/New_York"))
    with running(world, **{"requests_per_minute": 0, **case.switches}) as server:
        shop = Shop(server, folder, **settings)
        shop.run(case.first, case.last)
    files = []
    for number, content in enumerate(case.spend):
        files.append(folder / f"spend-{number}.csv")
        files[-1].write_bytes(content.encode() if isinstance(content, str) else content)
    for file in files:
        now = datetime.now(UTC).replace(tzinfo=None)
        with landing.checked_spend(case.name, [file], now) as spend, write_warehouse(warehouse) as connection:
            landing.load_spend(connection, spend)


def _override(warehouse: Path) -> None:
    """All cases' lines into the seed of overrides."""
    lines = [line for case in CASES for line in case.overrides]
    with duckdb.connect(str(warehouse)) as connection:
        connection.executemany(
            "insert into intermediate.channel_overrides values (?, nullif(?, ''), nullif(?, ''), nullif(?, ''), ?)",
            [(priority, *line) for priority, line in enumerate(lines, start=1)],
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("cases"))


def _rows(path: Path, sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path)) as connection:  # as dbt in this process has it open
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return connection.execute(sql, used).fetchall()


def _each_right() -> Iterator[Any]:
    for case in CASES:
        for number, sql in enumerate(case.right, start=1):
            yield pytest.param(case, sql, id=f"{case.name}-{number}")


def _plain(rows: Any) -> list[tuple[Any, ...]]:
    """Money as a number, dates as text, so that right rows can be written plainly."""
    texts = [tuple(float(v) if hasattr(v, "as_tuple") else v for v in row) for row in rows]
    return [tuple(v if v is None or isinstance(v, (int, float, str, bool)) else str(v) for v in row) for row in texts]


@pytest.mark.parametrize(("case", "sql"), list(_each_right()))
def test_the_figures_are_right(built: Built, case: Case, sql: str) -> None:
    found, right = _plain(_rows(built.of(case), sql, {"account": case.name})), _plain(case.right[sql])
    if "order by" not in sql:
        found, right = sorted(found, key=repr), sorted(right, key=repr)
    assert found == right


def _names(path: Path, test: str) -> set[str]:
    """The accounts among the rows that the dbt test found."""
    return {account for (account,) in _rows(path, f'select distinct account from {FAILURES}."{test}"', {})}


@pytest.mark.parametrize("case", [case for case in CASES if case.named_by or case.not_named_by], ids=lambda c: c.name)
def test_checks_name_what_they_should_and_nothing_else(built: Built, case: Case) -> None:
    path = built.of(case)
    assert {test: case.name in _names(path, test) for test in (*case.named_by, *case.not_named_by)} == dict.fromkeys(
        case.named_by, True
    ) | dict.fromkeys(case.not_named_by, False)
