"""The table behind the request budget: one SQLite file per URL and key, a row a request that may still count.

Here is what is stored and how long it lives; the file itself is `slot_file.py`'s, and what follows from the rows is
decided in `allowance.py`.
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
"""Seconds that clocks may drift apart while a request counts."""

BUSY = "frees > :now"
"""Rows that still count; for a rate in fewer seconds than rows are kept, `now` is `as_of` of that rate."""
OURS = "pid <> 0"
OTHERS = "pid = 0"
IN_FLIGHT = "frees = 9e999"

_DEAD_AFTER = 600.0  # seconds in flight after which a holder counts as dead: its pid may have gone to another
_SENT_WITHIN = 5.0  # seconds from taking within which a holder that died had sent its request, if at all
_REBOOT = 1.0  # seconds by which a row may lie ahead of the clock before the clock must have begun anew


@dataclass(frozen=True)
class Server:
    """What the server has said; times are of the shared clock."""

    request_limit: int | None
    per_seconds: float
    counts_late: bool
    blocked_until: float
    throttles: int
    reset_at: float | None
    renewed_at: float
    others_seen: float | None


def process_is_alive(pid: int) -> bool:
    """Whether a process of this machine has that id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Slots:
    """The rows of one URL and key. `clock` is in seconds, shared by every process of the machine, and never jumps.

    Everything but `transaction` is called inside one. Not for two threads at once. Raises `errors.BudgetUnusable`.
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
        """A write transaction; gives the time, read once nobody else can write."""
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
        """How many rows are as the condition `which` says; our own text, its values as parameters."""
        number: int = self._db.execute(f"SELECT count(*) FROM slots WHERE {which}", values).fetchone()[0]  # noqa: S608
        return number

    def frees_at(self, which: str, nth: int, **values: float | str) -> float:
        """When the `nth` (from 1) of the busy rows is kept no more; infinite where that one is in flight."""
        query = f"SELECT frees FROM slots WHERE {BUSY} AND {which} ORDER BY frees LIMIT 1 OFFSET :skip"  # noqa: S608
        moment: float = self._db.execute(query, {**values, "skip": nth - 1}).fetchone()[0]
        return moment

    def as_of(self, now: float, rate: Rate) -> float:
        """The moment after which those rows free that count for `rate` at `now`; they are kept longer than it needs."""
        return now + self._kept() - rate.seconds

    def add(self, now: float, endpoint: str = "") -> int:
        """A row for a request of this process, to an endpoint that has a rate of its own if any; its id."""
        insert = "INSERT INTO slots (pid, endpoint, taken) VALUES (?, ?, ?)"
        row = self._db.execute(insert, (self._pid, endpoint, now)).lastrowid
        assert row is not None
        return row

    def add_others(self, number: int, now: float) -> None:
        """Rows for requests of another user of the key, of which all we know is that they came before `now`."""
        rows = [(now, now, now + self._kept() + DRIFT)] * number
        self._db.executemany("INSERT INTO slots (pid, taken, answered, frees) VALUES (0, ?, ?, ?)", rows)

    def end(self, slot: int, now: float) -> float:
        """The request was answered at `now`; gives when it was taken."""
        query = "UPDATE slots SET answered = ?, frees = ? WHERE id = ? RETURNING taken"
        row: tuple[float] | None = self._db.execute(query, (now, now + self._kept() + DRIFT, slot)).fetchone()
        return row[0] if row else now

    def set_remaining(self, slot: int, remaining: int) -> None:
        """Keep how many more may go, by the answer to the request in `slot`."""
        self._db.execute("UPDATE slots SET remaining = ? WHERE id = ?", (remaining, slot))

    def room(self) -> int | None:
        """How many more the server lets in at least, by what it said last; None: it has said nothing.

        The last of our requests that it counted is among those that were not answered before the newest was sent.
        What was left after it is no less than the least that their answers tell, less one for each that tells nothing.
        """
        newest = "SELECT max(taken) FROM slots WHERE remaining IS NOT NULL"
        query = f"SELECT min(remaining) - sum(remaining IS NULL) FROM slots WHERE {OURS} AND answered >= ({newest})"  # noqa: S608
        room: int | None = self._db.execute(query).fetchone()[0]
        return room

    def release_oldest(self, number: int, now: float, as_of: float) -> None:
        """Let the oldest answered rows that count `as_of` a rate count no more from `now` on."""
        oldest = f"SELECT id FROM slots WHERE {BUSY} AND NOT {IN_FLIGHT} ORDER BY frees LIMIT :number"  # noqa: S608
        query = f"UPDATE slots SET frees = :free WHERE id IN ({oldest})"  # noqa: S608
        self._db.execute(query, {"free": now, "now": as_of, "number": number})

    def server(self) -> Server:
        """What the server has said so far."""
        columns = ", ".join(Server.__dataclass_fields__)
        return Server(*self._db.execute(f"SELECT {columns} FROM server").fetchone())  # noqa: S608

    def set_server(self, **said: float | None) -> None:
        """Keep what the server has said now, by the fields of `Server`."""
        self._db.execute(f"UPDATE server SET {', '.join(f'{name} = :{name}' for name in said)}", said)  # noqa: S608

    def _kept(self) -> float:
        """Seconds for which an answered request's row is kept: a minute, or the server's window if that is longer."""
        return max(60.0, self.server().per_seconds)

    def _forget(self, now: float) -> None:
        """Drop every row of before a reboot, and those long free; end what dead processes hold."""
        newest: tuple[float] | None = self._db.execute("SELECT taken FROM slots ORDER BY id DESC LIMIT 1").fetchone()
        if newest and newest[0] > now + _REBOOT:
            self._db.execute("DELETE FROM slots")
            self.set_server(blocked_until=0, throttles=0, reset_at=None, renewed_at=0, others_seen=None)
        for (pid,) in self._db.execute(f"SELECT DISTINCT pid FROM slots WHERE {IN_FLIGHT}").fetchall():  # noqa: S608
            is_dead = pid != self._pid and not self._is_alive(pid)
            self._end_lost(pid, now, taken_before=now + _REBOOT if is_dead else now - _DEAD_AFTER)
        # A row that is free stays while a request is in flight that it may have been counted with.
        query = f"DELETE FROM slots WHERE frees <= (SELECT coalesce(min(taken), :now) FROM slots WHERE {IN_FLIGHT})"  # noqa: S608
        self._db.execute(query, {"now": now})

    def _end_lost(self, pid: int, now: float, *, taken_before: float) -> None:
        """End requests in flight whose answer nobody will record."""
        query = f"SELECT id, taken FROM slots WHERE pid = ? AND {IN_FLIGHT} AND taken < ?"  # noqa: S608
        for slot, taken in self._db.execute(query, (pid, taken_before)).fetchall():
            self.end(slot, min(now, taken + _SENT_WITHIN))
