"""The one engine that a user's programs share: ``sessionbay serve`` writes where it is, and clients read it.

The file is believed when it is the user's own and nobody else's, its process lives, and what listens there proves to be
that engine. A key is sent to nobody else.
"""

import contextlib
import fcntl
import logging
import os
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
from ..core.secrets import Secret
from .identity import holds

log = logging.getLogger("sessionbay.engine")
FILE, LOCK = "engine.json", "engine.lock"
LARGEST = 2**14  # bytes of the file; an honest one has 300
STARTING = 10.0  # seconds that another engine has between its claim and its address
_claims: dict[Path, int] = {}


class _Written(BaseModel):
    """What the file says. Fields of later versions are ignored."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    endpoint: Annotated[str, Field(pattern=r"^http://127\.0\.0\.1:[1-9][0-9]{0,4}\z")]
    api_key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}\z")]
    pid: Annotated[int, Field(gt=0, lt=2**31)]
    started: Annotated[int, Field(ge=0)]
    boot_id: str
    version: Annotated[str, Field(max_length=50)]


@dataclass(frozen=True)
class EngineRecord:
    """Where the engine is, the key to it, and whose it is.

    Attributes:
        started: When its process started, in the kernel's ticks since the machine did; a clock that is set changes it
            not.
        boot_id: Which start of the machine that was.
    """

    endpoint: str
    api_key: Secret
    pid: int
    started: int
    boot_id: str
    version: str

    @property
    def port(self) -> int:
        """The port of the loopback that it listens on."""
        return int(self.endpoint.rpartition(":")[2])

    @property
    def known(self) -> KnownEngine:
        """What a client asks whoever listens there by."""
        return KnownEngine(self.api_key, self.port)


def folder() -> Path:
    """Return the folder in which it is written, made if need be; raise when it is not the user's own alone."""
    found = _place()
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        remedy = "set SESSIONBAY_HOME to a folder that can be"
        raise PermissionError(f"{found} cannot be made ({exc.strerror}): {remedy}") from exc
    os.close(_opened(found))
    return found


def claim() -> None:
    """Take the right to publish; raise ``FileExistsError``, with where the other one is, when it is taken."""
    home = folder()
    if home in _claims:
        return
    with _inside(home) as at:
        lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=at)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if other := find():
            raise FileExistsError(_taken(other))
    except BlockingIOError:
        os.close(lock)
        raise FileExistsError(_taken(_awaited())) from None
    except BaseException:
        os.close(lock)
        raise
    _claims[home] = lock


def publish(endpoint: str, api_key: Secret) -> None:
    """Write where this process's engine is; raise ``FileExistsError`` when another one is published."""
    claim()
    pid = os.getpid()
    said = _Written(
        endpoint=endpoint,
        api_key=api_key.reveal(),
        pid=pid,
        started=started_at(pid) or 0,
        boot_id=boot_id(),
        version=__version__,
    )
    with _inside(folder()) as at:
        scratch = f"{FILE}.{pid}.part"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(scratch, dir_fd=at)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(scratch, flags, 0o600, dir_fd=at), "w", encoding="utf-8") as file:
            file.write(said.model_dump_json())
        os.rename(scratch, FILE, src_dir_fd=at, dst_dir_fd=at)


def withdraw() -> None:
    """Remove what this process has published, and give up the right to."""
    home = _place()  # trusted or not: whatever is in the file's place now, this process holds the right to it
    if (lock := _claims.pop(home, None)) is not None:
        (home / FILE).unlink(missing_ok=True)
        os.close(lock)


def find() -> EngineRecord | None:
    """Return the published engine; None when there is none that lives and proves to be it."""
    found = recorded()
    if found is None or holds(found.api_key, found.port):
        return found
    log.warning("process %d at %s does not prove to be the engine that %s names", found.pid, found.endpoint, FILE)
    return None


def recorded() -> EngineRecord | None:
    """Return the engine that the file names, if its process lives; it need not answer."""
    with _inside(folder()) as at:
        text = _read(at)
    if text is None:
        return None
    try:
        written = _Written.model_validate_json(text)
    except ValidationError as exc:
        log.warning("%s is ignored, it is not what an engine writes: %d faults", FILE, exc.error_count())
        return None
    if written.boot_id != boot_id() or written.started != started_at(written.pid):
        return None
    key = Secret(written.api_key)
    return EngineRecord(written.endpoint, key, written.pid, written.started, written.boot_id, written.version)


def started_at(pid: int) -> int | None:
    """Return when a process started, in ticks since the machine did; None when there is no such process."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return int(told[19]) if len(told) > 19 and told[0] not in (b"Z", b"X") else None


def boot_id() -> str:
    """Return which start of the machine this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _place() -> Path:
    return Path(os.environ.get("SESSIONBAY_HOME") or platformdirs.user_state_path("sessionbay")).absolute()


@contextlib.contextmanager
def _inside(home: Path) -> Generator[int]:
    """Give the folder, opened: what its path leads to may change meanwhile."""
    at = _opened(home)
    try:
        yield at
    finally:
        os.close(at)


def _opened(home: Path) -> int:
    try:
        at = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except NotADirectoryError as exc:
        raise PermissionError(f"{home} is no folder, or a link to one: {_REMEDY}") from exc
    try:
        _check(home, os.fstat(at))
    except PermissionError:
        os.close(at)
        raise
    return at


def _read(at: int) -> bytes | None:
    """Return what the file says; None when there is none."""
    try:
        fd = os.open(FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=at)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise PermissionError(f"{FILE} is a link, or cannot be read ({exc.strerror}): {_REMEDY}") from exc
    with open(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise PermissionError(f"{FILE} is no file: {_REMEDY}")
        _check(FILE, status)
        return file.read(LARGEST + 1)[:LARGEST]


_REMEDY = "remove it, or set SESSIONBAY_HOME to another folder"


def _check(name: object, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError(f"{name} is not yours alone: {_REMEDY}")


def _awaited() -> EngineRecord | None:
    """Return the engine that holds the lock, once it has said where it is."""
    give_up = time.monotonic() + STARTING
    while (found := recorded()) is None and time.monotonic() < give_up:
        time.sleep(0.02)
    return found


def _taken(other: EngineRecord | None) -> str:
    where = f"{other.endpoint}, process {other.pid}" if other else "it is still starting"
    return f"an engine is published already: {where}. Use that one, or end it: sessionbay stop"
