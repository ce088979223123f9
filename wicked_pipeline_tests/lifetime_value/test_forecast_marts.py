"""The forecast's tables on customers landed as orders: the papers' own, and the sandbox's of known parameters."""

from datetime import date

import pytest

from wicked_pipeline.sandbox import BG_NBD, GAMMA_GAMMA, build_world
from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.forecast import worlds
from wicked_pipeline_tests.lifetime_value import raw

FORECASTS = ("+customer_forecast", "+forecast_parameters", "+forecast_backtest")


WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def build(warehouse: Warehouse, *variables: str) -> None:
    """The forecast's tables and what they are made from."""
    warehouse.dbt("build", *WITHOUT_TESTS, "--select", *FORECASTS, *variables)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The marts of two years of a sandbox's shop, drop-out included; the back-test keeps the last quarter."""
    warehouse = Warehouse(tmp_path_factory.mktemp("sandbox") / "wicked.duckdb")
    world = build_world(days=730, contacts=12, clicks=0, orders=20, seed=3)
    raw.put_accounts(warehouse, [("shop", world.zone, world.first_day, world.last_day)])
    orders = [("shop", date.fromisoformat(str(order["date"])[:10]), order) for order in world.orders]
    raw.put_records(warehouse, "orders", orders)
    build(warehouse)
    return warehouse


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The marts of CDNOW's customers, forecast as of the day that the papers calibrate at."""
    warehouse = Warehouse(tmp_path_factory.mktemp("cdnow") / "wicked.duckdb")
    warehouse.query(
        "insert into raw.orders select 'cdnow', date, json_object("
        "  'id', customer || '-' || date, 'sourceId', 's', 'date', date || 'T12:00:00.000Z',"
        "  'amount', greatest(value, 0.0001),"  # the papers count purchases of 0, which are none here
        "  'currency', 'USD', 'contact', json_object('id', customer), 'payments', [])::json,"
        " timestamp '1998-07-02', 'load', 1, 0 from read_csv(?)",
        [str(worlds.CDNOW)],
    )
    raw.put_accounts(warehouse, [("cdnow", "UTC", date(1997, 1, 1), date(1998, 6, 30))])
    build(warehouse, "--vars", f"{{forecast_as_of: {worlds.CALIBRATED}, earliest_plausible_date: 1990-01-01}}")
    return warehouse


def test_parameters_are_the_papers(cdnow: Warehouse) -> None:
    """From orders to parameters: what the two papers print."""
    rows = cdnow.query("from marts.forecast_parameters")
    found = {row["parameter"]: row["value"] for row in rows}
    assert [found[name] for name in ("r", "alpha", "a", "b")] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5e-4)
    assert [found[name] for name in ("p", "q", "gamma")] == pytest.approx([6.25, 3.74, 15.44], abs=0.005)
    assert {(row["model"], row["customers"], row["converged"], row["reason"]) for row in rows} == {
        ("bg_nbd", 2357, True, None),
        ("gamma_gamma", 946, True, None),
    }
    assert {row["as_of_date"] for row in rows} == {worlds.CALIBRATED}


def test_a_customers_row_is_what_the_models_say_of_them(cdnow: Warehouse) -> None:
    """Customer 1, whose repeat purchases the authors' spreadsheet has as 2 in 30.43 of 38.86 weeks, of $22.35."""
    rows = cdnow.query("from marts.customer_forecast where contact_id = '1'")
    assert [(row["method"], row["frequency"]) for row in rows] == [("bg_nbd", 2)]
    assert rows[0]["recency_weeks"] == pytest.approx(30.43, abs=0.005)
    assert rows[0]["age_weeks"] == pytest.approx(38.86, abs=0.005)
    assert float(rows[0]["monetary_value"]) == pytest.approx(22.345, abs=0.001)
    assert rows[0]["probability_alive"] == pytest.approx(0.7266, abs=0.001)
    value = rows[0]["expected_orders_365d"] * float(rows[0]["expected_average_order_value"])
    assert float(rows[0]["expected_net_revenue_365d"]) == pytest.approx(value, abs=0.001)
    assert rows[0]["expected_orders_30d"] < rows[0]["expected_orders_90d"] < rows[0]["expected_orders_365d"]


