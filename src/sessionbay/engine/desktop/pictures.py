"""The screenshots of a session that have an address: files on the host, in the session's folder."""

import os
import secrets
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from ..contexts.signing import LIFETIME

MAX_BYTES = 256 * 2**20  # of all pictures of one session; the oldest make room


class Pictures:
    """Stores the pictures of one session for as long as their addresses are valid."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: deque[tuple[str, float, int]] = deque()  # name, time, size

    def add(self, pieces: Iterable[bytes]) -> str:
        """Store a picture; return its name."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        name = f"screenshot_{secrets.token_hex(12)}.png"
        with open(self._folder / name, "xb") as file:
            file.writelines(pieces)
            size = file.tell()
        self._kept.append((name, time.monotonic(), size))
        self._make_room()
        return name

    def open(self, name: str) -> int:
        """Open a picture for reading."""
        if all(name != kept for kept, _, _ in self._kept):
            raise FileNotFoundError(name)
        return os.open(self._folder / name, os.O_RDONLY | os.O_CLOEXEC)

    def _make_room(self) -> None:
        """Remove pictures whose address has expired, and the oldest over the limit."""
        expired = time.monotonic() - LIFETIME
        while self._kept[0][1] < expired or sum(size for _, _, size in self._kept) > MAX_BYTES:
            (self._folder / self._kept.popleft()[0]).unlink(missing_ok=True)
