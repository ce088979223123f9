"""All code for a DuckDB file: connections, its lock, log and permissions, and how it is copied and replaced.

DuckDB lets no process read a file that another one writes. Models take long to build, so they are built in a copy.
"""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypeVar
from uuid import uuid4

import duckdb

from wicked_pipeline.errors import ExpectedError

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error
"""DuckDB's error for any statement."""
Missing = duckdb.BinderException, duckdb.CatalogException
"""DuckDB's errors for a missing table or column."""
_T = TypeVar("_T")

_CONFIG: dict[str, str | int | float | list[str]] = {
    "custom_user_agent": "wicked-pipeline",
    "threads": 1,
    "memory_limit": "96MB",
}
"""A window is some ten thousand rows: a second thread makes it no faster, and without a limit DuckDB keeps all memory
that it can get. Data beyond the limit goes to disk; if that doesn't suffice, `in_one_transaction` lifts the limit."""

_ROW_GROUP_SIZE = 14_336
"""Rows, far below DuckDB's default: each commit compresses its table's last, unfilled row group again."""

_CHUNK = 256 * 1024 * 1024

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class WarehouseError(ExpectedError):
    """The warehouse can't be used. The text is one line that names the file."""


class InUse(Exception):
    """Another's lock blocks the file. The text names its holder: "in use by …"."""


class InUseHere(InUse):
    """Another connection of this process has the file."""


# Connections.


def connect_to_read(path: Path) -> Connection:
    """A connection that only reads; any number of others may read too. Raises `InUse`."""
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise _in_use(error) from None
    except duckdb.CatalogException:  # a data file, such as CSV, which DuckDB would show as a view in memory
        raise duckdb.IOException("not a valid DuckDB database file") from None


def connect_to_write(path: Path) -> Connection:
    """A connection that writes the file at `path`, which is created if missing. Raises `InUse`."""
    before = _inode(path)
    connection = duckdb.connect(config={**_CONFIG, "temp_directory": f"{path}.tmp"})
    try:
        file = str(path).replace("'", "''")  # `attach` takes no parameters
        # Only `attach` takes a size of row groups. Without the type a CSV file would become a view in memory.
        connection.execute(f"attach '{file}' as warehouse (type duckdb, row_group_size {_ROW_GROUP_SIZE})")
        if before not in (None, _inode(path)):
            raise InUse("in use by a build, whose copy has just replaced it")
        return connection.execute("use warehouse")
    except duckdb.BinderException:
        connection.close()
        raise InUseHere("in use by another connection") from None
    except duckdb.IOException as error:
        connection.close()
        raise _in_use(error) from None
    except BaseException:
        connection.close()
        raise


def connect_to_nothing() -> Connection:
    """A connection to an empty database in memory."""
    return duckdb.connect(config={"threads": 1})


def in_one_transaction(connection: Connection, work: Callable[[], _T]) -> _T:
    """The result of `work`, run in one transaction. If memory doesn't suffice, it runs again without the limit."""
    try:
        return _committed(connection, work)
    except duckdb.OutOfMemoryException:  # very large records, or a large warehouse
        connection.execute("set memory_limit = '-1'")
        return _committed(connection, work)


def _committed(connection: Connection, work: Callable[[], _T]) -> _T:
    connection.begin()
    try:
        done = work()
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a commit that failed has ended the transaction itself
            connection.rollback()
        raise
    return done


def empty_log(connection: Connection) -> None:
    """Writes the write-ahead log into the file, and removes the log."""
    # A checkpoint alone never removes a log that is torn in its first entry.
    connection.execute("create schema if not exists building; drop schema building; checkpoint")


def _in_use(error: duckdb.IOException) -> Exception:
    """`InUse` if the error is about another process's lock; else the error itself."""
    if "Could not set lock" not in str(error):
        return error
    holder = _HOLDER.search(str(error))
    return InUse(f"in use by another process ({holder['program']}, process {holder['pid']})" if holder else "in use")


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


# Errors, permissions, and whether a process of ours has the file.


@contextmanager
def errors_in_one_line(path: Path) -> Iterator[None]:
    """Turns DuckDB's errors about the file, and the system's about the disk, into a `WarehouseError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError) as error:
        raise WarehouseError(_explain(path, str(error))) from None


@contextmanager
def errors_of_a_build(path: Path) -> Iterator[None]:
    """Turns the system's errors about a copy into a `WarehouseError`."""
    try:
        yield
    except OSError as error:
        raise WarehouseError(f"can't copy the warehouse {path} for a build: {error.strerror}") from None


def _explain(path: Path, said: str) -> str:
    if "not a valid DuckDB database file" in said:
        return f"{path} is not a DuckDB file; set WICKED_DUCKDB_PATH to another file"
    if "No space left" in said:
        return f"no space is left on the disk of the warehouse {path}; landed data is kept; the next run lands the rest"
    return f"the warehouse {path} can't be used: {' '.join(said.split())}"


@contextmanager
def private_files() -> Iterator[None]:
    """Only the owner can read files made in the `with` block: the warehouse and its log hold e-mail addresses."""
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)


@contextmanager
def held_by_us(path: Path) -> Iterator[None]:
    """Shows our other processes, for a `with` block, that one of ours has the file and will release it by itself."""
    with os.fdopen(os.open(_mark(path), os.O_RDWR | os.O_CREAT, 0o600)) as mark:  # its lock makes our processes wait
        fcntl.flock(mark, fcntl.LOCK_SH)
        yield


