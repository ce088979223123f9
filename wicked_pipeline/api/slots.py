"""The table behind the request budget: one SQLite file for each URL and key, one row for each request that may count.

This module defines which rows are stored and for how long. `slot_file.py` opens the file. `allowance.py` decides by
the rows when a request may go.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wicked_pipeline.api.slot_file import open_file, unusable
from wicked_pipeline.endpoints import Rate

DRIFT = 0.05
"""Seconds by which our clock and the server's may drift apart while a request counts."""

BUSY = "frees > :now"
"""Rows that still count. For a rate over fewer seconds than rows are kept, pass `as_of` of that rate as `now`."""
OURS = "pid <> 0"
OTHERS = "pid = 0"
IN_FLIGHT = "frees = 9e999"

_DEAD_AFTER = 600.0  # seconds in flight after which a holder counts as dead: another process may have its pid now
_SENT_WITHIN = 5.0  # a holder that died sent its request within so many seconds of taking the slot, or never
_REBOOT = 1.0  # a row that is more seconds than this ahead of the clock shows that the clock was reset


@dataclass(frozen=True)
class Server:
    """What the server has said so far. Times are of the shared clock; `slot_file.py` describes each field."""

    request_limit: int | None
    per_seconds: float
    counts_late: bool
    blocked_until: float
    throttles: int
    reset_at: float | None
    renewed_at: float
    others_seen: float | None


