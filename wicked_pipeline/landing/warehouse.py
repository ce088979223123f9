"""The DuckDB file, opened for writing: who waits for it, how long, and what is said when it can't be had."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_delay, wait_random

_LONGEST_WAIT = 30 * 60.0
"""Seconds for which another run of ours, building marts of many million rows, may hold the file."""

_CONFIG = {"custom_user_agent": "wicked-pipeline", "threads": 1, "memory_limit": "128MB"}
"""A window is some thousand rows: a second thread makes it no faster, and DuckDB else keeps all that it can get."""

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class WarehouseError(Exception):
    """The warehouse can't be used. The text is one line that names the file."""


@contextmanager
def open_warehouse(
    path: Path, *, patience: float = _LONGEST_WAIT, on_wait: Callable[[str], None] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write, closed at the end. The file and its folder are made where there are none.

    While another process holds the file this waits, for `patience` seconds at most; `on_wait` is told by whom. Raises
    `WarehouseError`, also for what DuckDB says of the file or the disk while the connection is in use.
    """
    umask = os.umask(0o077)  # the warehouse holds people's e-mail addresses, and so does its write-ahead log
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, patience, on_wait)
        try:
            yield connection
        finally:
            connection.close()
    except (duckdb.IOException, duckdb.FatalException, OSError) as error:
        raise WarehouseError(_explain(path, str(error))) from None
    finally:
        os.umask(umask)


def _connect(path: Path, patience: float, on_wait: Callable[[str], None] | None) -> duckdb.DuckDBPyConnection:
    def tell(state: RetryCallState) -> None:
        if on_wait and state.outcome:
            on_wait(_explain(path, str(state.outcome.exception())))

    retrying = Retrying(
        retry=retry_if_exception(_is_locked),
        stop=stop_after_delay(patience),
        wait=wait_random(0.05, 0.4),  # short: a window's transaction is over in a fraction of a second
        before_sleep=tell,
        reraise=True,
    )
    return retrying(duckdb.connect, str(path), config=_CONFIG)


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "Could not set lock" in str(error)


def _explain(path: Path, said: str) -> str:
    if "Could not set lock" in said:
        holder = _HOLDER.search(said)
        by = f" ({holder['program']}, process {holder['pid']})" if holder else ""
        return f"the warehouse {path} is in use by another process{by}"
    if "not a valid DuckDB database file" in said:
        return f"{path} is not a DuckDB file; set WICKED_DUCKDB_PATH to another one"
    if "No space left" in said:
        return f"no space is left on the disk of the warehouse {path}; what was landed is kept, what wasn't will be"
    return f"the warehouse {path} can't be used: {' '.join(said.split())}"
