"""The contexts of a user: a small database, and beside it the files. All engines of the user share them."""

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
from pathlib import Path
from typing import Literal

from ..api_errors import ApiError
from .files import DataFolder, Entry, Stamp
from .paths import Parts, folder_parts, joined

SCHEMA_VERSION = 1
BUSY_TIMEOUT = 10.0
DAY = 86400.0
STALE_AFTER = DAY
"""Seconds after which a half-written file, or a hidden context, is taken for left over by an engine that was killed."""
MIN_FREE_BYTES = 2**30
"""Bytes that a copy leaves free on the disk."""
Kind = Literal["", "file_transfer"]
Packed = Literal["", "archive", "tree"]
"""What becomes of a file on the way down: nothing, it may be extracted, or it is all files of a path in one."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS contexts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT UNIQUE, kind TEXT NOT NULL,
    state TEXT NOT NULL, created REAL NOT NULL, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS packed (
    context TEXT NOT NULL, path TEXT NOT NULL, packed TEXT NOT NULL, PRIMARY KEY (context, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS recycling (
    context TEXT NOT NULL, path TEXT NOT NULL, days INTEGER NOT NULL, PRIMARY KEY (context, path)) WITHOUT ROWID;
"""
COLUMNS = "number, id, name, kind, state, created, used"


@dataclass(frozen=True)
class Record:
    """A context as the database has it; times are Unix times."""

    number: int
    id: str
    name: str
    kind: Kind
    state: str
    created: float
    used: float


def no_context(context_id: str) -> ApiError:
    """Return the refusal for a context that does not exist."""
    return ApiError("Context.NotFound", f"there is no context {context_id}")


