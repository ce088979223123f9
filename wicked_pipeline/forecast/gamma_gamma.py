"""Gamma-Gamma: the expected value of a customer's next order (Fader and Hardie 2013).

"The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025. An order's value is distributed as Gamma(p, v),
and v over customers as Gamma(q, gamma). Arrays have a value for each customer: `frequency`, the number of repeat
purchases; `mean_value`, their mean value. `bg_nbd` forecasts the number of orders.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import digamma, gammaln

from wicked_pipeline.forecast.fitting import MINIMUM_REPEAT_CUSTOMERS, Fit, Floats, Likelihood, maximise, refused, total
from wicked_pipeline.reporting import counted

PARAMETERS = ("p", "q", "gamma")
_STARTS = [(1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (20.0, 3.0, 0.1)]


def fit(frequency: Floats, mean_value: Floats, minimum: int = MINIMUM_REPEAT_CUSTOMERS) -> Fit:
    """Fits p, q and gamma to the customers with a repeat purchase and a mean value above 0. Others are left out.

    The fit is in units of the mean value, so that a degenerate gamma looks the same in every currency. It is refused,
    with the reason, for fewer than `minimum` such customers, for q ≤ 1, where the mean over customers does not exist,
    and as `fitting` says.
    """
    known = (frequency > 0) & (mean_value > 0)
    frequency, mean_value = frequency[known], mean_value[known]
    customers = len(frequency)
    if customers < minimum:
        too_few = f"{counted(customers, 'repeat customer')} of positive value, fewer than {minimum}"
        return refused(PARAMETERS, customers, too_few)
    unit = float(mean_value.mean())
    found = maximise(_likelihood(frequency, mean_value / unit), PARAMETERS, _STARTS, customers)
    if not found.converged or found.log_likelihood is None:
        return found
    p, q, gamma = found.values()
    if q <= 1:
        return refused(PARAMETERS, customers, "degenerate: with q at most 1 the mean order value is infinite")
    likelihood = found.log_likelihood - customers * float(np.log(unit))
    return replace(found, parameters={"p": p, "q": q, "gamma": gamma * unit}, log_likelihood=likelihood)


def _likelihood(frequency: Floats, mean_value: Floats) -> Likelihood:
    spent = frequency * mean_value
    log_spent, fixed = np.log(spent), float(np.mean(np.log(mean_value)))
    counts, which = np.unique(frequency, return_inverse=True)  # few: the special functions are worked out once for each
    share = np.bincount(which) / len(frequency)

    def likelihood(parameters: Floats) -> tuple[float, Floats]:
        p, q, gamma = parameters
        log_both = np.log(gamma + spent)
        shape = p * counts
        value = total(share, gammaln(shape + q) - gammaln(shape)) - gammaln(q) + q * np.log(gamma) - fixed
        value += np.mean(p * frequency * log_spent - (p * frequency + q) * log_both)
        by_shape = digamma(shape + q)
        by_p = total(share, counts * (by_shape - digamma(shape))) + np.mean(frequency * (log_spent - log_both))
        by_q = total(share, by_shape) - digamma(q) + np.log(gamma) - np.mean(log_both)
        by_gamma = q / gamma - np.mean((p * frequency + q) / (gamma + spent))
        return float(value), np.array([by_p, by_q, by_gamma])

    return likelihood


def expected_value(parameters: Sequence[float], frequency: Floats, mean_value: Floats) -> Floats:
    """Each customer's expected order value, equation (5) of the note: their own mean, drawn towards everybody's.

    For a customer without a repeat purchase (`mean_value` may be NaN) it is everybody's mean. A mean below zero, which
    refunds can cause, counts as zero, since the model has no negative values.
    """
    p, q, gamma = parameters
    spent = np.where(frequency > 0, frequency * np.maximum(mean_value, 0), 0.0)
    return np.asarray(p * (gamma + spent) / (p * frequency + q - 1), dtype=np.float64)
