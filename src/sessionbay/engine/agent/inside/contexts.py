"""Processes that run code for the session and keep what it defines, one for each language."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys

from .line import Failure, Passed
from .workload import Workload

HERE = os.path.dirname(os.path.abspath(__file__))
INSTALL = {
    "javascript": ("node", "apt-get install nodejs (Debian, Ubuntu), dnf install nodejs (Fedora)"),
}


def command(language: str, packages: str) -> list[str]:
    """Return the command that serves a language; the number of its socket follows."""
    if language == "python":
        return [sys.executable, "-I", os.path.join(HERE, "python_code.py")]
    if language not in INSTALL:
        raise Failure(f"the local engine runs python and javascript, not {language}: run its tools by a command")
    program, install = INSTALL[language]
    found = shutil.which(program)
    if found is None:
        raise Failure(f"code in {language} needs {program} on this machine: {install}")
    return [found, os.path.join(HERE, f"{language}_code.js")]


def open_context(workload: Workload, language: str, packages: str, envs: dict[str, str]) -> Passed:
    """Start a process that runs code; pass the socket to it."""
    ours, theirs = socket.socketpair()
    with theirs, workload.running:
        workload.wait_until_thawed()
        process = subprocess.Popen(
            [*command(language, packages), str(theirs.fileno()), packages],
            env={**os.environ, **envs},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return Passed(ours.detach(), {"pid": process.pid})


def interrupt(pid: int, kill: bool = False) -> None:
    """Interrupt what a process of ours runs, or end it with all that it started."""
    if kill:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    else:
        os.kill(pid, signal.SIGINT)
