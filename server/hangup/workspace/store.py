"""What was worked out about texts before, kept on disk between runs.

It may be deleted at any time, is shared by any number of processes, and is never needed: whatever goes wrong with it
(a full disk, a locked or broken file, a folder that cannot be written) costs time and nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import time
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

import hangup

logger = logging.getLogger(__name__)

_VARIABLE = "HANGUP_CACHE_DIR"
_PATIENCE = 0.5
"""Seconds to wait for another process that is writing."""
_KEPT = 30
"""Days after which what nobody asked for is thrown away."""
_DAY = 86_400
_MOST_BYTES = 256 * 1024 * 1024
"""Above this size what was not used today is thrown away; if that is not enough, half of the rest."""
_TABLE = "CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, used INTEGER, data BLOB) WITHOUT ROWID"
_INDEX = "CREATE INDEX IF NOT EXISTS by_day ON entries (used)"  # else forgetting would read all that is kept
_FORMING = ("syntax", "facts", "resolve", "flow", "workspace/installed")
"""The packages whose code decides what an entry holds."""

T = TypeVar("T")


def folder() -> Path:
    """Where the store is: the folder named by HANGUP_CACHE_DIR, else the user's folder for caches."""
    named = os.environ.get(_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("hangup", appauthor=False))


class Store:
    """Entries by key: compressed MessagePack, validated when it is read, never executed.

    path: the file; it is made when it is not there. None for a store that keeps nothing. Belongs to one thread.
    """

    def __init__(self, path: Path | None) -> None:
        self._new: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()
        self._connection = _connect(path) if path is not None else None

    def find(self, key: bytes, kind: type[T]) -> T | None:
        """The entry of a key, if there is one that can be read as `kind`."""
        data = self._new.get(key) or self._read(key)
        if data is None:
            return None
        try:
            return msgspec.msgpack.decode(zlib.decompress(data), type=kind)
        except (zlib.error, msgspec.MsgspecError, RecursionError):
            return None

    def put(self, key: bytes, entry: object) -> None:
        """Remember an entry; it is written by `flush`. One that MessagePack cannot hold (a huge number) is not kept."""
        if self._connection is None:
            return
        with suppress(OverflowError, RecursionError, msgspec.MsgspecError):
            self._new[key] = zlib.compress(msgspec.msgpack.encode(entry), 1)

    def flush(self) -> None:
        """Write what is new, and forget what has not been used for a month."""
        new, self._new = self._new, {}
        used, self._used = self._used - new.keys(), set()
        if self._connection is None or not (new or used):
            return
        today = int(time.time()) // _DAY
        try:
            with self._connection as connection:
                connection.executemany(
                    "INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", [(k, today, d) for k, d in new.items()]
                )
                connection.executemany(
                    "UPDATE entries SET used = ? WHERE key = ? AND used < ?", [(today, key, today) for key in used]
                )
                connection.execute("DELETE FROM entries WHERE used < ?", (today - _KEPT,))
                if _size(connection) > _MOST_BYTES:
                    connection.execute("DELETE FROM entries WHERE used < ?", (today,))
                if _size(connection) > _MOST_BYTES:
                    connection.execute("DELETE FROM entries WHERE key < ?", (b"\x80",))  # keys are evenly spread
        except sqlite3.Error as error:
            logger.info("the cache is not written to: %s", error)

    def close(self) -> None:
        """Write what is new, and let go of the file."""
        self.flush()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, key: bytes) -> bytes | None:
        if self._connection is None:
            return None
        try:
            row = self._connection.execute("SELECT data FROM entries WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            logger.info("the cache is not read: %s", error)
            return None
        if row is None or not isinstance(row[0], bytes):
            return None
        self._used.add(key)
        return row[0]


def open_store(*, wanted: bool = True) -> Store:
    """The user's store; one that keeps nothing where there can be none, or none is wanted."""
    return Store(folder() / "index.sqlite3" if wanted else None)


def key_of(kind: str, *parts: bytes) -> bytes:
    """The key of an entry: what it is made from, and the version of the code that makes it."""
    digest = hashlib.blake2b(digest_size=20)
    for part in (kind.encode(), _version(), *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


@cache
def _version() -> bytes:
    """Another one whenever the code is, so that no entry outlives what made it."""
    digest = hashlib.blake2b(hangup.__version__.encode(), digest_size=20)
    here = Path(hangup.__file__).parent
    for path in sorted(each for package in _FORMING for each in (here / package).glob("*.py")):
        digest.update(path.read_bytes())
    return digest.digest()


def _size(connection: sqlite3.Connection) -> int:
    """Bytes in use; the file may be larger, and what is free in it is written to again."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def _connect(path: Path) -> sqlite3.Connection | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _prepared(path)
    except sqlite3.DatabaseError as error:
        logger.info("%s is made anew: %s", path, error)
        try:
            path.unlink(missing_ok=True)
            return _prepared(path)
        except (OSError, sqlite3.Error) as again:
            logger.info("there is no cache: %s", again)
    except OSError as error:
        logger.info("there is no cache: %s", error)
    return None


def _prepared(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
        connection.execute(_INDEX)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
