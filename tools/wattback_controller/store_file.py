"""The file of a site's records: its tables, its version, and who may read it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from wattback_sim.errors import BadInputError

_VERSION = 3
_WAIT_S = 10.0  # for another process's transaction
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MODE = stat.S_IRUSR | stat.S_IWUSR
_BESIDE = ("", "-wal", "-shm")  # what SQLite keeps beside a file holds records too
_TABLES = """
CREATE TABLE choices (connector TEXT PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE events (event TEXT PRIMARY KEY, stands INTEGER NOT NULL, fields TEXT NOT NULL);
CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE marks (connector TEXT PRIMARY KEY, fields TEXT NOT NULL);
CREATE TABLE intervals (
    connector TEXT NOT NULL, start_s INTEGER NOT NULL, end_s INTEGER NOT NULL,
    import_wh INTEGER NOT NULL, export_wh INTEGER NOT NULL, island_wh INTEGER NOT NULL,
    flags TEXT NOT NULL, reported INTEGER NOT NULL, PRIMARY KEY (connector, start_s)
) WITHOUT ROWID;
CREATE TABLE participations (
    event TEXT NOT NULL, connector TEXT NOT NULL, start_s INTEGER NOT NULL,
    end_s INTEGER NOT NULL, programme TEXT NOT NULL, asked_w INTEGER NOT NULL,
    stopped TEXT NOT NULL, reserve_bp INTEGER NOT NULL, least_soc_bp INTEGER NOT NULL,
    PRIMARY KEY (event, connector, start_s)
) WITHOUT ROWID;
CREATE INDEX unreported_intervals ON intervals (reported) WHERE NOT reported;
CREATE TABLE registers (
    connector TEXT NOT NULL, t_s INTEGER NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (connector, t_s)
) WITHOUT ROWID;
CREATE TABLE records (
    number INTEGER PRIMARY KEY, event TEXT NOT NULL, connector TEXT NOT NULL,
    start_s INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (event, connector, start_s)
);
CREATE TABLE limits (connector TEXT PRIMARY KEY, import_ma INTEGER NOT NULL);
CREATE TABLE reports (name TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE audit (
    id INTEGER PRIMARY KEY, t_s INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL
);
CREATE INDEX audit_by_time ON audit (t_s);
"""
_SINCE_1 = """
CREATE TABLE targets (
    connector TEXT PRIMARY KEY, until_s REAL NOT NULL, power_w INTEGER NOT NULL
);
"""
# A connector counts by itself what went to an island; one of before had no register for it.
_SINCE_2 = """
UPDATE marks SET fields = json_set(json_remove(fields, '$.last.on_grid'), '$.last.island_wh', 0);
UPDATE registers SET fields = json_set(json_remove(fields, '$.on_grid'), '$.island_wh', 0);
"""
# What each version lacks: a file of an older one gets it.
_LACKS = {0: _TABLES + _SINCE_1, 1: _SINCE_1 + _SINCE_2, 2: _SINCE_2}


def open_file(path: Path) -> sqlite3.Connection:
    """A connection to records, begun when there are none. Raises BadInputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _begin(path)
        db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        # A commit is on the disk when it returns: records that were paid for are not lost.
        db.execute("PRAGMA synchronous = FULL")
        _prepare(db, path)
        _close_to_others(path)
    except (OSError, sqlite3.OperationalError) as error:
        raise BadInputError(
            f"{path} cannot be opened ({error}); may this user write there, is there room, and "
            "does another program hold it?"
        ) from None
    except sqlite3.DatabaseError as error:
        raise BadInputError(
            f"{path} is not a site's records ({error}); move it away, and a new one is begun"
        ) from None
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of what is written inside, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # a full disk may have ended it already
            db.execute("ROLLBACK")
        raise


def _begin(path: Path) -> None:
    """An empty file for its owner alone: SQLite would let the folder and the umask decide."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))


def _close_to_others(path: Path) -> None:
    """Of a file that was there already.

    By name: to open and close one that SQLite has open would end this process's locks on it.
    """
    for ending in _BESIDE:
        part = path.with_name(path.name + ending)
        with suppress(FileNotFoundError):
            if part.stat().st_mode & _OTHERS:
                part.chmod(_MODE)


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    version = _version(db)
    if version == _VERSION:
        return
    if version not in _LACKS:
        raise BadInputError(
            f"{path} was written by another version ({version}, this one knows {_VERSION}); use "
            "that version, or move the file away"
        )
    with transaction(db):
        # Another process may have been quicker.
        for statement in _LACKS.get(_version(db), "").split(";"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {_VERSION}")


def _version(db: sqlite3.Connection) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)
