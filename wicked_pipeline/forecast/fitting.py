"""Maximum likelihood over positive parameters, and the rules that refuse a fit. Each model has its own likelihood.

L-BFGS-B searches the logarithms of the parameters, from several starts, with the likelihood's own gradient. A fit is
refused, with its reason, in three cases: too few customers, a search that did not end at a maximum, and a parameter
that went to zero or to infinity. Such a fit looks converged, but its forecasts are meaningless.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

Floats = NDArray[np.float64]
Likelihood = Callable[[Floats], tuple[float, Floats]]
"""Parameters → the mean log-likelihood of a customer, and its derivative by each parameter."""

SMALLEST, LARGEST = 1e-4, 1e4
MINIMUM_REPEAT_CUSTOMERS = 100
_WALLS = (np.log(SMALLEST / 100), np.log(LARGEST * 100))
_BEGUN, _ENDED = 15, 500  # steps from each start, and then from the best place reached
_STEEPEST = 1e-5  # mean log-likelihood by log parameter: at a maximum it is 0


@dataclass(frozen=True)
class Fit:
    """The result of a fit: `parameters` by name. If it was refused, their values are None, and `reason` says why."""

    parameters: dict[str, float | None]
    log_likelihood: float | None
    customers: int
    converged: bool
    reason: str | None = None

    def values(self) -> tuple[float, ...]:
        """The parameters in the model's order. Raises ValueError if the fit was refused."""
        values = tuple(value for value in self.parameters.values() if value is not None)
        if not self.converged or len(values) < len(self.parameters):
            raise ValueError(f"not fitted: {self.reason}")
        return values


def refused(names: Sequence[str], customers: int, reason: str) -> Fit:
    """A refused fit, without values."""
    return Fit(dict.fromkeys(names), None, customers, False, reason)


def maximise(likelihood: Likelihood, names: Sequence[str], starts: Sequence[Sequence[float]], customers: int) -> Fit:
    """Fits the parameters `names` to `likelihood` from the best of `starts`. The mean is over `customers` customers."""
    begun = [_search(likelihood, start, _BEGUN) for start in starts]
    finite = [found for found in begun if np.isfinite(found.fun)]
    if not finite:
        return refused(names, customers, "the likelihood has no finite value")
    best = _search(likelihood, np.exp(min(finite, key=lambda found: found.fun).x), _ENDED)
    parameters = dict(zip(names, np.exp(best.x).tolist(), strict=True))
    runaway = [name for name, value in parameters.items() if not SMALLEST <= value <= LARGEST]
    if runaway:
        return refused(names, customers, f"degenerate: {', '.join(runaway)} outside {SMALLEST:g} to {LARGEST:g}")
    if np.abs(best.jac).max() > _STEEPEST:
        return refused(names, customers, f"the search did not converge: {best.message}")
    return Fit(parameters, -best.fun * customers, customers, True)


def total(weights: Floats, values: Floats) -> float:
    """Σ weight · value. Not by `@`: its threads wait for each other, on a busy machine 20 times as long as this."""
    return float(np.einsum("i,i->", weights, values))


def _search(likelihood: Likelihood, start: Sequence[float] | Floats, steps: int) -> OptimizeResult:
    def descend(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, gradient = likelihood(parameters)
        return -value, -gradient * parameters

    with np.errstate(all="ignore"):
        return minimize(
            descend,
            np.log(np.asarray(start, dtype=np.float64)),
            jac=True,
            method="L-BFGS-B",
            bounds=[_WALLS] * len(start),
            options={"ftol": 1e-15, "gtol": 1e-8, "maxiter": steps},
        )
