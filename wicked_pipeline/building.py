"""Models are built in a copy of the warehouse, which then takes its place: whoever reads is not shut out meanwhile.

DuckDB lets nobody read what another process writes, and building takes long.
"""

import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

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
                built = _copied(file, copy)
            yield copy
            with _told_in_one_line(warehouse):
                _put_in_place(built, warehouse.resolve(), file)
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
    log = Path(f"{warehouse.resolve()}.wal")  # DuckDB follows a link before it names its log
    while True:
        if warehouse.exists():
            with _told_in_one_line(warehouse):
                file = warehouse.open("rb")
            with file:
                if _lock_to_read(file) and not log.exists():
                    with landing.held_by_us(warehouse):
                        yield file
                    return
        # There is no warehouse, or somebody writes it, or one who was killed left a log, which the copy would lack.
        with landing.open_warehouse(warehouse, on_wait=on_wait) as connection:
            # Of a log that was torn in its first entry, a checkpoint alone leaves the file, for ever.
            connection.execute("create schema if not exists building; drop schema building; checkpoint")


def _lock_to_read(file: BinaryIO) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _copied(file: BinaryIO, copy: Path) -> Path:
    """Where the copy really is: in a folder of its own, to which `copy`, whose name dbt knows, is a link.

    The dbt of a builder that was killed goes on for a while: so its log isn't beside the new copy, and it never opens
    half a copy.
    """
    built = copy.parent / uuid4().hex / copy.name
    built.parent.mkdir(mode=0o700)
    with open(os.open(built, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        shutil.copyfileobj(file, target, _CHUNK)
        _allow_alike(file.fileno(), target.fileno())
    link = built.with_name("link")
    link.symlink_to(built)
    link.replace(copy)
    return built


def _allow_alike(source: int, target: int) -> None:
    """Whom the owner lets read the warehouse still may, and nobody else."""
    status = os.fstat(source)
    mode = stat.S_IMODE(status.st_mode)
    try:
        os.fchown(target, status.st_uid if os.geteuid() == 0 else -1, status.st_gid)
    except PermissionError:  # its group is none of ours, and ours isn't meant
        mode &= ~stat.S_IRWXG
    os.fchmod(target, mode)


def _put_in_place(copy: Path, warehouse: Path, file: BinaryIO) -> None:
    """Whole on the disk first: a power cut must leave one of the two. `file` is what was copied."""
    with landing.open_warehouse(copy) as connection:
        connection.execute("checkpoint")  # had dbt been killed, it would have left a write-ahead log
    for path in (copy, copy.parent):
        _to_disk(path)
    if not os.path.samestat(os.fstat(file.fileno()), warehouse.stat()):  # by a backup, say, or a build by another name
        raise landing.WarehouseError(f"the warehouse {warehouse} was replaced while models were built; build them anew")
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
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)  # who goes on writing there may be faster
        else:
            path.unlink(missing_ok=True)
