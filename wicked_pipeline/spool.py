"""Windows on disk, between the API and the warehouse. `extract` writes them page by page, `landing` reads their lines.

Each run has a folder of its own, locked while the run lives. The next run takes over the windows of a killed or failed
one, and uses or deletes them, so the spool doesn't grow for ever. This module computes no dates and knows no tables.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from wicked_pipeline.windows import Window

_HEADER = "window.json"


@dataclass(frozen=True)
class SpooledWindow:
    """The files of one window: one for each page, with the body as it came, from which a later run can go on, and one
    with a line for each record, which is landed."""

    folder: Path  # the folder of these files
    window: Window  # the window as requested
    requested_at: datetime  # when it was first requested (UTC)
    fetched_on: date  # the account's date at the start of the run that requested it

    def write_page(self, number: int, body: bytes) -> None:
        """Writes page `number` (from 1). The file appears whole or not at all."""
        _write_whole(self._page(number), body)

    def write_lines(self, number: int, lines: list[bytes]) -> None:
        """Appends the lines of page `number`. Page 1 starts the file anew: a later run writes all lines again."""
        kind = os.O_TRUNC if number == 1 else os.O_APPEND
        with open(os.open(self.lines, os.O_WRONLY | os.O_CREAT | kind, 0o600), "wb") as file:
            file.write(b"".join(lines))  # in one call: each call gives up the interpreter to other threads

    @property
    def lines(self) -> Path:
        """The file with a line for each record."""
        return self.folder / "lines.tsv"

    def bodies(self) -> Iterator[bytes]:
        """The pages' bodies, from page 1 to the last before a gap."""
        number = 1
        while self._page(number).exists():
            yield self._page(number).read_bytes()
            number += 1

    def delete(self) -> None:
        """Removes the folder, once it is landed or of no use."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _page(self, number: int) -> Path:
        return self.folder / f"page-{number:05d}.json"


class Spool:
    """A run's folder under `root`, for one account; `today` is the account's date. Use it as a context manager.

    At the end the folder is deleted. After an exception it stays, and its windows wait for the next run.
    """

    def __init__(self, root: Path, account: str, today: date) -> None:
        self._root = root / hashlib.sha256(account.encode()).hexdigest()[:16]  # any text may name an account
        self._today = today
        self._locks: list[int] = []

    def __enter__(self) -> "Spool":
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._left_behind = [folder for folder in self._root.glob("[!.]*") if self._lock(folder)]
        unlocked = self._root / f".{uuid4().hex}"  # out of other runs' sight until it is locked
        unlocked.mkdir(mode=0o700)
        self._lock(unlocked)
        self._folder = unlocked.rename(self._root / unlocked.name[1:])
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        is_of_use = error is not None and any(self._folder.iterdir())
        for folder in (*self._left_behind, *([] if is_of_use else [self._folder])):
            shutil.rmtree(folder, ignore_errors=True)
        for lock in self._locks:
            os.close(lock)

    def begin(self, window: Window, requested_at: datetime) -> SpooledWindow:
        """A new window's folder, with its header."""
        folder = self._folder / f"{window.endpoint.name}-{window.days.first}-{uuid4().hex[:8]}"
        folder.mkdir(mode=0o700)
        _write_whole(folder / _HEADER, msgspec.json.encode((window, requested_at, self._today)))
        return SpooledWindow(folder, window, requested_at, self._today)

    def left_behind(self) -> Iterator[SpooledWindow]:
        """This account's windows, whole or not, that ended runs left in the spool. They move to this run's folder."""
        for path in sorted(path for folder in self._left_behind for path in folder.glob(f"*/{_HEADER}")):
            try:
                header = msgspec.json.decode(path.read_bytes(), type=tuple[Window, datetime, date])
            except msgspec.DecodeError:  # a power cut interrupted its writing, or another version wrote it
                continue
            yield SpooledWindow(path.parent.rename(self._folder / path.parent.name), *header)

    def _lock(self, folder: Path) -> bool:
        """Locks the folder for this process; False if a living run holds it."""
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # its run has just ended
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._locks.append(lock)
        return True


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    part.rename(path)
