"""BG/NBD equals its paper on the paper's data, and what follows from its assumptions on any other."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import hyp2f1

from wicked_pipeline.forecast import bg_nbd
from wicked_pipeline_tests.forecast import worlds

CDNOW = (0.243, 4.414, 0.793, 2.426)
"""Fader, Hardie and Lee 2005, table 2."""


def test_parameters_equal_the_papers_on_the_papers_data() -> None:
    """Table 2 of the paper to its three digits, and its log-likelihood."""
    customers = worlds.cdnow()
    found = bg_nbd.fit(customers.frequency, customers.recency, customers.age)
    assert found.customers == 2357
    assert found.values() == pytest.approx(CDNOW, abs=0.0005)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_expectation_and_chance_alive_equal_published_ones() -> None:
    """The authors' spreadsheet: x = 2, recency 30.43 and age 38.86 weeks make 1.226 purchases in the next 39 weeks."""
    customer = np.array([2.0]), np.array([30.43]), np.array([38.86])
    assert bg_nbd.expected_purchases(CDNOW, *customer, 39) == pytest.approx([1.226], abs=0.001)
    assert bg_nbd.probability_alive(CDNOW, *customer) == pytest.approx([0.7266], abs=0.001)


def test_rows_that_customers_share_count_as_often_as_customers() -> None:
    """A fit over distinct rows with their multiplicity is the fit over customers."""
    customers = worlds.simulated(2000, seed=2)
    weeks = np.stack([customers.frequency, np.round(customers.recency), np.ceil(customers.age)])
    rows, counts = np.unique(weeks, axis=1, return_counts=True)
    assert rows.shape[1] < 1500
    expanded, counted = bg_nbd.fit(*weeks), bg_nbd.fit(*rows, counts.astype(float))
    assert counted.customers == 2000
    assert counted.values() == pytest.approx(expanded.values(), rel=1e-4)
    assert counted.log_likelihood == pytest.approx(expanded.log_likelihood)


def test_parameters_of_a_simulated_world_are_found_and_its_future_is_foretold() -> None:
    """40,000 customers who drop out as the model says: parameters within 10 %, next year's purchases within 3 %."""
    customers = worlds.simulated(40_000, seed=11)
    seen = customers.frequency, customers.recency, customers.age
    found = bg_nbd.fit(*seen)
    assert found.values() == pytest.approx(CDNOW, rel=0.1)
    expected = bg_nbd.expected_purchases(found.values(), *seen, 52)
    assert expected.sum() == pytest.approx(customers.later.sum(), rel=0.03)


@pytest.mark.parametrize("parameters", [CDNOW, (1.5, 30.0, 0.02, 0.7), (0.01, 0.5, 3.0, 90.0)])
def test_the_gradient_is_the_likelihoods(parameters: tuple[float, ...]) -> None:
    """The analytic derivatives equal finite differences."""
    customers = worlds.simulated(300, seed=4)
    weights = np.linspace(1, 3, 300)
    likelihood = bg_nbd._likelihood(customers.frequency, customers.recency, customers.age, weights)
    numeric = approx_fprime(np.array(parameters), lambda at: likelihood(at)[0], 1e-7 * np.array(parameters))
    assert likelihood(np.array(parameters))[1] == pytest.approx(numeric, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("parameters", [CDNOW, (0.243, 4.414, 3.5, 0.9), (2.0, 40.0, 0.02, 0.7), (0.01, 0.5, 3, 90)])
def test_the_expectation_equals_the_papers_closed_form(parameters: tuple[float, ...]) -> None:
    """Equation (10)'s numerator, with Gauss's hypergeometric function, where that can be worked out."""
    r, alpha, a, b = parameters
    x, age, horizon = np.repeat([0.0, 1, 7, 150], 3), np.tile([0.0, 12, 90], 4), 365 / 7
    ahead = horizon / (alpha + age + horizon)
    left = a + b + x - 1
    closed = left / (a - 1) * (1 - (1 - ahead) ** (r + x) * hyp2f1(r + x, b + x, left, ahead))
    assert bg_nbd._expected_while_alive(parameters, x, age, horizon) == pytest.approx(closed, rel=1e-9)


def test_the_expectation_holds_where_the_closed_form_breaks() -> None:
    """At a = 1 and at a + b = 1 it lies between its neighbours; for a young customer and a large a it is a number."""
    young = np.array([0.0]), np.array([0.0]), 52.0
    for exact in [(0.243, 4.414, 1.0, 2.426), (0.243, 4.414, 0.5, 0.5)]:
        r, alpha, a, b = exact
        below, at, above = (bg_nbd._expected_while_alive((r, alpha, a + d, b), *young)[0] for d in (-1e-4, 0, 1e-4))
        assert above < at < below
        assert at == pytest.approx((above + below) / 2, rel=1e-6)
    assert bg_nbd._expected_while_alive((20.0, 0.01, 400.0, 3.0), *young) == pytest.approx([1 + 3 / 399], rel=1e-4)


def test_too_few_repeat_customers_are_not_fitted() -> None:
    """99 of them give no values, and the reason in plain words; 100 are fitted."""
    customers = worlds.simulated(1000, seed=7)
    seen = customers.frequency, customers.recency, customers.age
    repeating = np.cumsum(customers.frequency > 0)
    few = bg_nbd.fit(*(column[repeating <= 99] for column in seen))
    assert (few.converged, few.reason) == (False, "99 repeat customers, fewer than 100")
    assert set(few.parameters.values()) == {None}
    assert bg_nbd.fit(*(column[repeating <= 100] for column in seen)).converged
    with pytest.raises(ValueError, match="99 repeat customers"):
        few.values()


def test_a_world_without_leaving_is_refused_as_degenerate() -> None:
    """Where nobody leaves, the chance to leave has no spread to find: the fit runs off, and says so."""
    random = np.random.default_rng(5)
    age = random.uniform(1, 100, 5000)
    frequency = random.poisson(0.3 * age).astype(float)
    recency = np.where(frequency > 0, age * random.random(5000) ** (1 / np.maximum(frequency, 1)), 0.0)
    found = bg_nbd.fit(frequency, recency, age)
    assert not found.converged
    assert found.reason.startswith("degenerate: ")
    assert found.reason.endswith("outside 0.0001 to 10000")
