"""The DuckDB file, opened to write or to read: who waits for it, how long, and what is said when it can't be had."""

import fcntl
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random

_LOG = logging.getLogger(__name__)

_LONGEST_WAIT = 30 * 60.0
"""Seconds for which another run of ours may hold the file, most of all one that builds marts of many million rows."""

_STRANGERS_WAIT = 30.0
"""Seconds for which the file may be held by a program that isn't ours, which may never let go of it."""

_READERS_WAIT = 30.0
"""Seconds for which who only reads waits: a window lands in a fraction of one, and builds shut no reader out."""

_CONFIG: dict[str, str | int | float | list[str]] = {
    "custom_user_agent": "wicked-pipeline",
    "threads": 1,
    "memory_limit": "96MB",
}
"""A window is some ten thousand rows: a second thread makes it no faster, and without a limit DuckDB keeps what it can
get. What doesn't fit goes to disk; where even that won't do, `windows.py` lifts the limit."""

_ROW_GROUP_SIZE = 14_336
"""Rows, far below DuckDB's default: each commit compresses its table's last, unfilled row group anew."""

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class WarehouseError(Exception):
    """The warehouse can't be used. The text is one line that names the file."""


@contextmanager
def open_warehouse(path: Path, *, on_wait: Callable[[str], None] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that may write, closed at the end. The file and its folder are made where there are none.

    While another process holds the file this waits, long for one of ours; `on_wait` is called with who that is, and
    with `""` once the wait is over. Raises `WarehouseError`, also for what DuckDB says of the file or the disk while
    the connection is in use.
    """
    umask = os.umask(0o077)  # the warehouse holds people's e-mail addresses, and so does its write-ahead log
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _told_in_one_line(path):
            connection = _patiently(path, partial(_attach, path), partial(_is_over, path), on_wait)
            try:
                with held_by_us(path):
                    yield connection
            finally:
                connection.close()
    finally:
        os.umask(umask)


@contextmanager
def read_warehouse(path: Path, *, on_wait: Callable[[str], None] | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads, closed at the end; any number of others may read meanwhile, and nobody may write.

    Nothing is made or changed. While another process writes the file this waits, at most half a minute. Raises
    `WarehouseError`, also where there is no warehouse yet.
    """
    if not path.exists():
        raise WarehouseError(f"there is no warehouse {path} yet; `wicked-pipeline backfill` makes it")
    with _told_in_one_line(path):
        read = partial(duckdb.connect, str(path), read_only=True)
        connection = _patiently(path, read, _is_over_for_readers, on_wait)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def held_by_us(path: Path) -> Iterator[None]:
    """Lets every process of ours know, for a `with` block, that one of ours has the file: it will let go by itself."""
    with _mark(path).open("ab") as mark:
        fcntl.flock(mark, fcntl.LOCK_SH)
        yield


def _mark(path: Path) -> Path:
    """The file that processes of ours lock while they hold the warehouse; beside it, by whatever name that is given."""
    file = path.resolve()
    return file.with_name(f"{file.name}.ours")


def _is_held_by_us(path: Path) -> bool:
    try:
        with _mark(path).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody of ours has ever held it
        return False
    return False


@contextmanager
def _told_in_one_line(path: Path) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError) as error:
        raise WarehouseError(_explain(path, str(error))) from None


def _patiently(
    path: Path,
    connect: Callable[[], duckdb.DuckDBPyConnection],
    is_over: Callable[[RetryCallState], bool],
    on_wait: Callable[[str], None] | None,
) -> duckdb.DuckDBPyConnection:
    """What `connect` gives, tried until nobody else's lock is in the way or the wait `is_over`."""

    def report(state: RetryCallState) -> None:
        if state.attempt_number == 1:
            _LOG.info("%s; waiting", _explain(path, _said(state)))
        if on_wait:
            on_wait(_explain(path, _said(state)))

    retrying = Retrying(
        retry=retry_if_exception(_is_locked),
        stop=is_over,
        wait=wait_random(0.05, 0.4),  # short: a window's transaction is over in a fraction of a second
        before_sleep=report,
        reraise=True,
    )
    try:
        connection = retrying(connect)
    except duckdb.IOException as error:
        if not _is_locked(error):
            raise
        raise WarehouseError(f"{_explain(path, str(error))}, which did not let go; close it and try again") from None
    if on_wait:
        on_wait("")
    return connection


def _attach(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection whose only database of its own is the file: just `attach` takes a size of row groups."""
    before = _inode(path)
    connection = duckdb.connect(config={**_CONFIG, "temp_directory": f"{path}.tmp"})
    try:
        file = str(path).replace("'", "''")  # a statement's parameter isn't taken here
        connection.execute(f"attach '{file}' as warehouse (row_group_size {_ROW_GROUP_SIZE})")
        if before not in (None, _inode(path)):  # a copy with new models has just taken its place
            raise duckdb.IOException("Could not set lock: it was replaced")
        return connection.execute("use warehouse")
    except duckdb.BinderException as error:  # another connection of this very process has it
        connection.close()
        raise duckdb.IOException(f"Could not set lock: {error}") from None
    except BaseException:
        connection.close()
        raise


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _is_over(path: Path, state: RetryCallState) -> bool:
    """Whether the wait has been long enough for whoever holds the file."""
    longest = _LONGEST_WAIT if _is_held_by_us(path) else _STRANGERS_WAIT
    return (state.seconds_since_start or 0.0) > longest


def _is_over_for_readers(state: RetryCallState) -> bool:
    return (state.seconds_since_start or 0.0) > _READERS_WAIT


def _said(state: RetryCallState) -> str:
    return str(state.outcome.exception()) if state.outcome else ""


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, duckdb.IOException) and "Could not set lock" in str(error)


def _explain(path: Path, said: str) -> str:
    if "Could not set lock" in said:
        holder = _HOLDER.search(said)
        by = f"another process ({holder['program']}, process {holder['pid']})" if holder else "another connection"
        return f"the warehouse {path} is in use by {by}"
    if "not a valid DuckDB database file" in said:
        return f"{path} is not a DuckDB file; set WICKED_DUCKDB_PATH to another one"
    if "No space left" in said:
        return f"no space is left on the disk of the warehouse {path}; what was landed is kept, what wasn't will be"
    return f"the warehouse {path} can't be used: {' '.join(said.split())}"