class Store:
    """What is known of contexts. Every change is one short transaction, so that engines do not keep each other waiting.

    Nothing is written, and no file opened, before the first call.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()

    @property
    def exists(self) -> bool:
        """Whether anything was ever kept here."""
        return (self.folder / "contexts.sqlite3").exists()

    @cached_property
    def files(self) -> DataFolder:
        """The files."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise PermissionError(f"{self.folder} is not a folder of yours alone: remove it, or make it so (0700)")
        return DataFolder(self.folder)

    @cached_property
    def _database(self) -> sqlite3.Connection:
        path = self.files.root / "contexts.sqlite3"
        found = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        found.execute("PRAGMA journal_mode = WAL")
        found.execute("PRAGMA synchronous = NORMAL")
        found.execute("BEGIN IMMEDIATE")
        version = found.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            found.close()
            raise RuntimeError(f"{path} was written by a later version of sessionbay: use that version")
        for statement in SCHEMA.split(";"):
            found.execute(statement)
        found.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        found.execute("COMMIT")
        return found

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            if "_database" in vars(self):
                self._database.close()
                del self._database

    def made(self, context_id: str, name: str | None, kind: Kind = "") -> Record:
        """Return the context of that name, made with that id when there is none yet."""
        now = time.time()
        with self._change() as db:
            db.execute(
                "INSERT INTO contexts (id, name, kind, state, created, used) VALUES (?, ?, ?, 'available', ?, ?)"
                " ON CONFLICT DO NOTHING",
                (context_id, name, kind, now, now),
            )
            found = self._first("name = ?", name) if name is not None else self._first("id = ?", context_id)
        if found is None:
            raise no_context(context_id)
        return found

    def get(self, context_id: str) -> Record:
        """Return a context."""
        if found := self._first("id = ?", context_id):
            return found
        raise no_context(context_id)

    def named(self, name: str) -> Record:
        """Return the context of a name."""
        if found := self._first("name = ?", name):
            return found
        raise ApiError("Context.NotFound", f"there is no context named {name!r}")

    def page(self, after: int, size: int, ids: Iterable[str] | None = None) -> tuple[list[Record], int]:
        """Return the next ``size`` contexts, oldest first, and how many there are in all; ``ids`` narrows both."""
        wanted = None if ids is None else sorted(ids)
        where = "kind = ''" + ("" if wanted is None else f" AND id IN ({', '.join('?' * len(wanted))})")
        query = f"SELECT {COLUMNS} FROM contexts WHERE {where} AND number > ? ORDER BY number LIMIT ?"  # noqa: S608  # marks
        with self._lock:
            rows = self._database.execute(query, (*(wanted or ()), after, size)).fetchall()
            count = self._database.execute(f"SELECT count(*) FROM contexts WHERE {where}", wanted or ()).fetchone()[0]  # noqa: S608
        return [_record(row) for row in rows], count

    def rename(self, context_id: str, name: str) -> None:
        """Give a context another name, which no other context has."""
        with self._change() as db:
            self.get(context_id)
            try:
                db.execute("UPDATE contexts SET name = ?, used = ? WHERE id = ?", (name, time.time(), context_id))
            except sqlite3.IntegrityError as exc:
                raise ApiError("Context.NameExists", f"another context is named {name!r} already", status=409) from exc

    def used(self, context_id: str) -> None:
        """Note that a context is in use."""
        with self._change() as db:
            db.execute("UPDATE contexts SET used = ? WHERE id = ?", (time.time(), context_id))

    def delete(self, context_id: str) -> None:
        """Remove a context; its files are out of sight at once, and then only wait to be removed."""
        with self._change() as db:
            self.get(context_id)
            for table, column in (("contexts", "id"), ("packed", "context"), ("recycling", "context")):
                db.execute(f"DELETE FROM {table} WHERE {column} = ?", (context_id,))  # noqa: S608  # names from above
            self.files.discard(context_id)

    def clear(self, context_id: str) -> None:
        """Begin to empty a context: its files are out of sight at once."""
        with self._change() as db:
            self.get(context_id)
            db.execute("UPDATE contexts SET state = 'clearing', used = ? WHERE id = ?", (time.time(), context_id))
            db.execute("DELETE FROM packed WHERE context = ?", (context_id,))
            self.files.discard(context_id)

    def cleared(self, context_id: str) -> None:
        """End what ``clear`` has begun."""
        with self._change() as db:
            db.execute("UPDATE contexts SET state = 'available' WHERE id = ?", (context_id,))

    def draft(self) -> tuple[Path, int]:
        """Return a file to write to, and its descriptor, unless the disk is all but full."""
        if shutil.disk_usage(self.files.root).free < MIN_FREE_BYTES:
            raise ApiError(
                "InsufficientStorage", f"less than {MIN_FREE_BYTES} bytes are free where contexts are kept", status=507
            )
        return self.files.draft()

    def keep(self, draft: Path, context_id: str, parts: Parts, packed: Packed = "") -> Stamp:
        """Put a draft into a context, whole, in place of the file that is there; the draft is gone either way."""
        try:
            with self._change() as db:
                if self.get(context_id).state != "available":
                    raise ApiError("Context.Clearing", f"context {context_id} is being cleared: try again", status=409)
                stamp = self.files.place(draft, context_id, parts)
                where = (context_id, joined(parts))
                db.execute("DELETE FROM packed WHERE context = ? AND path = ?", where)
                if packed:
                    db.execute("INSERT INTO packed VALUES (?, ?, ?)", (*where, packed))
        finally:
            draft.unlink(missing_ok=True)
        return stamp

    def drop(self, context_id: str, parts: Parts, stamp: Stamp | None = None) -> bool:
        """Remove a file, only as it was when ``stamp`` was taken if that is given; return whether it was there."""
        with self._change() as db:
            found = self.files.find(context_id, parts)
            if found is None or (stamp is not None and found.stamp != stamp):
                return False
            db.execute("DELETE FROM packed WHERE context = ? AND path = ?", (context_id, joined(parts)))
            return self.files.remove(context_id, parts)

    def packed(self, context_id: str) -> dict[Parts, Packed]:
        """Return which files of a context are archives."""
        with self._lock:
            rows = self._database.execute("SELECT path, packed FROM packed WHERE context = ?", (context_id,)).fetchall()
        return {folder_parts(path): packed for path, packed in rows}

    def entries(self, context_id: str, parts: Parts) -> list[Entry]:
        """Return all files at and below ``parts``."""
        return list(self.files.walk(context_id, parts))

    def recycle_after(self, context_id: str, parts: Parts, days: int | None) -> None:
        """Have the files below ``parts`` removed so many days after they were kept; None keeps them."""
        with self._change() as db:
            where = (context_id, joined(parts))
            db.execute("DELETE FROM recycling WHERE context = ? AND path = ?", where)
            if days is not None:
                db.execute("INSERT INTO recycling VALUES (?, ?, ?)", (*where, days))

    def sweep(self, now: float) -> None:
        """Remove what is too old: files by their contexts' rules, and what killed engines have left."""
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
                    self.drop(context_id, entry.parts, entry.stamp)
        for (context_id,) in hidden:
            with contextlib.suppress(ApiError):
                self.delete(context_id)
        for (context_id,) in stuck:
            self.cleared(context_id)
        for draft in (self.files.root / "drafts").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if draft.stat().st_mtime < now - STALE_AFTER:
                    draft.unlink()

    def trash(self) -> list[Path]:
        """Return the folders that are out of sight, and only wait to be removed."""
        return list((self.files.root / "trash").iterdir())

    def _first(self, where: str, value: str | None) -> Record | None:
        with self._lock:
            row = self._database.execute(f"SELECT {COLUMNS} FROM contexts WHERE {where}", (value,)).fetchone()  # noqa: S608
        return _record(row) if row else None

    @contextlib.contextmanager
    def _change(self) -> Generator[sqlite3.Connection]:
        """Give the database for one transaction, alone among all engines."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")


def _record(row: tuple[int, str, str | None, Kind, str, float, float]) -> Record:
    number, context_id, name, kind, state, created, used = row
    return Record(number, context_id, name or "", kind, state, created, used)
