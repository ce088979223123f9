"""One row per segment, model and parameter: BG/NBD and Gamma-Gamma as fitted to the segment's customers."""

from wicked_pipeline.forecast import tables


def model(dbt, session):  # noqa: ARG001 - dbt calls it so
    segments = dbt.ref("int_forecast_segments").project("segment_no").order("all")
    customers = dbt.ref("int_forecast_customers")
    # customers who share a history are fitted as one row that counts as many
    histories = customers.aggregate("segment_no, frequency, recency_weeks, age_weeks, count(*) as customers")
    values = customers.filter("frequency > 0").project("segment_no, frequency, monetary_value")
    # DuckDB keeps no order, and sums of doubles turn on it: without one the same data give other last digits
    histories, values = histories.order("all"), values.order("all")
    minimum = max(int(dbt.config.get("minimum_repeat_customers")), 1)  # nothing can be fitted to nobody
    keys = [key for (key,) in segments.fetchall()]
    return tables.fit_parameters(keys, histories.fetchnumpy(), values.fetchnumpy(), minimum)
