"""Opens the warehouse to read, to write or to build. Decides how long each waits for the others."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random

from wicked_pipeline.warehouse import duckdb_file
from wicked_pipeline.warehouse.duckdb_file import Connection, InUse, WarehouseError
from wicked_pipeline.warehouse.migrations import is_current, migrate

_LOG = logging.getLogger(__name__)
OnWait = Callable[[str], None] | None
"""During a wait, gets a line that names the holder of the warehouse; after the wait, `""`."""

_WAIT_FOR_OURS = 30 * 60.0
"""Seconds to wait for another process of ours. A build of marts with many million rows takes longest."""

_WAIT_FOR_STRANGERS = 30.0
"""Seconds to wait for a program that isn't ours, which may never release the file."""

_WAIT_FOR_READERS = 5.0
"""Seconds to wait for programs that only read. Then a copy replaces the file, and they keep the old one."""

_WAIT_TO_READ = 30.0
"""Seconds for which a reader waits. A window lands in a fraction of a second, and builds block no reader."""


@contextmanager
def read_warehouse(path: Path, *, on_wait: OnWait = None) -> Iterator[Connection]:
    """A connection that only reads, closed at the end. Meanwhile any number of others may read, and nobody can write.

    It creates and changes nothing. While another process writes the file it waits, at most half a minute. Raises
    `WarehouseError`, also if there is no warehouse yet.
    """
    _must_exist(path)
    with duckdb_file.errors_in_one_line(path):
        connection = _patiently(path, partial(duckdb_file.connect_to_read, path), lambda: _WAIT_TO_READ, on_wait)
        with connection:
            current = is_current(connection, path)
            try:
                yield connection
            except duckdb_file.Missing as error:
                if current:
                    raise
                raise WarehouseError(
                    f"the warehouse {path} was made by an older version and lacks tables or columns; "
                    "the next `wicked-pipeline backfill` or `wicked-pipeline marts` adds them"
                ) from error


@contextmanager
def write_warehouse(path: Path, *, on_wait: OnWait = None) -> Iterator[Connection]:
    """A connection that may write, closed at the end. Creates the file, its folder and raw's tables if missing.

    While another process writes the file it waits: 30 minutes for one of ours, 30 seconds for others. If readers stay,
    a copy replaces the file, and they keep the old one. Raises `WarehouseError`, also for DuckDB's errors about the
    file or the disk while the connection is in use.
    """
    with duckdb_file.private_files(), duckdb_file.errors_in_one_line(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connect = partial(_connect_to_write, path, time.monotonic() + _WAIT_FOR_READERS)
        connection = _patiently(path, connect, partial(_writers_wait, path), on_wait)
        with connection, duckdb_file.held_by_us(path):
            migrate(connection, path)
            yield connection


@contextmanager
def build_warehouse(path: Path, *, on_wait: OnWait = None) -> Iterator[Path]:
    """A copy of the warehouse to write to. It replaces the warehouse at the end of the block, unless the block raises.

    Meanwhile anybody can read the warehouse, and nobody can write it. A reader connected at the swap keeps the old
    file. Waits for writers, as `write_warehouse` does, and for other builds. Raises `WarehouseError`.
    """
    with duckdb_file.sole_builder(path, on_wait), _held_to_read(path, on_wait) as source:
        with duckdb_file.errors_of_a_build(path):
            built = duckdb_file.copied(source, duckdb_file.copy_of(path))
        with write_warehouse(built):  # models read the tables of this version
            pass
        yield duckdb_file.copy_of(path)
        with write_warehouse(built) as connection:
            connection.execute("checkpoint")  # a killed dbt leaves a write-ahead log
        with duckdb_file.errors_of_a_build(path):
            duckdb_file.put_in_place(built, path.resolve(), source)


def copy_warehouse(path: Path, copy: Path, *, on_wait: OnWait = None) -> None:
    """Copies the warehouse to `copy`, and replaces a file there once the copy is whole.

    Waits for writers, as `write_warehouse` does. Raises `WarehouseError`, also if there is no warehouse yet.
    """
    _must_exist(path)
    with _held_to_read(path, on_wait) as source, duckdb_file.errors_of_a_build(path):
        duckdb_file.copied_for_good(source, copy)


@contextmanager
def empty_warehouse() -> Iterator[Connection]:
    """A warehouse in memory, without landed data. It is deleted at the end."""
    with duckdb_file.connect_to_nothing() as connection:
        migrate(connection, Path(":memory:"))
        yield connection


def _must_exist(path: Path) -> None:
    if not path.exists():
        raise WarehouseError(f"there is no warehouse {path} yet; `wicked-pipeline backfill` creates it")


@contextmanager
def _held_to_read(path: Path, on_wait: OnWait) -> Iterator[BinaryIO]:
    """The warehouse's file, whole and with a reader's lock. Creates it if it is missing."""
    while True:
        with duckdb_file.locked_to_read(path) as file:
            if file and not duckdb_file.has_log(path):
                with duckdb_file.held_by_us(path):
                    yield file
                return
        # The warehouse is missing, or another process writes it, or a killed writer left a log, which a copy would lack
        with write_warehouse(path, on_wait=on_wait) as connection:
            duckdb_file.empty_log(connection)


def _connect_to_write(path: Path, readers_stay_after: float) -> Connection:
    try:
        return duckdb_file.connect_to_write(path)
    except duckdb_file.InUseHere:
        raise
    except InUse as busy:
        if time.monotonic() < readers_stay_after or not duckdb_file.left_to_readers(path):
            raise
        _LOG.info("the warehouse %s is %s, which keeps the old file; a copy replaces it", path, busy)
        return duckdb_file.connect_to_write(path)


def _patiently(
    path: Path, connect: Callable[[], Connection], longest: Callable[[], float], on_wait: OnWait
) -> Connection:
    """The result of `connect`, retried while another's lock blocks it, for at most the seconds of `longest`."""

    def report(state: RetryCallState) -> None:
        line = f"the warehouse {path} is {state.outcome.exception() if state.outcome else 'in use'}"
        if state.attempt_number == 1:
            _LOG.info("%s; waiting", line)
        if on_wait:
            on_wait(line)

    retrying = Retrying(
        retry=retry_if_exception_type(InUse),
        stop=lambda state: (state.seconds_since_start or 0.0) > longest(),
        wait=wait_random(0.05, 0.4),  # short: a window's transaction takes a fraction of a second
        before_sleep=report,
        reraise=True,
    )
    try:
        connection = retrying(connect)
    except InUse as busy:
        waited = retrying.statistics["delay_since_first_attempt"]
        raise WarehouseError(
            f"the warehouse {path} is {busy}, which did not release it within {waited:.0f} s; "
            "close the warehouse in that program, or wait until it is done, and try again"
        ) from None
    if on_wait:
        on_wait("")
    return connection


def _writers_wait(path: Path) -> float:
    """The seconds for which a writer waits for the file's holder."""
    return _WAIT_FOR_OURS if duckdb_file.is_held_by_us(path) else _WAIT_FOR_STRANGERS
