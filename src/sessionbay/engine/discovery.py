"""Discovery of the engine that a user's programs share: ``sessionbay serve`` publishes it in a file that clients read.

The file is trusted only if no other user can access it, its process is alive, and the listener proves by
challenge-response to be that engine. The key is sent to no other process.
"""

import contextlib
import fcntl
import os
import shlex
import stat
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .._version import __version__
from ..core.challenge import KnownEngine
from ..core.escaping_filter import escaping_logger
from ..core.secrets import Secret
from .identity import holds

log = escaping_logger("sessionbay.engine")
FILE, LOCK = "engine.json", "engine.lock"
MAX_FILE_SIZE = 2**14  # bytes; a valid file has about 300
START_TIMEOUT = 10.0  # seconds for another engine to publish its address after its claim
_claims: dict[Path, int] = {}


class _RecordFile(BaseModel):
    """The schema of the file. Fields of later versions are ignored."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    endpoint: Annotated[str, Field(pattern=r"^http://127\.0\.0\.1:[1-9][0-9]{0,4}\z")]
    api_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}\z")]
    pid: Annotated[int, Field(gt=0, lt=2**31)]
    started: Annotated[int, Field(ge=0)]
    boot_id: str
    version: Annotated[str, Field(max_length=50)]


@dataclass(frozen=True)
class EngineRecord:
    """The address, key and process of a published engine.

    Attributes:
        started: When its process started, in ticks since boot, which does not depend on the clock.
        boot_id: The kernel's id of the boot.
    """

    endpoint: str
    api_key: Secret
    pid: int
    started: int
    boot_id: str
    version: str

    @property
    def port(self) -> int:
        """The loopback port of the engine."""
        return int(self.endpoint.rpartition(":")[2])

    @property
    def known(self) -> KnownEngine:
        """The identity that clients verify before they send the key."""
        return KnownEngine(self.api_key, self.port)


def folder() -> Path:
    """Return the folder of the file, created if necessary; raise when other users can access it."""
    found = _home()
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        remedy = "set SESSIONBAY_HOME to a folder that can be"
        raise PermissionError(f"{found} cannot be made ({exc.strerror}): {remedy}") from exc
    os.close(_open_checked(found))
    return found


def claim() -> None:
    """Acquire the right to publish; raise ``FileExistsError`` when another engine holds it."""
    home = folder()
    if home in _claims:
        return
    with _open_home(home) as directory:
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=directory)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if other := find():
            raise FileExistsError(_already_published(other))
    except BlockingIOError:
        os.close(lock)
        raise FileExistsError(_already_published(_wait_for_record())) from None
    except BaseException:
        os.close(lock)
        raise
    _claims[home] = lock


def publish(endpoint: str, api_key: Secret) -> None:
    """Publish this process's engine; raise ``FileExistsError`` when another one is published."""
    claim()
    pid = os.getpid()
    record = _RecordFile(
        endpoint=endpoint,
        api_key=api_key.reveal(),
        pid=pid,
        started=started_at(pid) or 0,
        boot_id=boot_id(),
        version=__version__,
    )
    with _open_home(folder()) as directory:
        scratch = f"{FILE}.{pid}.part"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(scratch, dir_fd=directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(scratch, flags, 0o600, dir_fd=directory), "w", encoding="utf-8") as file:
            file.write(record.model_dump_json())
        os.rename(scratch, FILE, src_dir_fd=directory, dst_dir_fd=directory)


def withdraw() -> None:
    """Remove the file that this process has published, and release the right to publish."""
    home = _home()  # unchecked: this process holds the lock
    if (lock := _claims.pop(home, None)) is not None:
        (home / FILE).unlink(missing_ok=True)
        os.close(lock)


def find() -> EngineRecord | None:
    """Return the published engine if it is alive and proves its identity, else None."""
    found = recorded()
    if found is None or holds(found.api_key, found.port):
        return found
    log.warning("process %d at %s is not the engine that %s describes", found.pid, found.endpoint, FILE)
    return None


def recorded() -> EngineRecord | None:
    """Return the engine in the file if its process is alive, without contacting it."""
    with _open_home(folder()) as directory:
        text = _read(directory)
    if text is None:
        return None
    try:
        written = _RecordFile.model_validate_json(text)
    except ValidationError as exc:
        log.warning("%s is ignored: %d fields are invalid", FILE, exc.error_count())
        return None
    if written.boot_id != boot_id() or written.started != started_at(written.pid):
        return None
    key = Secret(written.api_key)
    return EngineRecord(written.endpoint, key, written.pid, written.started, written.boot_id, written.version)


def started_at(pid: int) -> int | None:
    """Return when a process started, in ticks since boot; None when it does not exist."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return int(fields[19]) if len(fields) > 19 and fields[0] not in (b"Z", b"X") else None


def boot_id() -> str:
    """Return the kernel's id of this boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _home() -> Path:
    return Path(os.environ.get("SESSIONBAY_HOME") or platformdirs.user_state_path("sessionbay")).absolute()


@contextlib.contextmanager
def _open_home(home: Path) -> Generator[int]:
    """Open the folder once, as its path may be replaced meanwhile."""
    directory = _open_checked(home)
    try:
        yield directory
    finally:
        os.close(directory)


def _open_checked(home: Path) -> int:
    try:
        directory = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError as exc:
        raise PermissionError(f"{home} is not a folder, or is a link to one: {_REMEDY}") from exc
    try:
        _check(home, os.fstat(directory))
    except PermissionError:
        os.close(directory)
        raise
    return directory


def _read(directory: int) -> bytes | None:
    """Return the content of the file; None when it does not exist."""
    try:
        fd = os.open(FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise PermissionError(f"{FILE} is a link, or cannot be read ({exc.strerror}): {_REMEDY}") from exc
    with open(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{FILE} is not a regular file: {_REMEDY}")
        _check(_home() / FILE, status)
        return file.read(MAX_FILE_SIZE + 1)[:MAX_FILE_SIZE]


_REMEDY = "remove it, or set SESSIONBAY_HOME to another folder"


def _check(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise PermissionError(f"{path} is not yours alone: it belongs to another user; {_REMEDY}")
    if (mode := stat.S_IMODE(status.st_mode)) & 0o077:
        fix = f"chmod {mode & 0o700:o} {shlex.quote(str(path))}"
        raise PermissionError(f"{path} is not yours alone: its mode is {mode:04o}. Run {fix}, or {_REMEDY}")


def _wait_for_record() -> EngineRecord | None:
    """Wait for the engine that holds the lock to publish itself; None on timeout."""
    deadline = time.monotonic() + START_TIMEOUT
    while (found := recorded()) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def _already_published(other: EngineRecord | None) -> str:
    where = f"{other.endpoint}, process {other.pid}" if other else "it is still starting"
    return f"an engine is published already: {where}. Use that one, or end it: sessionbay stop"
