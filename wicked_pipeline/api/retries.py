"""How long a call is retried after failures that may pass, and how one call proves the key before others go out.

`errors.Transient` marks failures that may pass. `budget.py` has the waits for the request budget.
"""

import random
import threading
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from wicked_pipeline.api import errors

PATIENCE = 7
"""Failures after which a call gives up. The pauses between them add up to 63 s, longer than a 30-second outage."""

THROTTLED_PATIENCE = 180.0
"""Seconds of throttling (429) after which a call gives up: three times the limit's documented minute."""

_LONGEST_PAUSE = 60.0

T = TypeVar("T")

OnRetry = Callable[[errors.Transient, float], None]
"""Gets a failure, and the seconds until the next try."""


def patiently(sleep: Callable[[float], None], call: Callable[[], T], on_retry: OnRetry | None = None) -> T:
    """The result of `call`, which is retried on `errors.Transient` while patience lasts. Then raises its last error.

    `sleep` pauses for so many seconds.
    """
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
    """The patience that one call has left."""

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
    """Seconds before the next try: 1, 2, 4, … plus up to a tenth of jitter. A throttled call waits in the budget."""
    error = _error(state)
    if isinstance(error, errors.Throttled):
        return 0.0
    doubled = 2.0 ** (state.attempt_number - 1)
    jitter = random.uniform(1.0, 1.1)  # noqa: S311 - no secret depends on it
    return min(max(doubled, error.wait), _LONGEST_PAUSE) * jitter


def _error(state: RetryCallState) -> errors.Transient:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, errors.Transient)
    return error


class KeyProof:
    """Lets only one call run at a time until one succeeds. So a refused key costs one request, not one per thread.

    If the key is refused before any call succeeds, later calls fail at once. Calls that waited while the API could not
    be reached share that failure, so they don't wait for the same time-out one after the other.
    """

    def __init__(self) -> None:
        self._first = threading.Lock()
        self._proved = False
        self._failures = 0
        self._failure: errors.ApiError | None = None

    def guard(self, call: Callable[[], T]) -> T:
        """The result of `call`, which runs once the key is proved, or proves it."""
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
