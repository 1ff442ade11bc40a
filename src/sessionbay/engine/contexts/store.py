"""The contexts of a user: a SQLite database and a folder of files, shared by all engines of the user."""

import contextlib
import os
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import Literal

from ..._version import __version__
from ..api_errors import ApiError
from ..workdir import abandoned, make_folder
from .data_folder import DataFolder, Entry, FileVersion
from .paths import Parts, folder_parts, joined

SCHEMA_VERSION = 1
BUSY_TIMEOUT = 10.0  # seconds
DAY = 86400.0  # seconds
STALE_AFTER = DAY  # seconds after which what has no owner is considered a leftover of a killed engine
MIN_FREE_BYTES = 2**30  # bytes that a copy leaves free on the disk
Kind = Literal["", "file_transfer"]
Packed = Literal["", "archive", "tree"]
"""Whether a file is an archive: no, one that may be extracted on download, or the files of a path as one archive."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS contexts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT UNIQUE, kind TEXT NOT NULL,
    state TEXT NOT NULL, created REAL NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS packed (
    context TEXT NOT NULL, path TEXT NOT NULL, packed TEXT NOT NULL, PRIMARY KEY (context, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recycling (
    context TEXT NOT NULL, path TEXT NOT NULL, days INTEGER NOT NULL, PRIMARY KEY (context, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owned (context TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
"""
TABLES = (("contexts", "id"), ("packed", "context"), ("recycling", "context"), ("owned", "context"))
COLUMNS = "number, id, name, kind, state, created, used"


@dataclass(frozen=True)
class Record:
    """A context in the database; times are Unix times."""

    number: int
    id: str
    name: str
    kind: Kind
    state: str
    created: float
    used: float


def no_context(context_id: str) -> ApiError:
    """Return the error for a context that does not exist."""
    return ApiError("Context.NotFound", f"There is no context {context_id}.")


