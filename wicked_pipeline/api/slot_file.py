"""The file that a request budget is kept in: its tables, who may read it, and what becomes of one that is broken.

What the rows mean over time lives in `slots.py`.
"""

import os
import sqlite3
from pathlib import Path

from wicked_pipeline.api import errors

_VERSION = 3  # of the schema below; a file of another one is made anew
_SCHEMA = f"""
BEGIN IMMEDIATE;
PRAGMA user_version = {_VERSION};
CREATE TABLE IF NOT EXISTS slots (
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL,   -- who sent it; 0: another user of the key, as told by the server's count
    endpoint TEXT NOT NULL DEFAULT '',      -- where it went, if that has a rate of its own
    taken REAL NOT NULL,
    answered REAL NOT NULL DEFAULT 9e999,   -- infinite while in flight
    frees REAL NOT NULL DEFAULT 9e999,      -- when it counts no more; infinite while in flight
    remaining INTEGER                       -- how many more may go, as its answer said; null where it said nothing
);
CREATE INDEX IF NOT EXISTS slots_by_frees ON slots (frees, pid);
CREATE INDEX IF NOT EXISTS slots_by_answered ON slots (answered, pid);
CREATE TABLE IF NOT EXISTS server (     -- one row: what the server has said
    id INTEGER PRIMARY KEY CHECK (id = 1),
    request_limit INTEGER,
    per_seconds REAL NOT NULL DEFAULT 60,       -- in so many seconds
    counts_late INTEGER NOT NULL DEFAULT 0,     -- its `remaining` leaves out the request that it answers
    blocked_until REAL NOT NULL DEFAULT 0,      -- after a 429
    throttles INTEGER NOT NULL DEFAULT 0,       -- 429s in a row
    reset_at REAL,                              -- when it will have room again, where it said that it has none
    renewed_at REAL NOT NULL DEFAULT 0,         -- what was sent before then may tell of a window that has passed
    others_seen REAL                            -- when its count last showed another user of the key
);
INSERT OR IGNORE INTO server (id) VALUES (1);
COMMIT;
"""  # noqa: S608 - a number of our own


def open_file(path: Path) -> sqlite3.Connection:
    """The file at `path`, made where there is none, for the owner alone; made anew where it is no such table."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            is_new = path.stat().st_size == 0
            if not is_new and db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                raise sqlite3.DatabaseError("another version's table")
            db.execute("PRAGMA journal_mode = TRUNCATE")  # WAL can't be begun by several processes at once
            db.execute("PRAGMA synchronous = OFF")  # safe for a kill; what a power cut loses a reboot resets anyway
            db.executescript(_SCHEMA)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            db.close()
            path.unlink()
            return open_file(path)
        return db
    except (OSError, sqlite3.OperationalError) as failure:
        raise unusable(path, failure) from None


def unusable(path: Path, failure: Exception) -> errors.BudgetUnusable:
    """The error that tells in one line which file it is, and what is wrong with it."""
    return errors.BudgetUnusable(f"the request budget's file {path} can't be used: {failure}")
