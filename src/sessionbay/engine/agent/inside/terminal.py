"""Terminals: shells on a pseudo-terminal, whose other end is passed to the engine."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import termios

from .frame_socket import Failure, PassedDescriptor
from .process_tree import SESSION, ProcessTree, send, stat_fields
from .starts import SHELL

LC_CTYPE_MASK = 1


class Terminals:
    """The shells of the session's terminals."""

    def __init__(self, process_tree: ProcessTree) -> None:
        self._process_tree = process_tree
        self._shells: dict[int, subprocess.Popen[bytes]] = {}

    def open(self, cols: int, rows: int, envs: dict[str, str], cwd: str | None, shell: str | None) -> PassedDescriptor:
        """Start a shell on a new pseudo-terminal; pass the other end."""
        ours, theirs = os.openpty()
        try:
            fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            with self._process_tree.starting():
                process = spawn_shell(theirs, shell or SHELL, cwd or os.getcwd(), envs)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._shells[process.pid] = process
        return PassedDescriptor(ours, process.pid)

    def exit_code(self, pid: int) -> int:
        """Wait until a shell has ended; return its exit code, or the negative number of the signal that ended it."""
        if pid not in self._shells:
            raise Failure(f"no terminal has a shell with the process id {pid}")
        code = self._shells[pid].wait()
        self._shells.pop(pid, None)
        return code

    def kill(self, pid: int) -> None:
        """Kill a shell and all processes in its terminal."""
        process = self._shells.get(pid)
        if process is None or process.poll() is not None:
            return
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != pid and stat_fields(int(name))[SESSION : SESSION + 1] == [str(pid)]:
                send(int(name), signal.SIGKILL)
        process.kill()


def spawn_shell(terminal: int, shell: str, cwd: str, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a shell in a new session, with ``terminal`` as its controlling terminal."""
    try:
        # The hook runs between fork and exec and must not wait for another thread: it is a single system call.
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
    """Make standard input the controlling terminal of this process."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def with_locale(env: dict[str, str]) -> dict[str, str]:
    """Return ``env`` with C.UTF-8 in place of a UTF-8 locale that is not installed."""
    wanted = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG", "")
    utf8 = wanted.lower().replace("-", "").endswith(".utf8")
    return env if not utf8 or is_installed(wanted) else {**env, "LC_CTYPE": "C.UTF-8"}


def is_installed(locale: str) -> bool:
    """Return whether a locale is installed."""
    libc = ctypes.CDLL(None)
    libc.newlocale.restype = ctypes.c_void_p
    libc.freelocale.argtypes = [ctypes.c_void_p]
    found = libc.newlocale(LC_CTYPE_MASK, os.fsencode(locale), None)
    if found:
        libc.freelocale(found)
    return bool(found)
