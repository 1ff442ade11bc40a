"""Processes that run code for the session and keep what it defines, one for each language."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys

from .frame_socket import Failure, PassedDescriptor
from .process_tree import ProcessTree

AGENT_FOLDER = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = {  # what runs a language's page, and how it is come by
    "javascript": ("node", "javascript_code.js", "nodejs"),
    "java": ("java", "JavaCode.java", "default-jdk-headless"),
}


def command(language: str, packages: str) -> list[str]:
    """Return the command of the process that runs code of a language."""
    if language == "python":
        return [sys.executable, "-I", os.path.join(AGENT_FOLDER, "python_code.py"), packages]
    if language not in PROGRAMS:
        served = ", ".join(["python", *PROGRAMS])
        raise Failure(f"the local engine runs code in {served}, not in {language}: run that by a command")
    program, page, package = PROGRAMS[language]
    found = shutil.which(program)
    if found is None:
        raise Failure(f"code in {language} needs {program} on this machine: apt-get install {package} (Debian, Ubuntu)")
    return [found, os.path.join(AGENT_FOLDER, page)]


def open_kernel(process_tree: ProcessTree, language: str, packages: str, envs: dict[str, str]) -> PassedDescriptor:
    """Start a process that runs code; pass the socket to it."""
    words = command(language, packages)
    ours, theirs = socket.socketpair()
    with theirs, process_tree.starting():
        begin = _started_apart if language == "javascript" else _started
        process = begin(words, theirs.fileno(), {**os.environ, **envs})
    return PassedDescriptor(ours.detach(), {"pid": process.pid})


def _started(words: list[str], line: int, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that finds the engine on its standard input and output, and moves those by itself."""
    return subprocess.Popen(words, env=envs, stdin=line, stdout=line, stderr=subprocess.DEVNULL, start_new_session=True)


def _started_apart(words: list[str], line: int, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process that cannot do that: it is told where it finds the engine, and what its own outputs carry."""
    pipes = [os.pipe(), os.pipe()]
    told = line, pipes[0][0], pipes[1][0]
    try:
        return subprocess.Popen(
            [*words, *map(str, told)],
            env=envs,
            stdin=subprocess.DEVNULL,
            stdout=pipes[0][1],
            stderr=pipes[1][1],
            pass_fds=told,
            start_new_session=True,
        )
    finally:
        for fd in (*pipes[0], *pipes[1]):
            os.close(fd)


def interrupt(pid: int, kill: bool = False) -> None:
    """Interrupt what a process of ours runs, or end it with all that it started."""
    if kill:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    else:
        os.kill(pid, signal.SIGINT)
