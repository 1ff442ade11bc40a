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
PROGRAMS = {  # what runs a language's page, and how it is come by
    "javascript": ("node", "javascript_code.js", "nodejs"),
    "java": ("java", "JavaCode.java", "default-jdk-headless"),
}


def command(language: str, packages: str) -> list[str]:
    """Return the command that serves a language on its standard input and output."""
    if language == "python":
        return [sys.executable, "-I", os.path.join(HERE, "python_code.py"), packages]
    if language not in PROGRAMS:
        served = ", ".join(["python", *PROGRAMS])
        raise Failure(f"the local engine runs code in {served}, not in {language}: run that by a command")
    program, page, package = PROGRAMS[language]
    found = shutil.which(program)
    if found is None:
        raise Failure(f"code in {language} needs {program} on this machine: apt-get install {package} (Debian, Ubuntu)")
    return [found, os.path.join(HERE, page)]


def open_context(workload: Workload, language: str, packages: str, envs: dict[str, str]) -> Passed:
    """Start a process that runs code; pass the socket to it."""
    words = command(language, packages)
    ours, theirs = socket.socketpair()
    with theirs, workload.starting():
        process = subprocess.Popen(
            words,
            env={**os.environ, **envs},
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
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
