"""The forecast's tables on the papers' own customers, landed as orders: parameters, scores and the back-test."""

import pytest

from wicked_pipeline_tests.dbt.warehouse import Warehouse
from wicked_pipeline_tests.forecast import worlds

FORECASTS = ("+customer_forecast", "+forecast_parameters", "+forecast_backtest")


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The marts of CDNOW's customers, forecast as of the day that the papers calibrate at."""
    warehouse = Warehouse(tmp_path_factory.mktemp("cdnow") / "wicked.duckdb")
    warehouse.query(
        "insert into raw.orders select 'cdnow', date, json_object("
        "  'id', customer || '-' || date, 'sourceId', 's', 'date', date || 'T12:00:00.000Z', 'amount', value,"
        "  'currency', 'USD', 'contact', json_object('id', customer), 'payments', [])::json,"
        " timestamp '1998-07-02', 'load', 1, 0 from read_csv(?)",
        [str(worlds.CDNOW)],
    )
    warehouse.query("insert into raw.loads (load_id, account, endpoint, window_from, window_to)"
                    " values ('load', 'cdnow', 'orders', date '1997-01-01', date '1998-06-30')")  # fmt: skip
    warehouse.query("insert into raw.accounts values ('cdnow', 'UTC')")
    warehouse.dbt("run", "--select", *FORECASTS, "--vars", f"{{forecast_as_of: {worlds.CALIBRATED}}}")
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
