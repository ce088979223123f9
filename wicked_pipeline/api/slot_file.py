"""The file of a request budget: its tables, its permissions, and how a broken file is replaced.

`slots.py` defines what the rows mean over time.
"""

import os
import sqlite3
from pathlib import Path

from wicked_pipeline.api import errors

_VERSION = 3  # of the schema below; a file of another version is replaced
_SCHEMA = f"""
BEGIN IMMEDIATE;
PRAGMA user_version = {_VERSION};
CREATE TABLE IF NOT EXISTS slots (
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL,   -- the process that sent it; 0: another user of the key, known by the server's count
    endpoint TEXT NOT NULL DEFAULT '',      -- its endpoint, if that has a rate of its own
    taken REAL NOT NULL,
    answered REAL NOT NULL DEFAULT 9e999,   -- infinite while in flight
    frees REAL NOT NULL DEFAULT 9e999,      -- when it stops counting; infinite while in flight
    remaining INTEGER                       -- how many more may go, according to its answer; null: it said nothing
);
CREATE INDEX IF NOT EXISTS slots_by_frees ON slots (frees, pid);
CREATE INDEX IF NOT EXISTS slots_by_answered ON slots (answered, pid);
CREATE TABLE IF NOT EXISTS server (     -- one row: what the server has said
    id INTEGER PRIMARY KEY CHECK (id = 1),
    request_limit INTEGER,
    per_seconds REAL NOT NULL DEFAULT 60,       -- the seconds that the limit is for
    counts_late INTEGER NOT NULL DEFAULT 0,     -- 1: its `remaining` leaves out the request that it answers
    blocked_until REAL NOT NULL DEFAULT 0,      -- after a 429
    throttles INTEGER NOT NULL DEFAULT 0,       -- 429s in a row
    reset_at REAL,                              -- when it will have room again, if it said that it has none
    renewed_at REAL NOT NULL DEFAULT 0,         -- answers to requests sent before this may be out of date
    others_seen REAL                            -- when its count last showed another user of the key
);
INSERT OR IGNORE INTO server (id) VALUES (1);
COMMIT;
"""  # noqa: S608 - a number of our own


def open_file(path: Path) -> sqlite3.Connection:
    """Opens the file at `path` for its owner alone. Creates it if it is missing, and replaces a file of another kind.

    Raises `errors.BudgetUnusable`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            is_new = path.stat().st_size == 0
            if not is_new and db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                raise sqlite3.DatabaseError("another version's table")
            db.execute("PRAGMA journal_mode = TRUNCATE")  # several processes can't switch to WAL at once
            db.execute("PRAGMA synchronous = OFF")  # safe for a kill; a power cut means a reboot, which resets the rows
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
    """The error, in one line, that names the file and the failure."""
    return errors.BudgetUnusable(f"the request budget's file {path} can't be used: {failure}")
