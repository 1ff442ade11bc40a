"""The one engine that a user's programs share: ``sessionbay serve`` writes where it is, and clients read it."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import psutil

from ..core.redact import Secret


@dataclass(frozen=True)
class Published:
    """Where the engine is, the key to it, and whose it is."""

    endpoint: str
    api_key: Secret
    pid: int
    started: float


def folder() -> Path:
    """Return the folder in which it is written; the user's own, and nobody else's to read."""
    found = Path(os.environ.get("SESSIONBAY_HOME") or platformdirs.user_state_path("sessionbay"))
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def publish(endpoint: str, api_key: Secret) -> None:
    """Write where this process's engine is; raise ``FileExistsError`` when another one is published."""
    if (other := find()) is not None:
        raise FileExistsError(f"an engine is published already: {other.endpoint}, process {other.pid}")
    me = psutil.Process()
    said = {"endpoint": endpoint, "api_key": api_key.reveal(), "pid": me.pid, "started": me.create_time()}
    scratch = folder() / f"engine.{me.pid}.part"
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(fd, "w", encoding="utf-8") as file:
        json.dump(said, file)
    scratch.replace(_file())


def withdraw() -> None:
    """Remove what this process has published."""
    found = find()
    if found is not None and found.pid == os.getpid():
        _file().unlink(missing_ok=True)


def find() -> Published | None:
    """Return the published engine; None when there is none that lives."""
    try:
        fd = os.open(_file(), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(fd, encoding="utf-8") as file:
        if not _ours(os.fstat(file.fileno())):
            raise PermissionError(f"{_file()} is not yours alone: remove it, or set SESSIONBAY_HOME to another folder")
        said = json.load(file)
    found = Published(said["endpoint"], Secret(said["api_key"]), said["pid"], said["started"])
    return found if _lives(found) else None


def _file() -> Path:
    return folder() / "engine.json"


def _ours(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077


def _lives(found: Published) -> bool:
    """Return whether the process that published still runs: its number alone may have gone to another."""
    try:
        return psutil.Process(found.pid).create_time() == found.started
    except psutil.NoSuchProcess:
        return False
