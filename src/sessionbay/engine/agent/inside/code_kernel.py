"""Code kernels: a process for each language, which runs code and keeps its variables."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

from .frame_socket import Failure, PassedDescriptor
from .process_tree import ProcessTree

AGENT_FOLDER = os.path.dirname(os.path.abspath(__file__))
START_PYTHON = (
    "import sys; sys.path[:] = [{!r}, *filter(None, sys.path)]; "
    "from inside.python_code import main; sys.path.pop(0); main({!r})"
)
PROGRAMS = {  # language: interpreter, kernel script, Debian package of the interpreter
    "javascript": ("node", "javascript_code.js", "nodejs"),
    "java": ("java", "JavaCode.java", "default-jdk-headless"),
}


def command(language: str, packages: str) -> list[str]:
    """Return the command that starts the kernel of a language."""
    if language == "python":
        return [sys.executable, "-c", START_PYTHON.format(os.path.dirname(AGENT_FOLDER), packages)]
    if language not in PROGRAMS:
        available = ", ".join(["python", *PROGRAMS])
        raise Failure(f"the local engine runs code in {available}, not in {language}: use a command for that")
    program, script, package = PROGRAMS[language]
    import shutil  # not at the start of every session

    path = shutil.which(program)
    if path is None:
        raise Failure(f"code in {language} needs {program} on this machine: apt-get install {package} (Debian, Ubuntu)")
    return [path, os.path.join(AGENT_FOLDER, script)]


def open_kernel(process_tree: ProcessTree, language: str, packages: str, envs: dict[str, str]) -> PassedDescriptor:
    """Start a kernel; pass the socket to it."""
    argv = command(language, packages)
    envs = {name: value for name, value in {**os.environ, **envs}.items() if name != "PYTHONPATH"}  # see SearchPath
    ours, theirs = socket.socketpair()
    with theirs, process_tree.starting():
        start = _start_with_pipes if language == "javascript" else _start
        process = start(argv, theirs.fileno(), envs)
    return PassedDescriptor(ours.detach(), {"pid": process.pid})


def _start(argv: list[str], sock: int, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a kernel that takes its socket from descriptors 0 and 1, and replaces these itself."""
    return subprocess.Popen(argv, env=envs, stdin=sock, stdout=sock, stderr=subprocess.DEVNULL, start_new_session=True)


def _start_with_pipes(argv: list[str], sock: int, envs: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a kernel that cannot replace its outputs: its arguments are its socket and the read ends of its outputs."""
    pipes = [os.pipe(), os.pipe()]
    passed = sock, pipes[0][0], pipes[1][0]
    try:
        return subprocess.Popen(
            [*argv, *map(str, passed)],
            env=envs,
            stdin=subprocess.DEVNULL,
            stdout=pipes[0][1],
            stderr=pipes[1][1],
            pass_fds=passed,
            start_new_session=True,
        )
    finally:
        for fd in (*pipes[0], *pipes[1]):
            os.close(fd)


def interrupt(pid: int, kill: bool = False) -> int | None:
    """Interrupt a kernel; or kill it with its process group, and return its exit code, negative for a signal."""
    if not kill:
        os.kill(pid, signal.SIGINT)
        return None
    os.killpg(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
