"""Models are built in a copy of the warehouse, which then takes its place: whoever reads is not shut out meanwhile.

DuckDB lets nobody read what another process writes, and building takes long.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from wicked_pipeline import landing

_CHUNK = 16 * 1024 * 1024


@contextmanager
def built_aside(warehouse: Path, *, on_wait: Callable[[str], None] | None = None) -> Iterator[Path]:
    """A copy of the warehouse to write to, which takes its place at the end of the block, unless that raises.

    Meanwhile anybody may read the warehouse, and nobody write it. Who reads when it is replaced goes on reading the
    old one. Waits for who writes it, as `landing.open_warehouse` does, and for who else builds; for a reader only if a
    killed writer left its log. Raises `landing.WarehouseError`.
    """
    copy = copy_of(warehouse)
    with _told_in_one_line(warehouse):
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _only_builder(copy.parent, on_wait), _held(warehouse, on_wait) as file:
        try:
            with _told_in_one_line(warehouse):
                _empty(copy.parent)
                _copy(file, copy)
            yield copy
            if not os.path.samestat(os.fstat(file.fileno()), warehouse.stat()):
                raise landing.WarehouseError(f"the warehouse {warehouse} was replaced while models were built")
            with _told_in_one_line(warehouse):
                _put_in_place(copy, warehouse.resolve())
        finally:
            _empty(copy.parent)


def copy_of(warehouse: Path) -> Path:
    """Where the copy is: on the same disk, and named alike, since DuckDB names a database by its file."""
    file = warehouse.resolve()  # by whatever name it is given there is one folder, and so one builder
    return file.with_name(f"{file.name}.building") / warehouse.name


@contextmanager
def _only_builder(folder: Path, on_wait: Callable[[str], None] | None) -> Iterator[None]:
    """Waits until no other process builds: two copies of one warehouse could not both take its place."""
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait:
                on_wait("another process builds the models")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


@contextmanager
def _held(warehouse: Path, on_wait: Callable[[str], None] | None) -> Iterator[BinaryIO]:
    """The warehouse's file, read and locked as DuckDB locks what it only reads.

    Closing any other handle of it in this process would let the lock go, so no connection is open beside it.
    """
    log = warehouse.with_name(f"{warehouse.name}.wal")
    while True:
        if warehouse.exists():
            with warehouse.open("rb") as file:
                if _lock_to_read(file) and not log.exists():
                    yield file
                    return
        # There is no warehouse, or somebody writes it, or one who was killed left a log, which the copy would lack.
        with landing.open_warehouse(warehouse, on_wait=on_wait) as connection:
            connection.execute("checkpoint")


def _lock_to_read(file: BinaryIO) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _copy(file: BinaryIO, copy: Path) -> None:
    status = os.fstat(file.fileno())
    with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        shutil.copyfileobj(file, target, _CHUNK)
        os.fchmod(target.fileno(), status.st_mode & 0o7777)  # whom its owner lets read it still may


def _put_in_place(copy: Path, warehouse: Path) -> None:
    """Whole on the disk first: a power cut must leave one of the two."""
    with landing.open_warehouse(copy) as connection:
        connection.execute("checkpoint")  # had dbt been killed, it would have left a write-ahead log
    for path in (copy, copy.parent):
        _to_disk(path)
    copy.replace(warehouse)
    _to_disk(warehouse.parent)


@contextmanager
def _told_in_one_line(warehouse: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise landing.WarehouseError(f"no copy of the warehouse {warehouse} can be built: {error.strerror}") from None


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
