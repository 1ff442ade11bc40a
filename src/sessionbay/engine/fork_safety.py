"""Files and sockets that forks of the program close, so that they do not keep them open after the engine has ended."""

import contextlib
import os
import weakref
from socket import socket
from typing import IO, TypeVar

_files: "weakref.WeakSet[IO[bytes] | socket]" = weakref.WeakSet()
F = TypeVar("F", bound="IO[bytes] | socket")


def close_in_forks(file: F) -> F:
    """Register a file to be closed in every fork of this process, and return it."""
    _files.add(file)
    return file


def _close_files() -> None:
    for file in tuple(_files):
        with contextlib.suppress(OSError):
            file.close()


os.register_at_fork(after_in_child=_close_files)