def process_is_alive(pid: int) -> bool:
    """Whether a process of this machine has the id `pid`."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Slots:
    """The rows of one URL and key. `clock` is in seconds, shared by every process of the machine, and never jumps.

    Call every other method inside a `transaction`. Two threads must not use it at once. Raises
    `errors.BudgetUnusable`.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float],
        *,
        pid: int | None = None,
        is_alive: Callable[[int], bool] = process_is_alive,
    ) -> None:
        self._path = path
        self._clock = clock
        self._pid = pid or os.getpid()
        self._is_alive = is_alive
        self._db = open_file(path)

    @contextmanager
    def transaction(self) -> Iterator[float]:
        """A write transaction. It yields the time, read after the lock was taken."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            now = self._clock()
            self._forget(now)
            yield now
            self._db.execute("COMMIT")
        except sqlite3.Error as failure:
            raise unusable(self._path, failure) from None
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def count(self, which: str, **values: float | str) -> int:
        """The number of rows that meet the condition `which`. Its text is our own; `values` are its parameters."""
        number: int = self._db.execute(f"SELECT count(*) FROM slots WHERE {which}", values).fetchone()[0]  # noqa: S608
        return number

    def frees_at(self, which: str, nth: int, **values: float | str) -> float:
        """The time at which the `nth` busy row (from 1) is freed; infinite if that request is in flight."""
        query = f"SELECT frees FROM slots WHERE {BUSY} AND {which} ORDER BY frees LIMIT 1 OFFSET :skip"  # noqa: S608
        moment: float = self._db.execute(query, {**values, "skip": nth - 1}).fetchone()[0]
        return moment

    def as_of(self, now: float, rate: Rate) -> float:
        """Rows freed after this time count for `rate` at `now`. Rows are kept longer than a short rate needs."""
        return now + self._kept() - rate.seconds

    def add(self, now: float, endpoint: str = "") -> int:
        """Adds a row for a request of this process and returns its id. `endpoint` is set if it has its own rate."""
        insert = "INSERT INTO slots (pid, endpoint, taken) VALUES (?, ?, ?)"
        row = self._db.execute(insert, (self._pid, endpoint, now)).lastrowid
        assert row is not None
        return row

    def add_others(self, number: int, now: float) -> None:
        """Adds rows for requests of another user of the key. We only know that they were sent before `now`."""
        rows = [(now, now, now + self._kept() + DRIFT)] * number
        self._db.executemany("INSERT INTO slots (pid, taken, answered, frees) VALUES (0, ?, ?, ?)", rows)

    def end(self, slot: int, now: float) -> float:
        """Records that the request was answered at `now`. Returns the time at which its slot was taken."""
        query = "UPDATE slots SET answered = ?, frees = ? WHERE id = ? RETURNING taken"
        row: tuple[float] | None = self._db.execute(query, (now, now + self._kept() + DRIFT, slot)).fetchone()
        return row[0] if row else now

    def set_remaining(self, slot: int, remaining: int) -> None:
        """Stores how many more requests may go, according to the answer to the request in `slot`."""
        self._db.execute("UPDATE slots SET remaining = ? WHERE id = ?", (remaining, slot))

    def room(self) -> int | None:
        """The least number of further requests that the server allows, by its newest answers; None: it said nothing.

        The request that the server counted last was still unanswered when the newest one was sent. So the room is at
        least the smallest `remaining` of those answers, less one for each answer without `remaining`.
        """
        newest = "SELECT max(taken) FROM slots WHERE remaining IS NOT NULL"
        query = f"SELECT min(remaining) - sum(remaining IS NULL) FROM slots WHERE {OURS} AND answered >= ({newest})"  # noqa: S608
        room: int | None = self._db.execute(query).fetchone()[0]
        return room

    def release_oldest(self, number: int, now: float, as_of: float) -> None:
        """Frees the oldest `number` answered rows that count at `as_of`: from `now` on they no longer count."""
        oldest = f"SELECT id FROM slots WHERE {BUSY} AND NOT {IN_FLIGHT} ORDER BY frees LIMIT :number"  # noqa: S608
        query = f"UPDATE slots SET frees = :free WHERE id IN ({oldest})"  # noqa: S608
        self._db.execute(query, {"free": now, "now": as_of, "number": number})

    def server(self) -> Server:
        """What the server has said so far."""
        columns = ", ".join(Server.__dataclass_fields__)
        return Server(*self._db.execute(f"SELECT {columns} FROM server").fetchone())  # noqa: S608

    def set_server(self, **said: float | None) -> None:
        """Stores what the server has just said, by the field names of `Server`."""
        self._db.execute(f"UPDATE server SET {', '.join(f'{name} = :{name}' for name in said)}", said)  # noqa: S608

    def _kept(self) -> float:
        """Seconds for which an answered request's row is kept: a minute, or the rate's seconds if they are more."""
        return max(60.0, self.server().per_seconds)

    def _forget(self, now: float) -> None:
        """Deletes rows from before a reboot and rows freed long ago. Ends the requests of dead processes."""
        newest: tuple[float] | None = self._db.execute("SELECT taken FROM slots ORDER BY id DESC LIMIT 1").fetchone()
        if newest and newest[0] > now + _REBOOT:
            self._db.execute("DELETE FROM slots")
            self.set_server(blocked_until=0, throttles=0, reset_at=None, renewed_at=0, others_seen=None)
        for (pid,) in self._db.execute(f"SELECT DISTINCT pid FROM slots WHERE {IN_FLIGHT}").fetchall():  # noqa: S608
            is_dead = pid != self._pid and not self._is_alive(pid)
            self._end_lost(pid, now, taken_before=now + _REBOOT if is_dead else now - _DEAD_AFTER)
        # A freed row stays while a request is in flight whose answer may still count it.
        query = f"DELETE FROM slots WHERE frees <= (SELECT coalesce(min(taken), :now) FROM slots WHERE {IN_FLIGHT})"  # noqa: S608
        self._db.execute(query, {"now": now})

    def _end_lost(self, pid: int, now: float, *, taken_before: float) -> None:
        """Ends requests in flight whose answer will never be recorded."""
        query = f"SELECT id, taken FROM slots WHERE pid = ? AND {IN_FLIGHT} AND taken < ?"  # noqa: S608
        for slot, taken in self._db.execute(query, (pid, taken_before)).fetchall():
            self.end(slot, min(now, taken + _SENT_WITHIN))
