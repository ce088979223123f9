"""dbt's tests as one Dagster check per model, `dbt_tests`. One check per test takes longer to log than to run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg

from wicked_pipeline import transform
from wicked_pipeline.transform import Result, Test

NAME = "dbt_tests"
HEAD = "| test | outcome | rows | kept in | what it says |"
WORDS = {"pass": "passes", "warn": "warns", "fail": "fails"}  # any other status: it could not be run


def tests_by_asset(manifest: Mapping[str, Any]) -> dict[dg.AssetKey, dict[str, Test]]:
    """For each model with tests: its tests by dbt's unique id."""
    found: dict[dg.AssetKey, dict[str, Test]] = defaultdict(dict)
    for unique_id, test in transform.tests_in(manifest).items():
        found[dg.AssetKey(test.asset.split("/"))][unique_id] = test
    return dict(found)


def check_spec(key: dg.AssetKey, tests: Iterable[Test]) -> dg.AssetCheckSpec:
    """The check of one model. Its description names the tests, so that a search on the UI's page of checks works."""
    return dg.AssetCheckSpec(NAME, asset=key, description=f"dbt's tests: {', '.join(sorted(t.name for t in tests))}")


def check_result(
    key: dg.AssetCheckKey, tests: Mapping[str, Test], results: Sequence[Result]
) -> dg.AssetCheckResult | None:
    """The result of one model's tests, with the severity of the worst; None if no test was run.

    The metadata have a line for each test, with the number and the table of its failing rows. The rows themselves may
    hold personal data, so they are left out.
    """
    ran = [(tests[r.unique_id], r) for r in results if r.unique_id in tests and (r.passes or r.warns or r.fails)]
    if not ran:
        return None
    ran.sort(key=lambda pair: (not pair[1].fails, not pair[1].warns, pair[0].name))
    warn = {test.name: test.description for test, result in ran if result.warns}
    fail = {test.name: test.description for test, result in ran if result.fails}
    table = [HEAD, "|---|---|---|---|---|", *(_line(test, result) for test, result in ran)]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not warn and not fail,
        severity=dg.AssetCheckSeverity.ERROR if fail else dg.AssetCheckSeverity.WARN,
        metadata={
            "tests": dg.MetadataValue.md("\n".join(table)),
            "passed": len(ran) - len(warn) - len(fail),
            "warn": warn,
            "fail": fail,
        },
    )


def outcomes(check: dg.AssetCheckEvaluation, described: str) -> tuple[int, dict[str, str], dict[str, str]]:
    """The number of passed checks, and the warning and failing ones: their names with their descriptions.

    `described` is the check's own description. Each of dbt's tests counts as a check.
    """
    if check.check_name == NAME:
        said: dict[str, Any] = {name: value.value for name, value in check.metadata.items()}
        return said["passed"], said["warn"], said["fail"]
    if check.passed:
        return 1, {}, {}
    found = {check.check_name: described}
    return (0, {}, found) if check.severity is dg.AssetCheckSeverity.ERROR else (0, found, {})


def _line(test: Test, result: Result) -> str:
    outcome = WORDS.get(result.status, "could not be run")
    rows = f"{result.failures:,}" if result.failures else ""
    where = f"`{test.rows_in}`" if result.failures and test.rows_in else ""
    meaning = " ".join(test.description.replace("|", "/").split())
    return f"| `{test.name}` | {outcome} | {rows} | {where} | {meaning} |"
