"""What a model's check says of its dbt tests."""

import dagster as dg

from wicked_pipeline.defs.dbt_tests import NAME, check_result, outcomes
from wicked_pipeline.transform import Result, Test

KEY = dg.AssetCheckKey(dg.AssetKey(["marts", "orders"]), NAME)
TESTS = {
    name: Test(name, "marts/orders", "One row\nper order.", "checks.paid_once" if name == "paid_once" else None)
    for name in ("has_id", "paid_once", "adds_up", "is_known")
}


def result(name: str, status: str, failures: int | None) -> Result:
    return Result(name, status, "Conversion Error: ann@example.com is no number", failures, 0.1)


def check(*results: Result) -> dg.AssetCheckResult:
    found = check_result(KEY, TESTS, results)
    assert found
    return found


def table(found: dg.AssetCheckResult) -> list[str]:
    text = found.metadata["tests"].value
    assert isinstance(text, str)
    return text.splitlines()[2:]


def test_it_passes_where_all_that_ran_pass() -> None:
    found = check(result("has_id", "pass", 0), result("adds_up", "skipped", None), result("elsewhere", "fail", 3))
    assert found.passed
    assert table(found) == ["| `has_id` | passes |  |  | One row per order. |"]


def test_it_warns_with_rows_and_where_they_are_kept() -> None:
    found = check(result("has_id", "pass", 0), result("paid_once", "warn", 1200), result("is_known", "warn", 1))
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert table(found) == [
        "| `is_known` | warns | 1 |  | One row per order. |",
        "| `paid_once` | warns | 1,200 | `checks.paid_once` | One row per order. |",
        "| `has_id` | passes |  |  | One row per order. |",
    ]


def test_it_is_as_grave_as_its_worst_and_shows_no_data() -> None:
    found = check(result("paid_once", "warn", 2), result("has_id", "fail", 1), result("adds_up", "error", None))
    assert (found.passed, found.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert [line.split("|")[1:4] for line in table(found)] == [
        [" `adds_up` ", " could not be run ", "  "],
        [" `has_id` ", " fails ", " 1 "],
        [" `paid_once` ", " warns ", " 2 "],
    ]  # fmt: skip
    assert "example.com" not in str(found)


def test_it_says_nothing_where_nothing_ran() -> None:
    assert check_result(KEY, TESTS, [result("has_id", "skipped", None)]) is None


def test_each_test_counts_for_itself_where_checks_are_counted() -> None:
    @dg.asset_check(name=NAME, asset=KEY.asset_key)
    def orders() -> dg.AssetCheckResult:
        return check(result("has_id", "pass", 0), result("paid_once", "warn", 2), result("adds_up", "fail", 1))

    job = dg.Definitions(
        asset_checks=[orders], jobs=[dg.define_asset_job("judge", dg.AssetSelection.all_asset_checks())]
    )
    (evaluation,) = job.resolve_job_def("judge").execute_in_process().get_asset_check_evaluations()
    assert outcomes(evaluation, "") == (1, {"paid_once": "One row\nper order."}, {"adds_up": "One row\nper order."})
