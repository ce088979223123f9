"""One row per segment and customer: what the fitted models expect of them."""

from wicked_pipeline.forecast import tables


def model(dbt, session):  # noqa: ARG001 - dbt calls it so
    parameters = dbt.ref("int_forecast_parameters").fetchnumpy()
    segments = dbt.ref("int_forecast_segments").filter("holdout_days > 0").project("segment_no, holdout_days")
    customers = dbt.ref("int_forecast_customers").project(
        "segment_no, customer_no, frequency, recency_weeks, age_weeks, monetary_value"
    )
    return tables.score(customers.fetchnumpy(), parameters, dict(segments.fetchall()))
