"""The slots of the request budget in one SQLite file: when a request may go out, and what its answer teaches.

A slot is busy from its taking until `WINDOW` seconds after its answer, which is on the safe side of a sliding and of a
fixed window alike, wherever in between the server counted it. Waiting, threads and priorities live in `budget.py`.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wicked_pipeline.api import errors
from wicked_pipeline.api.headers import LONGEST_WAIT, RateLimit

WINDOW = 60.0 + 0.05
"""Seconds that an answered request goes on counting: the documented minute, and what clocks may drift apart in it."""

DEFAULT_LIMIT = 120
"""Requests a window until the server says otherwise (specification, "Throttling")."""

POLL = 1.0
"""Seconds after which to look again when what is waited for (an answer) has no known time."""

_DEAD_AFTER = 600.0  # seconds in flight after which a holder counts as dead, lest its pid was given to another
_SENT_WITHIN = 5.0  # seconds from taking within which a holder that died had sent its request, if at all

_SCHEMA = """
CREATE TABLE IF NOT EXISTS slots (      -- a row a request that may still count; pid 0: somebody else's
    id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, taken REAL NOT NULL,
    answered REAL,                      -- null while in flight
    frees REAL                          -- when it stops counting; null while in flight
);
CREATE TABLE IF NOT EXISTS server (     -- one row: what the server said last
    only INTEGER PRIMARY KEY CHECK (only = 1), request_limit INTEGER,
    blocked_until REAL NOT NULL DEFAULT 0, throttles INTEGER NOT NULL DEFAULT 0,
    reset_at REAL, others_seen REAL
);
INSERT OR IGNORE INTO server (only) VALUES (1);
"""


@dataclass(frozen=True)
class Taken:
    """The slot `id` is the caller's."""

    id: int


