"""The warehouse's columns in, forecasts out: splits customers by segment, and returns the results as columns.

A segment is an account and currency as of a day, from the dbt models `int_forecast_segments` and
`int_forecast_customers`. Columns are numpy arrays by name, as DuckDB's `fetchnumpy` returns them and a dbt Python model
may return them. NaN means null in both directions. Times are in weeks.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wicked_pipeline.forecast import bg_nbd, gamma_gamma
from wicked_pipeline.forecast.fitting import Fit

Columns = Mapping[str, NDArray[Any]]
HORIZONS = (30, 90, 365)
"""Horizons of the forecast in days. A back-test's horizon is the days that it can compare with."""
_HISTORY = ("frequency", "recency_weeks", "age_weeks", "monetary_value")
MODELS = {"bg_nbd": bg_nbd.PARAMETERS, "gamma_gamma": gamma_gamma.PARAMETERS}


def fit_parameters(
    segments: Iterable[int], histories: Columns, values: Columns, minimum: int
) -> dict[str, NDArray[Any]]:
    """Fits both models to each of `segments`. Returns one row per segment, model and parameter.

    `histories`: segment_no, frequency, recency_weeks, age_weeks and how many `customers` share them.
    `values`: segment_no, frequency and monetary_value of each customer. A refused fit, or a segment without customers,
    has null values and a reason.
    """
    rows = []
    for segment in segments:
        history, value = (_of_segment(columns, segment) for columns in (histories, values))
        frequency, recency, age, sharing = (history[name] for name in (*_HISTORY[:3], "customers"))
        rows += _parameter_rows(segment, "bg_nbd", bg_nbd.fit(frequency, recency, age, sharing, minimum))
        fitted = gamma_gamma.fit(value["frequency"], value["monetary_value"], minimum)
        rows += _parameter_rows(segment, "gamma_gamma", fitted)
    names = ("segment_no", "model", "parameter", "value", "log_likelihood", "customers", "converged", "reason")
    kinds = (np.int64, object, object, np.float64, np.float64, np.int64, np.bool_, object)
    return {
        name: np.array([row[place] for row in rows], dtype=kind)
        for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }


def _parameter_rows(segment: int, model: str, fit: Fit) -> list[tuple[Any, ...]]:
    return [
        (segment, model, name, value, fit.log_likelihood, fit.customers, fit.converged, fit.reason)
        for name, value in fit.parameters.items()
    ]


def score(customers: Columns, parameters: Columns, holdout_days: Mapping[int, int]) -> dict[str, NDArray[Any]]:
    """Forecasts for each customer: one row per row of `customers`, null if the segment's fit was refused.

    `customers`: segment_no, customer_no, frequency, recency_weeks, age_weeks, monetary_value. `parameters`: as
    `fit_parameters` returns them. A segment with `holdout_days` is a back-test: of the expected orders it has only
    `expected_orders_holdout`. Other segments have all but that.
    """
    scores = {name: np.full(len(customers["customer_no"]), np.nan) for name in _SCORES}
    for segment, rows in _places(customers["segment_no"]):
        frequency, recency, age, mean_value = (_floats(customers[name][rows]) for name in _HISTORY)
        orders, value = (_fitted(parameters, segment, model) for model in MODELS)
        days_ahead = holdout_days.get(segment, 0)
        horizons = {"holdout": days_ahead} if days_ahead else {f"{days}d": days for days in HORIZONS}
        if orders:
            scores["probability_alive"][rows] = bg_nbd.probability_alive(orders, frequency, recency, age)
            for name, days in horizons.items():
                purchases = bg_nbd.expected_purchases(orders, frequency, recency, age, days / 7)
                scores[f"expected_orders_{name}"][rows] = purchases
        if value:
            scores["expected_average_order_value"][rows] = gamma_gamma.expected_value(value, frequency, mean_value)
    return {"segment_no": customers["segment_no"], "customer_no": customers["customer_no"], **scores}


_SCORES = (
    "probability_alive",
    *(f"expected_orders_{days}d" for days in HORIZONS),
    "expected_orders_holdout",
    "expected_average_order_value",
)


def _fitted(parameters: Columns, segment: int, model: str) -> tuple[float, ...] | None:
    mine = (parameters["segment_no"] == segment) & (parameters["model"] == model) & parameters["converged"]
    values = dict(zip(parameters["parameter"][mine], _floats(parameters["value"][mine]), strict=True))
    return tuple(float(values[name]) for name in MODELS[model]) if values else None


def _of_segment(columns: Columns, segment: int) -> dict[str, NDArray[np.float64]]:
    rows = columns["segment_no"] == segment
    return {name: _floats(column[rows]) for name, column in columns.items()}


def _places(segment_keys: NDArray[Any]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    for segment in np.unique(segment_keys):
        yield int(segment), segment_keys == segment


def _floats(column: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.ma.filled(np.ma.asarray(column, dtype=np.float64), np.nan), dtype=np.float64)
