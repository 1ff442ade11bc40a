"""Shortages of the machine: descriptors, processes, memory and disk, and the refusals for them."""

import errno
import os
import sqlite3
from collections.abc import Iterator

from ..core.escaping_filter import escaping_logger
from ..core.polling import INSUFFICIENT_STORAGE
from .api_errors import ApiError

log = escaping_logger("sessionbay.engine")
DESCRIPTORS, PROCESSES = "QuotaExceeded.Descriptor", "QuotaExceeded.Process"
MEMORY, DISK = "QuotaExceeded.Memory", "QuotaExceeded.Disk"
STORAGE = "InsufficientStorage"
CODES = {
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), DESCRIPTORS),
    errno.EAGAIN: PROCESSES,
    **dict.fromkeys((errno.ENOMEM, errno.ENOBUFS), MEMORY),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), STORAGE),
}
MESSAGES = {
    DESCRIPTORS: "The local engine has no file descriptors left: delete sessions, close links and terminals,"
    " or start it with a higher limit (ulimit -n).",
    PROCESSES: "The machine can start no more processes and threads: end some, delete sessions,"
    " or raise the limit (kernel.pid_max, ulimit -u, the container's pids limit).",
    MEMORY: "The machine has no memory left: end programs, or delete sessions.",
    DISK: "No space left on device: free disk space, or delete sessions.",
    STORAGE: "No space left on device: free disk space, or delete files of contexts.",
}
SQLITE_CODES = {sqlite3.SQLITE_FULL: STORAGE, sqlite3.SQLITE_NOMEM: MEMORY}
SQLITE_UNWRITABLE = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE}
NO_THREAD = "can't start new thread"  # the message of Python's RuntimeError
AS_TEXT = {os.strerror(number): code for number, code in CODES.items()} | {NO_THREAD: PROCESSES}


class Shortage(ApiError):
    """A refusal because the machine has no room. The request had no effect."""

    def __init__(self, code: str, message: str = "") -> None:
        status = INSUFFICIENT_STORAGE if code == STORAGE else 409
        super().__init__(code, message or MESSAGES[code], status=status)


def shortage_of(error: BaseException) -> Shortage | None:
    """Return the refusal for an error that a shortage has caused, None for other errors."""
    for exc in _chain(error):
        if isinstance(exc, Shortage):
            return exc
        if code := _code(exc):
            return Shortage(code)
    return None


def unexpected(exc: Exception, what: str) -> ApiError:
    """Return the refusal for an error that nothing else has handled: a shortage, or a defect, which is logged."""
    if shortage := shortage_of(exc):
        log.warning("%s failed: %s", what, exc)
        return shortage
    log.error("%s failed", what, exc_info=exc)
    return ApiError("InternalError", "The local engine failed. Its log has the details.", status=500, gateway=True)


def shortage_in(text: str) -> Shortage | None:
    """Return the refusal for a message of the system's, as a failed program writes it."""
    found = next((code for message, code in AS_TEXT.items() if message in text), "")
    return Shortage(found) if found else None


def _code(exc: BaseException) -> str:
    if isinstance(exc, sqlite3.Error):
        return _sqlite_code(getattr(exc, "sqlite_errorcode", 0))
    if isinstance(exc, OSError):
        return CODES.get(exc.errno or 0, "")
    if isinstance(exc, RuntimeError) and NO_THREAD in str(exc):
        return PROCESSES
    return MEMORY if isinstance(exc, MemoryError) else ""


def _sqlite_code(number: int) -> str:
    if number in SQLITE_UNWRITABLE:
        return STORAGE
    if number & 0xFF == sqlite3.SQLITE_CANTOPEN:  # also when there is no descriptor for the file
        try:
            os.close(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        except OSError as exc:
            return CODES.get(exc.errno or 0, "")
    return SQLITE_CODES.get(number & 0xFF, "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__
