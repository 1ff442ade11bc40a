"""Refuses to mix two versions: most modules are imported when they are first used, also after an upgrade."""

import os
import sys

from ._version import __version__

FILE = os.path.join(os.path.dirname(__file__), "_version.py")  # noqa: PTH118, PTH120  # pathlib is imported later
Status = tuple[int, int, int] | None


class VersionGuard:
    """An import hook that raises ImportError for modules of this package once another version is installed."""

    def __init__(self) -> None:
        self._seen = _status()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Leave the import to the other hooks, unless the module would be one of another version."""
        if not name.startswith("sessionbay.") or (now := _status()) == self._seen:
            return
        version = _installed_version()
        if version != __version__:
            state = f"version {version} is installed now" if version else "it is being replaced, or was removed"
            raise ImportError(f"this program runs sessionbay {__version__}, and {state}: restart the program")
        self._seen = now


def install() -> None:
    """Install the hook before all others."""
    if os.path.exists(FILE):  # noqa: PTH110  # it does not in a zip archive
        sys.meta_path.insert(0, VersionGuard())


def _status() -> Status:
    try:
        status = os.stat(FILE)  # noqa: PTH116
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _installed_version() -> str:
    """Return the version of the files; empty if they cannot be read."""
    try:
        with open(FILE, encoding="utf-8") as file:
            return file.read().rpartition("=")[2].strip(" \"'\n")
    except (OSError, UnicodeError):
        return ""