def test_the_back_test_is_calibrated_where_days_after_it_are_landed(cdnow: Warehouse) -> None:
    """The second 39 weeks: figure 3 of the paper, the means of customers by what they bought in the first 39."""
    rows = cdnow.query("from marts.forecast_backtest where method = 'bg_nbd' order by calibration_frequency")
    assert [row["calibration_frequency"] for row in rows] == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    assert [row["customers"] for row in rows] == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert sum(row["actual_orders"] for row in rows) == 1882
    means = [row["predicted_orders"] / row["customers"] for row in rows]
    assert means == pytest.approx([0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157], abs=0.001)


def test_the_model_beats_a_baseline_on_published_customers(cdnow: Warehouse) -> None:
    """Mean absolute errors over all customers: BG/NBD's is below that of either baseline."""
    rows = cdnow.query("select method, sum(mean_absolute_error * customers) / sum(customers) as error"
                       " from marts.forecast_backtest group by method")  # fmt: skip
    errors = {row["method"]: row["error"] for row in rows}
    assert errors["bg_nbd"] < min(errors["last_period"], errors["cohort_mean"])


def test_the_sandboxs_parameters_are_found(sandbox: Warehouse) -> None:
    """2,242 customers in dollars: each parameter within a fifth of the one that made them."""
    rows = sandbox.query("from marts.forecast_parameters where currency = 'USD' and converged")
    found = {row["parameter"]: row["value"] for row in rows}
    assert found == pytest.approx(vars(BG_NBD) | vars(GAMMA_GAMMA), rel=0.2)


def test_the_fit_does_not_turn_on_the_order_of_rows(sandbox: Warehouse) -> None:
    """DuckDB gives rows in any order; the same customers fit the same parameters to the last digit."""
    fitted = "from intermediate.int_forecast_parameters order by all"
    before = sandbox.query(fitted)
    sandbox.query(
        "create or replace table intermediate.int_forecast_customers as"
        " from intermediate.int_forecast_customers order by hash(customer_no, segment_no)"
    )
    sandbox.dbt("run", "--select", "int_forecast_parameters")
    assert sandbox.query(fitted) == before


def test_the_back_test_means_something_on_the_sandbox(sandbox: Warehouse) -> None:
    """Purchases of the last quarter are foretold to a twentieth, and better than by either baseline."""
    rows = sandbox.query(
        "select method, sum(predicted_orders) as predicted, sum(actual_orders) as actual,"
        " sum(mean_absolute_error * customers) / sum(customers) as error"
        " from marts.forecast_backtest where currency = 'USD' group by method"
    )
    methods = {row["method"]: row for row in rows}
    assert methods["bg_nbd"]["predicted"] == pytest.approx(float(methods["bg_nbd"]["actual"]), rel=0.05)
    assert methods["bg_nbd"]["error"] < min(methods[name]["error"] for name in ("last_period", "cohort_mean"))


def test_a_currency_with_few_customers_has_no_forecast_and_a_reason(sandbox: Warehouse) -> None:
    """Null values, `converged` false and a plain reason, in the table that the check reads."""
    refused = sandbox.query("from marts.forecast_parameters where currency is null")
    assert {row["reason"] for row in refused if row["model"] == "bg_nbd"} == {"0 repeat customers, fewer than 100"}
    assert {(row["value"], row["converged"]) for row in refused} == {(None, False)}
    scored = sandbox.query("from marts.customer_forecast where currency is null and method = 'bg_nbd'")
    assert {(row["probability_alive"], row["expected_net_revenue_365d"]) for row in scored} == {(None, None)}


def test_subscribers_have_a_row_for_each_method(sandbox: Warehouse) -> None:
    """Who also buys one-off has both; a churned subscriber expects nothing."""
    rows = sandbox.query(
        "select contact_id, list(method order by method) as methods from marts.customer_forecast"
        " where currency = 'USD' group by contact_id"
    )
    assert {tuple(row["methods"]) for row in rows} == {("bg_nbd",), ("bg_nbd", "subscription"), ("subscription",)}
    gone = sandbox.query(
        "select expected_orders_365d from marts.customer_forecast"
        " where method = 'subscription' and probability_alive = 0"
    )
    assert {row["expected_orders_365d"] for row in gone} == {0.0}
