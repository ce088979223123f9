"""How a run's expected failures are told: one line, without the traceback that a bug deserves."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from wicked_pipeline.settings import SettingsError
from wicked_pipeline.warehouse import WarehouseError

EXPECTED = (SettingsError, WarehouseError, duckdb.Error, OSError)


@contextmanager
def one_line_failures() -> Iterator[None]:
    """Turn what can be expected to go wrong into a `Failure` whose description is its one line."""
    try:
        yield
    except EXPECTED as error:
        raise dg.Failure(" ".join(str(error).split()), allow_retries=False) from None
