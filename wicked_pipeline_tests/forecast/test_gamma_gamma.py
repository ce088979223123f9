"""Gamma-Gamma equals its note on the note's data, and refuses prices it can't tell apart."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from wicked_pipeline.forecast import gamma_gamma
from wicked_pipeline_tests.forecast import worlds

CDNOW = (6.25, 3.74, 15.44)
"""Fader and Hardie 2013, the 946 repeat customers of the BG/NBD paper's sample."""


def test_parameters_equal_the_notes_on_the_notes_data() -> None:
    """All three, to the digits printed."""
    customers = worlds.cdnow()
    found = gamma_gamma.fit(customers.frequency, customers.mean_value)
    assert found.customers == 946
    assert found.values() == pytest.approx(CDNOW, abs=0.005)


def test_an_order_is_worth_the_customers_mean_drawn_towards_everybodys() -> None:
    """Everybody's is p gamma / (q - 1); with many orders one's own is left; a negative mean counts as nothing."""
    p, q, gamma = CDNOW
    frequency, mean_value = np.array([0.0, 1, 1000, 2]), np.array([np.nan, 22.35, 22.35, -5.0])
    everybody = p * gamma / (q - 1)
    expected = [everybody, p * (gamma + 22.35) / (p + q - 1), 22.35, p * gamma / (2 * p + q - 1)]
    assert gamma_gamma.expected_value(CDNOW, frequency, mean_value) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("unit", [1.0, 0.001, 15_000.0])
def test_the_currency_does_not_matter(unit: float) -> None:
    """In any unit of money p and q are the same, gamma is in that unit, and the density's unit is its inverse."""
    customers = worlds.simulated(5000, seed=3)
    found = gamma_gamma.fit(customers.frequency, customers.mean_value * unit)
    plain = gamma_gamma.fit(customers.frequency, customers.mean_value)
    p, q, gamma = plain.values()
    assert found.values() == pytest.approx((p, q, gamma * unit), rel=1e-4)
    assert found.log_likelihood == pytest.approx(plain.log_likelihood - plain.customers * np.log(unit))


def test_parameters_of_a_simulated_world_are_found() -> None:
    """40,000 customers: within a twentieth of the true ones."""
    customers = worlds.simulated(40_000, seed=11)
    assert gamma_gamma.fit(customers.frequency, customers.mean_value).values() == pytest.approx(CDNOW, rel=0.05)


def test_the_gradient_is_the_likelihoods() -> None:
    """The analytic derivatives equal finite differences."""
    customers = worlds.simulated(1000, seed=4)
    repeating = customers.frequency > 0
    likelihood = gamma_gamma._likelihood(customers.frequency[repeating], customers.mean_value[repeating])
    at = np.array([3.0, 2.0, 9.0])
    numeric = approx_fprime(at, lambda parameters: likelihood(parameters)[0], 1e-6)
    assert likelihood(at)[1] == pytest.approx(numeric, rel=1e-4)


def test_only_repeat_customers_of_positive_value_are_fitted() -> None:
    """Refunded repeats (mean 0) and single purchases are left out, and 99 customers are too few."""
    customers = worlds.simulated(1000, seed=7)
    value = np.where(np.cumsum(customers.frequency > 0) <= 99, customers.mean_value, 0.0)
    found = gamma_gamma.fit(customers.frequency, value)
    assert (found.customers, found.converged) == (99, False)
    assert found.reason == "99 repeat customers of positive value, fewer than 100"


@pytest.mark.parametrize("prices", [(49.0,), (29.0, 49.0, 99.0)], ids=["one price", "a price a customer"])
def test_fixed_prices_are_refused_as_degenerate(prices: tuple[float, ...]) -> None:
    """Orders of a customer that never differ make p run off to infinity; that looks converged, and is refused."""
    random = np.random.default_rng(6)
    found = gamma_gamma.fit(random.integers(1, 6, 2000).astype(float), random.choice(prices, 2000))
    assert not found.converged
    assert found.reason.startswith("degenerate: p, ")
