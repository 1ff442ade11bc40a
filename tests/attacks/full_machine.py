"""Attacks on a full machine: sessions that would take its last, and what breaks when there is nothing left."""

import asyncio
import errno
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from sessionbay.engine import admission, session_registry
from sessionbay.engine.agent.connection import AgentConnection
from sessionbay.engine.api_errors import ApiError
from sessionbay.engine.contexts import threads
from sessionbay.engine.machine import Room

from .attack import add, attack
from .defences_off import agent_with
from .resources import limited
from .scene import Scene, output

FULL = "a full machine"
MIB = 2**20


def admission_off(scene: Scene) -> None:
    """Start sessions whatever the machine has left."""
    scene.patch.setattr(session_registry, "admit", lambda *_: None)


def takes_the_last(name: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        scene.patch.setattr(admission, name, lambda *_: Room(20, "the last"))
        made = scene.client().create()
        if made.success:
            scene.end(made.session)
            return "a session was made"
        return made.code if made.outcome_unknown else None

    return attempt


ROOMS = {
    "last-processes": ("process_room", "20 processes are left to the machine."),
    "last-memory": ("memory_room", "20 bytes of memory are left to the machine."),
    "last-descriptors": ("descriptor_room", "20 file descriptors are left to the engine."),
    "last-disk": ("disk_room", "20 bytes of disk are left to the machine."),
    "last-inodes": ("inode_room", "20 files are left to the file system."),
}
for _name, (_room, _about) in ROOMS.items():
    add(
        _name,
        FULL,
        "a session is made only where the machine has more than it needs left",
        takes_the_last(_room),
        admission_off,
        f"Create a session when {_about}",
    )


def truncated(scene: Scene) -> None:
    """Have no room for the next descriptor that an agent passes, as the kernel does when there is none left."""
    real = socket.recv_fds

    def receive(*args: Any) -> Any:
        data, descriptors, flags, address = real(*args)
        if descriptors:
            scene.patch.setattr(socket, "recv_fds", real)
            for fd in descriptors:
                os.close(fd)
            flags |= socket.MSG_CTRUNC
        return data, [], flags, address

    scene.patch.setattr(socket, "recv_fds", receive)


def lost_when_truncated(scene: Scene) -> None:
    """Close the line of an agent whose descriptor did not arrive."""
    real = AgentConnection._read

    def read(self: AgentConnection) -> None:
        real(self)
        if None in self._descriptors:
            self.close("the agent sent too many file descriptors")

    scene.patch.setattr(AgentConnection, "_read", read)
    scene.patch.setattr(AgentConnection, "_settle", _settle_without(scene, AgentConnection._settle))


def _settle_without(scene: Scene, real: Any) -> Any:
    def settle(self: AgentConnection, reply: dict[str, Any], blob: bytes) -> None:
        if reply.get("fds") and self._descriptors and self._descriptors[0] is None:
            self.close("the agent sent too many file descriptors")
            return
        real(self, reply, blob)

    return settle


@attack(FULL, "a descriptor that there is no room for costs its request, not the session", lost_when_truncated)
def descriptor_without_room(scene: Scene) -> str | None:
    """Have a session start code, whose socket the engine has no descriptor for."""
    session = scene.lost_session()
    truncated(scene)
    refused = session.code.run_code("print(1)", "python")
    if not session.command.run("true").success:
        return "the session is lost"
    scene.end(session)
    return None if refused.code == "QuotaExceeded.Descriptor" else refused.code


PLAIN_WRITE = """
def write(fd, data):
    with open(fd, "wb", closefd=False) as file:
        file.write(data)
files._write_all_or_nothing = write
"""


@attack(FULL, "a write that the system refuses in its middle is taken back", agent_with(PLAIN_WRITE))
def half_a_line(scene: Scene) -> str | None:
    """Append more to a file than there is room for."""
    session = limited(scene, file_size=MIB).session()
    session.file_system.write_file("log", "first\n").raise_for_error()
    session.file_system.write_file("log", "x" * 2 * MIB, mode="append")
    size = output(session, "stat -c %s log")
    return f"{size} bytes were kept" if size != "6" else None


class Twice:
    """A pool that takes a call, and raises because no thread can be started, as ``concurrent.futures`` does."""

    def __init__(self, *_: Any) -> None:
        self.taken: list[Callable[[], Any]] = []

    def submit(self, call: Callable[[], Any]) -> Any:
        """Take a call, and raise."""
        self.taken.append(call)
        raise RuntimeError("can't start new thread")

    def close(self, *, wait: bool) -> None:
        """Run what was taken, as a thread does once it has time."""
        for call in self.taken:
            call()


@attack(
    FULL,
    "a call that a pool refuses is not also kept in it",
    lambda scene: scene.patch.setattr(threads, "Workers", Twice),
)
def work_done_twice(scene: Scene) -> str | None:
    """Have the engine do work in a thread when none can be started."""
    done: list[int] = []

    async def work() -> None:
        with scene.patch.context() as patch:
            patch.setattr(threading.Thread, "start", _no_thread)
            await threads.run_in_threads(lambda: done.append(1))
        threads.shutdown_threads()

    asyncio.run(work())
    return f"it was done {len(done)} times" if len(done) != 1 else None


def _no_thread(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def as_an_error(scene: Scene) -> None:
    """Report that a session could not be started as an error of the engine, as a status of 500 does."""
    scene.patch.setattr(
        session_registry, "_not_started", lambda exc: ApiError("SandboxFailed", f"It failed: {exc}.", status=500)
    )


@attack(FULL, "a refusal for lack of room has a status by which nothing was done", as_an_error)
def creation_that_may_have_happened(scene: Scene) -> str | None:
    """Create a session when no process can be started: the client must not look for it."""

    def fail(*_: Any, **__: Any) -> Any:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with scene.patch.context() as patch:
        patch.setattr(subprocess, "Popen", fail)
        answer = scene.http("POST", "/?Action=CreateMcpSession", data={"Authorization": f"Bearer {scene.key}"}).json()
    status = int(answer["HttpStatusCode"])
    return f"status {status}" if status >= 500 else None
