"""Columns in, columns out: each segment has its rows, fitted or not."""

import numpy as np

from wicked_pipeline.forecast import tables

NOBODY = {name: np.array([]) for name in ("frequency", "recency_weeks", "age_weeks", "monetary_value", "customers")}


def test_a_segment_without_customers_is_refused_with_a_reason() -> None:
    """A shop that sells by subscription only has nobody to fit, and is told so."""
    nobody = {"segment_no": np.array([], np.int64), **NOBODY}
    found = tables.fit_parameters([7], nobody, nobody, minimum=100)
    assert found["segment_no"].tolist() == [7] * 7
    assert found["parameter"].tolist() == ["r", "alpha", "a", "b", "p", "q", "gamma"]
    assert np.isnan(found["value"]).all()
    assert not found["converged"].any()
    assert found["customers"].tolist() == [0] * 7
    assert set(found["reason"]) == {
        "0 repeat customers, fewer than 100",
        "0 repeat customers of positive value, fewer than 100",
    }
