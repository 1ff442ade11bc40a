"""Terminals: a shell that has one as its own, whose other end goes to the engine."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import termios

from .frame_socket import Failure, PassedDescriptor
from .process_tree import ProcessTree, send, stat_fields
from .run import SHELL

LC_CTYPE_MASK = 1
SESSION_FIELD = 3  # where the fields after a process's name tell the session it belongs to


class Terminals:
    """The shells of the session's terminals."""

    def __init__(self, process_tree: ProcessTree) -> None:
        self._process_tree = process_tree
        self._shells: dict[int, subprocess.Popen[bytes]] = {}

    def open(self, cols: int, rows: int, envs: dict[str, str], cwd: str | None, shell: str | None) -> PassedDescriptor:
        """Start a shell with a terminal of its own; pass the end that shows and types."""
        ours, theirs = os.openpty()
        try:
            fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            with self._process_tree.starting():
                process = started(theirs, shell or SHELL, cwd or os.getcwd(), envs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._shells[process.pid] = process
        return PassedDescriptor(ours, process.pid)

    def exit_code(self, pid: int) -> int:
        """Wait until a shell has ended; return its code, or less than 0 for the signal that ended it."""
        code = self._shells[pid].wait()
        del self._shells[pid]
        return code

    def kill(self, pid: int) -> None:
        """End a shell and all that it started in its terminal."""
        process = self._shells.get(pid)
        if process is None or process.poll() is not None:
            return
        for name in os.listdir("/proc"):
            if (
                name.isdigit()
                and int(name) != pid
                and stat_fields(int(name))[SESSION_FIELD : SESSION_FIELD + 1] == [str(pid)]
            ):
                send(int(name), signal.SIGKILL)
        process.kill()


def started(terminal: int, shell: str, cwd: str, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a shell in a session of its own, with ``terminal`` as what controls it."""
    try:
        # The hook runs between fork and exec, where nothing may wait for another thread: it is a single system call.
        return subprocess.Popen(
            [shell],
            cwd=cwd,
            env=with_locale({**os.environ, **envs}),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
    except (OSError, ValueError) as exc:
        raise Failure(f"{shell} cannot be started in {cwd}: {exc}") from exc


def take_terminal() -> None:
    """Make standard input the terminal that controls this process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def with_locale(env: dict[str, str]) -> dict[str, str]:
    """Return ``env`` such that UTF-8 can be typed: where its locale is not installed, the one that always is."""
    wanted = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG", "")
    utf8 = wanted.lower().replace("-", "").endswith(".utf8")
    return env if not utf8 or installed(wanted) else {**env, "LC_CTYPE": "C.UTF-8"}


def installed(locale: str) -> bool:
    """Return whether the system knows a locale."""
    libc = ctypes.CDLL(None)
    libc.newlocale.restype = ctypes.c_void_p
    libc.freelocale.argtypes = [ctypes.c_void_p]
    found = libc.newlocale(LC_CTYPE_MASK, os.fsencode(locale), None)
    if found:
        libc.freelocale(found)
    return bool(found)
