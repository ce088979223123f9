"""How a run's expected failures are reported: one line, without the traceback that a bug deserves."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from wicked_pipeline.api.errors import ApiError
from wicked_pipeline.extract import WindowsFailed
from wicked_pipeline.landing import SpendError, WarehouseError
from wicked_pipeline.settings import SettingsError


@contextmanager
def one_line_failures() -> Iterator[None]:
    """Turn what can be expected to go wrong into a `Failure` whose description is its one line."""
    try:
        yield
    except (ApiError, SettingsError, SpendError, WarehouseError, WindowsFailed) as error:
        raise dg.Failure(str(error), allow_retries=False) from None