def is_held_by_us(path: Path) -> bool:
    """Whether a process of ours has the file, to write it or to build models in a copy."""
    try:
        with _mark(path).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no process of ours has ever held it
        return False
    return False


def _mark(path: Path) -> Path:
    """The file that our processes lock while they hold the warehouse. It lies beside the warehouse, links resolved."""
    file = path.resolve()
    return file.with_name(f"{file.name}.ours")


# The copy that models are built in.


def copy_of(path: Path) -> Path:
    """The path of the copy: on the same disk, and with the same name, since DuckDB names a database by its file."""
    file = path.resolve()  # a link to the warehouse gives the same folder, so there is one builder
    return file.with_name(f"{file.name}.building") / path.name


@contextmanager
def sole_builder(path: Path, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Waits until no other process builds, since two copies can't both replace the warehouse.

    Empties the folder of copies before and after, also of a killed build's files.
    """
    folder = copy_of(path).parent
    with ExitStack() as at_end:
        with errors_of_a_build(path):
            lock = at_end.enter_context(_handle(folder))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait("another process is building the models")
            fcntl.flock(lock, fcntl.LOCK_EX)
        with errors_of_a_build(path):
            _empty(folder)
        try:
            yield
        finally:
            _empty(folder)


def left_to_readers(path: Path) -> bool:
    """Replaces the file by a copy that can be written, while readers keep the old file.

    False if another process writes or builds, or the disk has no room. A log stays in place and belongs to the copy.
    """
    folder = copy_of(path).parent
    try:
        with _handle(folder) as lock, locked_to_read(path) as source:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                if source:
                    put_in_place(copied(source, copy_of(path)), path.resolve(), source)
            finally:
                _empty(folder)
            return source is not None
    except (OSError, WarehouseError):
        return False


@contextmanager
def _handle(folder: Path) -> Iterator[int]:
    """A handle of the folder of copies, to lock it. Creates the folder if it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def locked_to_read(path: Path) -> Iterator[BinaryIO | None]:
    """The file, with the lock of a DuckDB reader; None if it is missing, or another process writes it.

    If this process closes any other handle of the file, it loses the lock. So no connection may be open meanwhile.
    """
    if not path.exists():
        yield None
        return
    with errors_of_a_build(path):
        file = path.open("rb")
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


def has_log(path: Path) -> bool:
    """Whether a killed writer has left its log."""
    return Path(f"{path.resolve()}.wal").exists()  # DuckDB resolves links before it names its log


def copied(source: BinaryIO, copy: Path) -> Path:
    """Copies `source` into a new folder, and makes `copy`, the path that dbt uses, a link to it. Returns the real path.

    If a builder is killed, its dbt runs on for a while. With separate folders its log never lies beside the new copy,
    and dbt never opens half a copy.
    """
    built = copy.parent / uuid4().hex / copy.name
    built.parent.mkdir(mode=0o700)
    _write_alike(source, built)
    link = built.with_name("link")
    link.symlink_to(built)
    link.replace(copy)
    return built


def copied_for_good(source: BinaryIO, copy: Path) -> None:
    """Copies `source` to `copy`, where it appears whole. Removes the log of the file that was there."""
    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = copy.with_name(f"{copy.name}.{uuid4().hex}")
    try:
        _write_alike(source, begun)
        Path(f"{copy}.wal").unlink(missing_ok=True)
        begun.replace(copy)
    finally:
        begun.unlink(missing_ok=True)


def _write_alike(source: BinaryIO, path: Path) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        _copy(source, target)
        _allow_alike(source.fileno(), target.fileno())


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    """Copies in the kernel. On btrfs and XFS both files then share blocks; elsewhere it takes half the time."""
    try:
        while os.copy_file_range(source.fileno(), target.fileno(), _CHUNK):
            pass
    except (AttributeError, OSError):  # not Linux, or a file system without support
        source.seek(0)
        target.seek(0)
        shutil.copyfileobj(source, target, _CHUNK)


def _allow_alike(source: int, target: int) -> None:
    """Gives the copy the warehouse's permissions, and no more."""
    status = os.fstat(source)
    mode = stat.S_IMODE(status.st_mode)
    try:
        os.fchown(target, status.st_uid if os.geteuid() == 0 else -1, status.st_gid)
    except PermissionError:  # we are not in its group, and our own group must not get its permissions
        mode &= ~stat.S_IRWXG
    os.fchmod(target, mode)


def put_in_place(built: Path, warehouse: Path, source: BinaryIO) -> None:
    """Replaces the warehouse by `built`, which first goes to the disk, so that a power cut leaves one of them whole.

    `source` is the file that was copied. Raises `WarehouseError` if the warehouse is no longer that file.
    """
    for path in (built, built.parent):
        _to_disk(path)
    if not os.path.samestat(os.fstat(source.fileno()), warehouse.stat()):  # restored from a backup, for example
        raise WarehouseError(f"the warehouse {warehouse} was replaced while models were built; build them again")
    built.replace(warehouse)
    _to_disk(warehouse.parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)  # a killed builder's dbt may still write there
        else:
            path.unlink(missing_ok=True)