@dataclass(frozen=True)
class Full:
    """No slot is free; look again after `wait` seconds."""

    wait: float


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
    """The table. `clock` is seconds that every process of the machine shares and that never jump.

    `ceiling` caps this user's requests a window, below what the server allows. Not for two threads at once.
    """

    def __init__(
        self,
        path: Path | str,
        clock: Callable[[], float],
        *,
        ceiling: int | None = None,
        pid: int | None = None,
        is_alive: Callable[[int], bool] = process_is_alive,
    ) -> None:
        self._clock = clock
        self._ceiling = ceiling
        self._pid = pid or os.getpid()
        self._is_alive = is_alive
        self._path = path
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # a power cut resets the clock, and with it every slot
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; slots in flight stay taken."""
        self._db.close()

    def take(self) -> Taken | Full:
        """A slot, or for how long there can be none."""
        with self._transaction() as now:
            self._forget(now)
            blocked_until, throttles, reset_at = self._row("SELECT blocked_until, throttles, reset_at FROM server")
            if now < blocked_until:
                return Full(blocked_until - now)
            if throttles and self._count("frees IS NULL AND taken >= ?", blocked_until):
                return Full(POLL)  # after a 429 one request goes ahead, and its answer lets the others go
            wait = self._wait(now)
            reset_has_passed = reset_at is not None and reset_at <= now
            if wait > 0 and not reset_has_passed:
                return Full(min(wait, reset_at - now) if reset_at else wait)
            if reset_has_passed:  # it is good for one request, whose answer tells how many may follow
                self._db.execute("UPDATE server SET reset_at = NULL")
            cursor = self._db.execute("INSERT INTO slots (pid, taken) VALUES (?, ?)", (self._pid, now))
            assert cursor.lastrowid is not None
            return Taken(cursor.lastrowid)

    def answer(self, slot: int, rate: RateLimit | None, throttled: bool = False) -> float:
        """Record that the request in `slot` was answered, or given up; for how many seconds nobody may ask now."""
        with self._transaction() as now:
            self._db.execute("UPDATE slots SET answered = ?, frees = ? WHERE id = ?", (now, now + WINDOW, slot))
            taken = self._number("SELECT coalesce(max(taken), ?) FROM slots WHERE id = ?", now, slot)
            if rate and rate.limit:
                self._db.execute("UPDATE server SET request_limit = ?", (rate.limit,))
            if rate and rate.remaining is not None:
                self._learn(now, slot, taken, rate.remaining, rate.resets_in)
            if throttled:
                return self._block(now, taken, rate)
            if rate:
                self._db.execute("UPDATE server SET throttles = 0 WHERE blocked_until <= ?", (taken,))
            return 0.0

    def _wait(self, now: float) -> float:
        """Seconds until a slot is free by our own count; 0: one is."""
        waits = [self._wait_for(now, self._limit(), own_only=False)]
        if self._ceiling is not None:
            waits.append(self._wait_for(now, self._ceiling, own_only=True))
        return max(waits)

    def _wait_for(self, now: float, limit: int, own_only: bool) -> float:
        ours = "AND pid <> 0" if own_only else ""
        too_many = self._busy(now, ours) - limit + 1
        if too_many <= 0:
            return 0.0
        query = f"SELECT frees FROM slots WHERE frees > ? {ours} ORDER BY frees LIMIT 1 OFFSET ?"  # noqa: S608
        row: tuple[float] | None = self._db.execute(query, (now, too_many - 1)).fetchone()
        return row[0] - now if row else POLL

    def _learn(self, now: float, slot: int, taken: float, remaining: int, resets_in: float | None) -> None:
        """Correct our count by the server's: `remaining` as of some moment between `taken` and `now`.

        What of our own overlapped with this request may or may not be in it, and is taken for the worse each time.
        """
        limit = self._limit()
        counted = limit - remaining
        self._add_others(now, taken, counted)
        unseen = self._count("pid <> 0 AND id <> ? AND (answered IS NULL OR answered > ?)", slot, taken)
        spare = (remaining - unseen) - (limit - self._busy(now))
        if spare > 0 and (self._ceiling is None or self._ceiling >= limit):
            self._db.execute(
                "UPDATE slots SET frees = ? WHERE id IN (SELECT id FROM slots WHERE frees > ? ORDER BY frees LIMIT ?)",
                (now, now, spare),
            )
        if remaining == 0 and resets_in is not None:
            self._db.execute("UPDATE server SET reset_at = ?", (now + resets_in,))

    def _add_others(self, now: float, taken: float, counted: int) -> None:
        """Slots for requests that the server counted and we did not send: somebody else uses the key."""
        ours_at_most = self._count("pid <> 0 AND (frees IS NULL OR frees > ?)", taken)
        if counted > ours_at_most:
            self._db.execute("UPDATE server SET others_seen = ?", (now,))
        elif self._number("SELECT coalesce(max(others_seen), -1e9) FROM server") < now - WINDOW:
            return
        ours_at_least = 1 + self._count("pid <> 0 AND taken > ? AND answered <= ?", now - LONGEST_WAIT, taken)
        missing = counted - ours_at_least - self._busy(now, "AND pid = 0")
        rows = [(now, now, now + WINDOW)] * max(missing, 0)
        self._db.executemany("INSERT INTO slots (pid, taken, answered, frees) VALUES (0, ?, ?, ?)", rows)

    def _block(self, now: float, taken: float, rate: RateLimit | None) -> float:
        """Let nobody ask for as long as the server says, or twice as long as last time."""
        blocked_until, throttles = self._row("SELECT blocked_until, throttles FROM server")
        if taken < blocked_until:  # sent before the others were stopped: no news
            return max(blocked_until - now, 0.0)
        told: float = (rate and (rate.retry_after if rate.retry_after is not None else rate.resets_in)) or 0.0
        wait: float = min(max(told, 2.0**throttles), LONGEST_WAIT)
        self._db.execute("UPDATE server SET blocked_until = ?, throttles = throttles + 1", (now + wait,))
        return wait

    def _forget(self, now: float) -> None:
        """Drop what counts no more: rows of before a reboot, rows long free; and end what dead processes hold."""
        if self._number("SELECT coalesce(max(taken), 0) FROM slots") > now + POLL:
            self._db.execute("DELETE FROM slots")
            self._db.execute("UPDATE server SET blocked_until = 0, throttles = 0, reset_at = NULL, others_seen = NULL")
        for (pid,) in self._db.execute("SELECT DISTINCT pid FROM slots WHERE frees IS NULL").fetchall():
            since = now + 1 if pid != self._pid and not self._is_alive(pid) else now - _DEAD_AFTER
            self._db.execute(
                "UPDATE slots SET answered = min(?, taken + ?), frees = min(?, taken + ?) + ?"
                " WHERE pid = ? AND frees IS NULL AND taken < ?",
                (now, _SENT_WITHIN, now, _SENT_WITHIN, WINDOW, pid, since),
            )
        oldest = self._number("SELECT coalesce(min(taken), ?) FROM slots WHERE frees IS NULL", now)
        self._db.execute("DELETE FROM slots WHERE frees <= ?", (min(oldest, now),))

    def _limit(self) -> int:
        return int(self._number("SELECT coalesce(request_limit, ?) FROM server", DEFAULT_LIMIT))

    def _busy(self, now: float, which: str = "") -> int:
        return self._count(f"(frees IS NULL OR frees > ?) {which}", now)

    def _row(self, query: str) -> tuple[float, ...]:
        row: tuple[float, ...] = self._db.execute(query).fetchone()
        return row

    def _number(self, query: str, *values: float) -> float:
        number: float = self._db.execute(query, values).fetchone()[0]
        return number

    def _count(self, which: str, *values: float) -> int:
        return int(self._number(f"SELECT count(*) FROM slots WHERE {which}", *values))  # noqa: S608 - our own text

    @contextmanager
    def _transaction(self) -> Iterator[float]:
        """A write transaction; gives the time, read once nobody else can write."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._clock()
            self._db.execute("COMMIT")
        except sqlite3.Error as failure:
            raise errors.BudgetUnusable(f"the request budget's file {self._path} can't be used: {failure}") from None
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
