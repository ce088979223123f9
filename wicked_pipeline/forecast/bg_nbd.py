"""BG/NBD: how often a customer will buy again, and whether they are still a customer (Fader, Hardie and Lee 2005).

"Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.
A customer buys at a rate of their own, distributed over customers as Gamma(r, alpha), and leaves after each purchase
with a probability of their own, distributed as Beta(a, b). Arrays have a value for each customer: `frequency`, the
whole number of repeat purchases; `recency`, the time from the first purchase to the last; `age`, the time from the
first purchase to now. All times, `alpha` and horizons are in one unit (weeks, here). `gamma_gamma` has orders' values.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, digamma, expit, gammaln

from wicked_pipeline.forecast.fitting import MINIMUM_REPEAT_CUSTOMERS, Fit, Floats, Likelihood, maximise, refused, total
from wicked_pipeline.reporting import counted

PARAMETERS = ("r", "alpha", "a", "b")
_NEGLIGIBLE = 1e-12


def fit(
    frequency: Floats,
    recency: Floats,
    age: Floats,
    customers: Floats | None = None,
    minimum: int = MINIMUM_REPEAT_CUSTOMERS,
) -> Fit:
    """Fits r, alpha, a and b. `customers` is how many customers share a row (default: one each).

    The fit is refused, with the reason, if fewer than `minimum` customers bought again, and as `fitting` says.
    """
    weights = np.ones_like(age) if customers is None else customers
    everybody, repeating = int(weights.sum()), int(weights[frequency > 0].sum())
    if repeating < minimum:
        return refused(PARAMETERS, everybody, f"{counted(repeating, 'repeat customer')}, fewer than {minimum}")
    typical = total(weights, age) / everybody
    starts = [(1.0, typical, 1.0, 1.0), (0.3, typical / 3, 0.5, 3.0), (3.0, typical * 3, 0.1, 5.0)]
    return maximise(_likelihood(frequency, recency, age, weights), PARAMETERS, starts, everybody)


def _likelihood(frequency: Floats, recency: Floats, age: Floats, weights: Floats) -> Likelihood:
    share = weights / weights.sum()
    counts, which = np.unique(frequency, return_inverse=True)  # few: the special functions are worked out once for each
    share_of_count = np.bincount(which, share).astype(np.float64)
    repeats = np.maximum(counts, 1)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = parameters
        through_age, through_recency = np.log(alpha + age), np.log(alpha + recency)
        left = np.where(counts > 0, np.log(a) - np.log(b + repeats - 1), -np.inf)[which]
        stays, leaves = -(r + frequency) * through_age, left - (r + frequency) * through_recency
        either = np.logaddexp(stays, leaves)
        gone = np.exp(leaves - either) * share  # the weight of "left after the last purchase"
        there = share - gone
        gone_of_count = np.bincount(which, gone).astype(np.float64)
        of_counts = gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
        of_counts += gammaln(a + b) - gammaln(a + b + counts) + gammaln(b + counts) - gammaln(b)
        both = digamma(a + b) - digamma(a + b + counts)
        by_r = total(share_of_count, digamma(r + counts) - digamma(r)) + np.log(alpha)
        by_r -= total(there, through_age) + total(gone, through_recency)
        by_alpha = r / alpha - total(there / (alpha + age) + gone / (alpha + recency), r + frequency)
        by_a = total(share_of_count, both) + gone.sum() / a
        by_b = total(share_of_count, both + digamma(b + counts) - digamma(b)) - total(
            gone_of_count, 1 / (b + repeats - 1)
        )
        return total(share_of_count, of_counts) + total(share, either), np.array([by_r, by_alpha, by_a, by_b])

    return likelihood


def probability_alive(parameters: Sequence[float], frequency: Floats, recency: Floats, age: Floats) -> Floats:
    """The chance that a customer has not left; 1 before a repeat purchase, since customers leave only after one.

    Fader, Hardie and Lee, "Computing P(alive) Using the BG/NBD Model" (2008).
    """
    r, alpha, a, b = parameters
    repeats = np.maximum(frequency, 1)
    log_odds = np.log(b + repeats - 1) - np.log(a) - (r + frequency) * (np.log(alpha + age) - np.log(alpha + recency))
    return np.where(frequency > 0, expit(log_odds), 1.0)


def expected_purchases(
    parameters: Sequence[float], frequency: Floats, recency: Floats, age: Floats, horizon: float
) -> Floats:
    """The expected purchases of each customer in the `horizon` after now, equation (10) of the paper.

    The equation's denominator is 1 / P(alive). The rest is the purchases of a customer who is alive, and depends only
    on frequency and age.
    """
    pairs, which = np.unique(np.stack([frequency, age]), axis=1, return_inverse=True)
    alive = _expected_while_alive(parameters, pairs[0], pairs[1], horizon)
    return alive[which.reshape(-1)] * probability_alive(parameters, frequency, recency, age)


def _expected_while_alive(parameters: Sequence[float], frequency: Floats, age: Floats, horizon: float) -> Floats:
    """Σ over j of P(a j-th purchase comes up within the horizon) · P(no leaving at the j - 1 before it).

    This is the expansion of the paper's closed form and equals it. All its terms are positive and falling: so none
    cancel if a or a + b + x is near 1, and none overflow as scipy's hyp2f1 does (for young customers and a large a).
    """
    r, alpha, a, b = parameters
    ahead = horizon / (alpha + age + horizon)
    expected = np.zeros_like(age)
    summed = np.arange(len(age))  # the customers whose sum still grows
    stays = np.ones_like(age)
    purchase = 1
    while len(summed):
        term = betainc(purchase, r + frequency[summed], ahead[summed]) * stays
        expected[summed] += term
        grows = term > _NEGLIGIBLE * expected[summed]
        summed, stays = summed[grows], stays[grows]
        tried = b + frequency[summed] + purchase - 1
        stays *= tried / (a + tried)
        purchase += 1
    return expected