class Store:
    """The contexts of a user. Each change is one short transaction, as engines share the database.

    No file is created or opened before the first call.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether the database exists."""
        return (self.folder / "contexts.sqlite3").exists()

    @cached_property
    def files(self) -> DataFolder:
        """The files of all contexts."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except FileExistsError as exc:
            raise _unusable(f"{self.folder} is not a folder. Move it away") from exc
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise _unusable(f"{self.folder} must be a folder of yours. Run chmod 700, or remove it")
        return DataFolder(self.folder)

    @cached_property
    def _database(self) -> sqlite3.Connection:
        path = self.files.root / "contexts.sqlite3"
        try:
            found = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
            try:
                path.chmod(0o600)
                _prepare(found, path)
            except BaseException:
                found.close()
                raise
        except sqlite3.OperationalError as exc:
            if not path.exists() or (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
                raise  # it is busy, or the disk is full
            raise _unusable(f"{path} cannot be opened. Run chmod 600, or remove it") from exc
        except sqlite3.DatabaseError as exc:
            raise _unusable(f"{path} is damaged ({exc}). Move it and the folder data away, or restore them") from exc
        return found

    @cached_property
    def _own(self) -> tuple[Path, FileIO]:
        """A folder for this engine's drafts, and its lock: what it owns is a leftover once the lock is free."""
        return make_folder(self.files.root / "drafts")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if "_database" in vars(self):
                self._database.close()
                del self._database
            if "_own" in vars(self):
                folder, lock = self._own
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
                del self._own

    def get_or_create(self, context_id: str, name: str | None, kind: Kind = "") -> Record:
        """Return the context with a name, and create it under ``context_id`` if it does not exist."""
        now = time.time()
        with self._change() as db:
            db.execute(
                "INSERT INTO contexts (id, name, kind, state, created, used) VALUES (?, ?, ?, 'available', ?, ?)"
                " ON CONFLICT DO NOTHING",
                (context_id, name, kind, now, now),
            )
            if kind:
                self._set_owner(db, context_id)
            found = self._first("name = ?", name) if name is not None else self._first("id = ?", context_id)
        if found is None:
            raise no_context(context_id)
        return found

    def get(self, context_id: str) -> Record:
        """Return a context."""
        if found := self._first("id = ?", context_id):
            return found
        raise no_context(context_id)

    def get_by_name(self, name: str) -> Record:
        """Return the context with a name."""
        if found := self._first("name = ?", name):
            return found
        raise ApiError("Context.NotFound", f"There is no context named {name!r}.")

    def page(self, after: int, size: int, ids: Iterable[str] | None = None) -> tuple[list[Record], int]:
        """Return the next ``size`` contexts, oldest first, and their total number; ``ids`` filters both."""
        wanted = None if ids is None else sorted(ids)
        where = "kind = ''" + ("" if wanted is None else f" AND id IN ({', '.join('?' * len(wanted))})")
        query = f"SELECT {COLUMNS} FROM contexts WHERE {where} AND number > ? ORDER BY number LIMIT ?"  # noqa: S608  # marks
        with self._lock:
            rows = self._database.execute(query, (*(wanted or ()), after, size)).fetchall()
            count = self._database.execute(f"SELECT count(*) FROM contexts WHERE {where}", wanted or ()).fetchone()[0]  # noqa: S608
        return [_record(row) for row in rows], count

    def rename(self, context_id: str, name: str) -> None:
        """Rename a context; names are unique."""
        with self._change() as db:
            self.get(context_id)
            try:
                db.execute("UPDATE contexts SET name = ?, used = ? WHERE id = ?", (name, time.time(), context_id))
            except sqlite3.IntegrityError as exc:
                raise ApiError(
                    "Context.NameExists", f"Another context is named {name!r}: choose another name.", status=409
                ) from exc

    def touch(self, context_id: str) -> None:
        """Update the time of a context's last use."""
        with self._change() as db:
            db.execute("UPDATE contexts SET used = ? WHERE id = ?", (time.time(), context_id))

    def delete(self, context_id: str) -> None:
        """Delete a context, and move its files to the trash."""
        with self._change() as db:
            self.get(context_id)
            for table, column in TABLES:
                db.execute(f"DELETE FROM {table} WHERE {column} = ?", (context_id,))  # noqa: S608  # names from above
            self.files.discard(context_id)

    def clear(self, context_id: str) -> None:
        """Start to clear a context: move its files to the trash."""
        with self._change() as db:
            self.get(context_id)
            db.execute("UPDATE contexts SET state = 'clearing', used = ? WHERE id = ?", (time.time(), context_id))
            db.execute("DELETE FROM packed WHERE context = ?", (context_id,))
            self._set_owner(db, context_id)
            self.files.discard(context_id)

    def finish_clear(self, context_id: str) -> None:
        """Mark a cleared context as available."""
        with self._change() as db:
            db.execute("UPDATE contexts SET state = 'available' WHERE id = ?", (context_id,))
            db.execute("DELETE FROM owned WHERE context = ?", (context_id,))

    def create_draft(self) -> tuple[Path, int]:
        """Create a draft; raise ApiError if the disk is nearly full."""
        if shutil.disk_usage(self.files.root).free < MIN_FREE_BYTES:
            raise ApiError(
                "InsufficientStorage",
                f"No space left on device: less than {MIN_FREE_BYTES} bytes are free for contexts. Delete files.",
                status=507,
            )
        return self.files.create_draft(self._own[0])

    def publish(self, draft: Path, context_id: str, parts: Parts, packed: Packed = "") -> FileVersion:
        """Move a draft to its path in a context; on failure, delete the draft."""
        try:
            with self._change() as db:
                if self.get(context_id).state != "available":
                    raise ApiError(
                        "Context.Clearing", f"Context {context_id} is being cleared: try again later.", status=409
                    )
                version = self.files.publish(draft, context_id, parts)
                where = (context_id, joined(parts))
                db.execute("DELETE FROM packed WHERE context = ? AND path = ?", where)
                if packed:
                    db.execute("INSERT INTO packed VALUES (?, ?, ?)", (*where, packed))
        finally:
            draft.unlink(missing_ok=True)
        return version

    def remove_file(self, context_id: str, parts: Parts, version: FileVersion | None = None) -> bool:
        """Remove a file, if its version is ``version`` or that is None; return whether it was removed."""
        with self._change() as db:
            found = self.files.find(context_id, parts)
            if found is None or (version is not None and found.version != version):
                return False
            db.execute("DELETE FROM packed WHERE context = ? AND path = ?", (context_id, joined(parts)))
            return self.files.remove(context_id, parts)

    def packed(self, context_id: str) -> dict[Parts, Packed]:
        """Return the files of a context that are archives."""
        with self._lock:
            rows = self._database.execute("SELECT path, packed FROM packed WHERE context = ?", (context_id,)).fetchall()
        return {folder_parts(path): packed for path, packed in rows}

    def entries(self, context_id: str, parts: Parts) -> list[Entry]:
        """Return all files at and below a path."""
        return list(self.files.walk(context_id, parts))

    def recycle_after(self, context_id: str, parts: Parts, days: int | None) -> None:
        """Set the number of days after which files below a path expire; None is never."""
        with self._change() as db:
            where = (context_id, joined(parts))
            db.execute("DELETE FROM recycling WHERE context = ? AND path = ?", where)
            if days is not None:
                db.execute("INSERT INTO recycling VALUES (?, ?, ?)", (*where, days))

    def sweep(self, now: float) -> None:
        """Remove expired files, and the leftovers of killed engines."""
        with self._lock:
            rules = self._database.execute("SELECT context, path, days FROM recycling").fetchall()
            hidden = self._database.execute(
                "SELECT id FROM contexts WHERE kind != '' AND used < ?", (now - STALE_AFTER,)
            ).fetchall()
            stuck = self._database.execute(
                "SELECT id FROM contexts WHERE state != 'available' AND used < ?", (now - STALE_AFTER,)
            ).fetchall()
        for context_id, path, days in rules:
            for entry in self.entries(context_id, folder_parts(path)):
                if entry.modified < now - days * DAY:
                    self.remove_file(context_id, entry.parts, entry.version)
        for (context_id,) in hidden:
            with contextlib.suppress(ApiError):
                self.delete(context_id)
        for (context_id,) in stuck:
            self.finish_clear(context_id)
        self._remove_abandoned(now)

    def _remove_abandoned(self, now: float) -> None:
        """Remove the drafts and the internal contexts of killed engines, and end their clearances."""
        drafts = self.files.root / "drafts"
        for folder in abandoned(drafts):
            shutil.rmtree(folder, ignore_errors=True)
        with self._lock:
            owned = self._database.execute("SELECT id, kind, owner FROM owned JOIN contexts ON id = context").fetchall()
        for context_id, kind, owner in owned:
            if not (drafts / owner).exists():
                with contextlib.suppress(ApiError):
                    (self.delete if kind else self.finish_clear)(context_id)
        for draft in drafts.iterdir():  # of an earlier version
            with contextlib.suppress(FileNotFoundError):
                if draft.is_file() and draft.stat().st_mtime < now - STALE_AFTER:
                    draft.unlink()

    def _set_owner(self, db: sqlite3.Connection, context_id: str) -> None:
        db.execute("INSERT OR REPLACE INTO owned VALUES (?, ?)", (context_id, self._own[0].name))

    def trash(self) -> list[Path]:
        """Return the folders in the trash."""
        return list((self.files.root / "trash").iterdir())

    def _first(self, where: str, value: str | None) -> Record | None:
        with self._lock:
            row = self._database.execute(f"SELECT {COLUMNS} FROM contexts WHERE {where}", (value,)).fetchone()  # noqa: S608
        return _record(row) if row else None

    @contextlib.contextmanager
    def _change(self) -> Generator[sqlite3.Connection]:
        """Run one exclusive transaction."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            try:
                self._database.execute("COMMIT")
            except sqlite3.Error:  # a full disk: the transaction may still be open, and would keep out all others
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Create what is missing in a database of this version, or of an earlier one."""
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("BEGIN IMMEDIATE")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        state = f"has the format {version} of a later version of sessionbay, and this engine, {__version__}, knows"
        raise _unusable(f"{path} {state} {SCHEMA_VERSION}. Upgrade the engine")
    for statement in SCHEMA.split(";"):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    database.execute("COMMIT")


def _unusable(problem: str) -> ApiError:
    return ApiError("StateUnusable", f"{problem}, or set SESSIONBAY_HOME to another folder.", status=500)


def _record(row: tuple[int, str, str | None, Kind, str, float, float]) -> Record:
    number, context_id, name, kind, state, created, used = row
    return Record(number, context_id, name or "", kind, state, created, used)
