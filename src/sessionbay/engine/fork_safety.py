"""What a fork of the program must not hold: the engine's folder, port and sessions would outlive the engine."""

import contextlib
import os
import weakref
from socket import socket
from typing import IO, TypeVar

_held: "weakref.WeakSet[IO[bytes] | socket]" = weakref.WeakSet()
F = TypeVar("F", bound="IO[bytes] | socket")


def close_in_forks(file: F) -> F:
    """Have a file, which is returned, closed in every process that is forked from this one."""
    _held.add(file)
    return file


def _let_go() -> None:
    for file in tuple(_held):
        with contextlib.suppress(OSError):
            file.close()


os.register_at_fork(after_in_child=_let_go)
