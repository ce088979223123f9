"""How long one call goes on after failures that may pass, and the proof of the key before several calls go out.

What may pass is said by the exception tree (`errors.Transient`); waiting for the request budget is in `budget.py`.
"""

import random
import threading
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from wicked_pipeline.api import errors

PATIENCE = 7
"""Failures after which a call gives up: the pauses between them add up to 63 s, so a 30-second outage is outlasted."""

THROTTLED_PATIENCE = 180.0
"""Seconds of being throttled (429) after which a call gives up: three whole windows of the documented minute."""

_LONGEST_PAUSE = 60.0

T = TypeVar("T")

OnRetry = Callable[[errors.Transient, float], None]
"""What is told of a failure, and of the seconds until the next try."""


def patiently(sleep: Callable[[float], None], call: Callable[[], T], on_retry: OnRetry | None = None) -> T:
    """The result of `call`, tried again while it raises `errors.Transient` and patience lasts; then its last error."""
    patience = _Patience()

    def report(state: RetryCallState) -> None:
        if on_retry and state.next_action:
            on_retry(_error(state), state.next_action.sleep)

    retrying = Retrying(
        retry=retry_if_exception_type(errors.Transient),
        stop=patience.is_over,
        wait=_pause,
        sleep=sleep,
        before_sleep=report,
        reraise=True,
    )
    return retrying(call)


class _Patience:
    """What is left for one call."""

    def __init__(self) -> None:
        self._failures = 0
        self._throttled = 0.0

    def is_over(self, state: RetryCallState) -> bool:
        error = _error(state)
        if isinstance(error, errors.Throttled):
            self._throttled += error.wait
            return self._throttled > THROTTLED_PATIENCE
        self._failures += error.cost
        return self._failures >= PATIENCE


def _pause(state: RetryCallState) -> float:
    """Seconds before the next try: 1, 2, 4, … with up to a tenth of jitter. A throttled call waits in the budget."""
    error = _error(state)
    if isinstance(error, errors.Throttled):
        return 0.0
    doubled = 2.0 ** (state.attempt_number - 1)
    jitter = random.uniform(1.0, 1.1)  # noqa: S311 - no secret hangs on it
    return min(max(doubled, error.wait), _LONGEST_PAUSE) * jitter


def _error(state: RetryCallState) -> errors.Transient:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, errors.Transient)
    return error


class KeyProof:
    """Lets one call go ahead until one has succeeded, so that a refused key costs one request, not one a thread.

    A key refused before any call succeeded stays refused: later calls fail at once. Whoever waited while the API
    could not be reached shares that failure, rather than wait for the same time-out in turn.
    """

    def __init__(self) -> None:
        self._first = threading.Lock()
        self._proved = False
        self._failures = 0
        self._failure: errors.ApiError | None = None

    def guard(self, call: Callable[[], T]) -> T:
        """The result of `call`, once the key is proved or by this very call."""
        failures = self._failures
        if not self._proved:
            with self._first:
                if not self._proved:
                    return self._prove(call, failures)
        return call()

    def _prove(self, call: Callable[[], T], failures: int) -> T:
        shared = self._failure
        if isinstance(shared, errors.KeyRefused) or (
            isinstance(shared, errors.Unreachable) and failures < self._failures
        ):
            raise shared
        try:
            result = call()
        except errors.ApiError as error:
            self._failure = error
            self._failures += 1
            raise
        self._proved = True
        return result
