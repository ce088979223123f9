"""What is true of a DuckDB file: its lock, its log, its inode, how it is copied and replaced, and who may read it.

DuckDB lets nobody read what another process writes. So models, which take long to build, are built in a copy.
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
"""What DuckDB says of a statement."""
Missing = duckdb.BinderException, duckdb.CatalogException
"""What it says of a table or a column that isn't there."""
_T = TypeVar("_T")

_CONFIG: dict[str, str | int | float | list[str]] = {
    "custom_user_agent": "wicked-pipeline",
    "threads": 1,
    "memory_limit": "96MB",
}
"""A window is some ten thousand rows: a second thread makes it no faster, and without a limit DuckDB keeps what it can
get. What doesn't fit goes to disk; where even that won't do, `in_one_transaction` lifts the limit."""

_ROW_GROUP_SIZE = 14_336
"""Rows, far below DuckDB's default: each commit compresses its table's last, unfilled row group anew."""

_CHUNK = 256 * 1024 * 1024

_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class WarehouseError(ExpectedError):
    """The warehouse can't be used. The text is one line that names the file."""


class InUse(Exception):
    """Somebody else's lock is in the way. The text says whose: "in use by …"."""


class InUseHere(InUse):
    """Another connection of this very process has it."""


# Connections.


def connect_to_read(path: Path) -> Connection:
    """A connection that only reads, beside any number of others. Raises `InUse`."""
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise _in_use(error) from None
    except duckdb.CatalogException:  # a file of data, which DuckDB would show as a view in memory
        raise duckdb.IOException("not a valid DuckDB database file") from None


def connect_to_write(path: Path) -> Connection:
    """A connection whose only database of its own is the file, made where there is none. Raises `InUse`."""
    before = _inode(path)
    connection = duckdb.connect(config={**_CONFIG, "temp_directory": f"{path}.tmp"})
    try:
        file = str(path).replace("'", "''")  # a statement's parameter isn't taken here
        # Just `attach` takes a size of row groups. Without the type a CSV file would be a view of itself, in memory.
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
    """What `work` gives, all of it committed or nothing. Where memory doesn't suffice, it is done again with more."""
    try:
        return _committed(connection, work)
    except duckdb.OutOfMemoryException:  # very large records, or a large warehouse: let DuckDB have what it needs
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
    """Puts what is in the write-ahead log into the file, and removes the log."""
    # Of a log that was torn in its first entry, a checkpoint alone leaves the file, for ever.
    connection.execute("create schema if not exists building; drop schema building; checkpoint")


def _in_use(error: duckdb.IOException) -> Exception:
    """`InUse`, where the error is about another process's lock; else the error itself."""
    if "Could not set lock" not in str(error):
        return error
    holder = _HOLDER.search(str(error))
    return InUse(f"in use by another process ({holder['program']}, process {holder['pid']})" if holder else "in use")


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


# Errors, permissions, and whether the process that has the file is ours.


@contextmanager
def errors_in_one_line(path: Path) -> Iterator[None]:
    """Turns what DuckDB says of the file, or the system of the disk, into a `WarehouseError`."""
    try:
        yield
    except (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException, OSError) as error:
        raise WarehouseError(_explain(path, str(error))) from None


@contextmanager
def errors_of_a_build(path: Path) -> Iterator[None]:
    """Turns what the system says of a copy into a `WarehouseError`."""
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
    """What is made meanwhile is its owner's alone: the file holds people's e-mail addresses, and so does its log."""
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)


@contextmanager
def held_by_us(path: Path) -> Iterator[None]:
    """Lets every process of ours know, for a `with` block, that one of ours has the file: it will let go by itself."""
    with os.fdopen(os.open(_mark(path), os.O_RDWR | os.O_CREAT, 0o600)) as mark:  # who may lock it makes ours wait
        fcntl.flock(mark, fcntl.LOCK_SH)
        yield


def is_held_by_us(path: Path) -> bool:
    """Whether a process of ours has the file, to write it or to build in a copy."""
    try:
        with _mark(path).open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody of ours has ever held it
        return False
    return False


def _mark(path: Path) -> Path:
    """The file that processes of ours lock while they hold the warehouse; beside it, by whatever name that is given."""
    file = path.resolve()
    return file.with_name(f"{file.name}.ours")


# The copy that models are built in.


def copy_of(path: Path) -> Path:
    """Where the copy is: on the same disk, and named alike, since DuckDB names a database by its file."""
    file = path.resolve()  # by whatever name it is given there is one folder, and so one builder
    return file.with_name(f"{file.name}.building") / path.name


@contextmanager
def sole_builder(path: Path, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Waits until no other process builds: two copies could not both take the warehouse's place.

    The folder of copies is empty at the begin and at the end, whatever a killed build has left there.
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
    """Puts a copy in the file's place, so that those who read the file keep it, and it is free to be written.

    False where somebody writes it or builds, or there is no room. A log stays what it was: the copy's.
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
    """The folder of copies, made where there is none, as what can be locked."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def locked_to_read(path: Path) -> Iterator[BinaryIO | None]:
    """The file, locked as DuckDB locks what it only reads; None where there is none, or somebody writes it.

    Closing any other handle of the file in this process would let the lock go, so no connection is open beside it.
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
    return Path(f"{path.resolve()}.wal").exists()  # DuckDB follows a link before it names its log


def copied(source: BinaryIO, copy: Path) -> Path:
    """Where the copy really is: in a folder of its own, to which `copy`, whose name dbt knows, is a link.

    The dbt of a builder that was killed goes on for a while: so its log isn't beside the new copy, and it never opens
    half a copy.
    """
    built = copy.parent / uuid4().hex / copy.name
    built.parent.mkdir(mode=0o700)
    _write_alike(source, built)
    link = built.with_name("link")
    link.symlink_to(built)
    link.replace(copy)
    return built


def copied_for_good(source: BinaryIO, copy: Path) -> None:
    """The copy is a file of its own, whole once it is at `copy`; the log of the one before it goes."""
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
    """Within the system: on btrfs and XFS both files share their blocks; elsewhere it takes half as long as reading."""
    try:
        while os.copy_file_range(source.fileno(), target.fileno(), _CHUNK):
            pass
    except (AttributeError, OSError):  # another system than Linux, or a file system that can't
        source.seek(0)
        target.seek(0)
        shutil.copyfileobj(source, target, _CHUNK)


def _allow_alike(source: int, target: int) -> None:
    """Whom the owner lets read the warehouse still may, and nobody else."""
    status = os.fstat(source)
    mode = stat.S_IMODE(status.st_mode)
    try:
        os.fchown(target, status.st_uid if os.geteuid() == 0 else -1, status.st_gid)
    except PermissionError:  # its group is none of ours, and ours isn't meant
        mode &= ~stat.S_IRWXG
    os.fchmod(target, mode)


def put_in_place(built: Path, warehouse: Path, source: BinaryIO) -> None:
    """Whole on the disk first: a power cut must leave one of the two. `source` is what was copied."""
    for path in (built, built.parent):
        _to_disk(path)
    if not os.path.samestat(os.fstat(source.fileno()), warehouse.stat()):  # by a backup, or a build by another name
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
            shutil.rmtree(path, ignore_errors=True)  # who goes on writing there may be faster
        else:
            path.unlink(missing_ok=True)
