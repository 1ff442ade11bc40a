"""Attacks by use: sessions and strangers that take all there is, of which the others must not notice."""

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sessionbay import Session
from sessionbay.engine import code_kernel, http_protocol, request_body
from sessionbay.engine.limits import Limits

from ..engine.processes import eventually
from .attack import attack
from .defences_off import agent_with
from .scene import PATIENCE, Scene, output

USE = "using everything up"
MIB = 2**20


def resident() -> int:
    """Return how much memory this process, and so the engine, has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def beside(scene: Scene, session: Session, command: str, timeout_ms: int = 4000) -> Callable[[], None]:
    """Run a command in a thread; return how to wait for its end."""

    def run() -> None:
        with contextlib.suppress(Exception):
            session.command.run(command, timeout_ms=timeout_ms)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return lambda: thread.join(PATIENCE)


def slowest_echo(session: Session, count: int = 20) -> float:
    """Return how long the slowest of some echoes took."""
    worst = 0.0
    for _ in range(count):
        begun = time.monotonic()
        session.command.run("echo well").raise_for_error()
        worst = max(worst, time.monotonic() - begun)
    return worst


@attack(
    USE,
    "of a command's output its beginning and its end are kept",
    agent_with(
        "buffer = truncated_buffer.TruncatedBuffer\n"
        "buffer.add = lambda self, data: self._head.extend(data)\nbuffer._trim = lambda self: None"
    ),
)
def flood_of_output(scene: Scene) -> str | None:
    """A command that writes as fast as it can."""
    bystander, session = scene.session(), scene.lost_session()
    before = resident()
    ran = session.command.run("head -c 30000000 /dev/zero | tr '\\0' x", timeout_ms=8000)
    size = len(ran.stdout or "")
    if size > 20 * MIB or resident() - before > 200 * MIB:
        return f"{size} bytes came"
    return None if slowest_echo(bystander, 3) < scene.slack else "another session had to wait"


def limits_off(scene: Scene) -> None:
    """Give sessions no limits."""
    scene.marks.add("no limits")


def limited(scene: Scene, **wanted: int) -> Scene:
    """Return a scene whose sessions have limits, unless they are off."""
    off = "no limits" in scene.marks
    other = Scene(
        scene.started(limits=Limits(**(dict.fromkeys(wanted, 0) if off else wanted))), scene.patch, scene.folder
    )
    other.ending, other.slack = scene.ending, scene.slack
    return other


FORKS = """
import os, time
made = 0
try:
    while made < 150:
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
        made += 1
except OSError:
    pass
print("made", made)
"""


@attack(USE, "the number of processes is limited", limits_off, needs=("namespaces",))
def fork_bomb(scene: Scene) -> str | None:
    """Fork without end."""
    scene = limited(scene, processes=64)
    bystander, session = scene.session(), scene.lost_session()
    session.file_system.write_file("bomb.py", FORKS).raise_for_error()
    reported = output(session, "python3 bomb.py")
    if slowest_echo(bystander, 3) > scene.slack:
        return "another session had to wait"
    scene.end(session)
    return reported if reported == "made 150" else None


@attack(USE, "the memory of a process is limited", limits_off)
def memory_hog(scene: Scene) -> str | None:
    """Take 400 MB at once."""
    scene = limited(scene, process_memory=128 * MIB)
    reported = output(scene.session(), "python3 -c 'held = bytearray(400_000_000); print(len(held))'")
    return reported if reported.startswith("400") else None


@attack(USE, "the size of a file is limited", limits_off)
def endless_file(scene: Scene) -> str | None:
    """Write one file without end."""
    scene = limited(scene, file_size=2 * MIB)
    reported = output(scene.session(), "head -c 5000000 /dev/zero >big; stat -c %s big")
    return reported if reported.endswith("5000000") else None


@attack(USE, "the disk that a session takes is watched", limits_off)
def disk_filler(scene: Scene) -> str | None:
    """Write many files, until the disk is full: for longer than others, who make room on it, can hide that."""
    scene = limited(scene, disk=20 * MIB)
    session = scene.lost_session()
    done = beside(
        scene, session, "for n in $(seq 25); do head -c 3000000 /dev/zero >f$n; sleep 0.4; done; touch done", 60_000
    )
    finished = scene.home(session) / "done"
    eventually(lambda: finished.exists() or not session.file_system.write_file("more", "x").success)
    ended = finished.exists()
    scene.end(session)
    done()
    return "all was written" if ended else None


@attack(
    "slow strangers",
    "a connection whose request does not come is closed, and costs the others nothing meanwhile",
    lambda scene: scene.patch.setattr(http_protocol, "HEAD_TIMEOUT", 3600.0),
)
def requests_that_never_end(scene: Scene) -> str | None:
    """300 connections that begin a request each, and do not go on."""
    if http_protocol.HEAD_TIMEOUT < 3600:
        scene.patch.setattr(http_protocol, "HEAD_TIMEOUT", 5.0)
    with contextlib.ExitStack() as stack:
        open_ones = []
        for _ in range(300):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", scene.port), PATIENCE))
            sock.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
            open_ones.append(sock)
        session = scene.session()
        if slowest_echo(session, 5) > scene.slack:
            return "others had to wait"
        open_ones[-1].settimeout(3 * scene.slack)
        try:
            return "it stays open" if open_ones[-1].recv(1) else None
        except TimeoutError:
            return "it stays open"
        except ConnectionError:
            return None


@attack(
    "slow strangers",
    "a body has a time within which it has to come",
    lambda scene: scene.patch.setattr(request_body, "BODY_TIMEOUT", 3600.0),
)
def bodies_that_never_end(scene: Scene) -> str | None:
    """100 requests without a key that send a part of what they promise, and do not go on."""
    if request_body.BODY_TIMEOUT < 3600:
        scene.patch.setattr(request_body, "BODY_TIMEOUT", 5.0)
    with contextlib.ExitStack() as stack:
        open_ones = []
        for _ in range(100):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", scene.port), PATIENCE))
            head = f"POST /?Action=ListSession HTTP/1.1\r\nHost: 127.0.0.1:{scene.port}\r\nContent-Length: 1000\r\n\r\n"
            sock.sendall(head.encode() + b"Authorization=")
            open_ones.append(sock)
        if slowest_echo(scene.session(), 5) > scene.slack:
            return "others had to wait"
        open_ones[-1].settimeout(3 * scene.slack)
        try:
            answer = b"".join(iter(lambda: open_ones[-1].recv(65536), b""))
        except TimeoutError:
            return "it stays open"
        return None if b" 408 " in answer.partition(b"\r\n")[0] else answer.decode()


FLOOD = """
import os, socket
for fd in range(3, 64):
    try:
        socket.socket(fileno=os.dup(fd)).sendall(b"[" + b"[]," * 200_000 + b"[]]\\n")
    except OSError:
        pass
"""


def any_values(scene: Scene) -> None:
    """Parse lines of any number of values."""
    scene.patch.setattr(code_kernel, "MAX_VALUES", 2**40)


@attack(USE, "a line of too many values is replaced before it is parsed", any_values)
def line_of_many_values(scene: Scene) -> str | None:
    """Code that sends 200,000 lists on the line of its kernel, for the engine to parse."""
    parsed = [0]

    def loads(line: Any, **more: Any) -> Any:
        parsed[0] = max(parsed[0], len(line))
        return json.loads(line, **more)

    scene.patch.setattr(code_kernel, "json", SimpleNamespace(loads=loads, dumps=json.dumps))
    scene.session().code.run_code(FLOOD, "python")
    return f"{parsed[0]} bytes were parsed" if parsed[0] > 100_000 else None
