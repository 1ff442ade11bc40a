"""What the engine can ask for."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from . import code_kernel, files, trees
from .frame_socket import Failure, FrameSocket, PassedDescriptor
from .harden import harden, in_force
from .limits import restrain
from .process_tree import ProcessTree
from .processes import Processes
from .resource_monitor import ResourceMonitor
from .run import CROWDED, DRAIN, Run
from .subreaper import PR_SET_CHILD_SUBREAPER, keep
from .terminal import Terminals
from .watch import Watches

STACK = 512 * 1024  # bytes for each thread's stack: of the usual 8 MiB a limit on memory would count all
AT_ONCE = {"ping", "freeze", "thaw", "kill", "figures"}  # what must never wait for a thread
# What a session that is full refuses.
ADDING = {
    "run",
    "write",
    "edit",
    "make_directory",
    "open_context",
    "open_terminal",
    "start_process",
    "take_file",
    "extract",
}
OF_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}  # which it ignores, so that they come as an OSError
Order = Callable[..., object]


class Agent:
    """Takes orders, each in a thread of its own, and answers them."""

    def __init__(self, line: FrameSocket, workload: ProcessTree, guard: ResourceMonitor) -> None:
        self._line = line
        self._workload = workload
        self._guard = guard
        terminals, watches, processes = Terminals(workload), Watches(), Processes(workload)
        self._orders: dict[str, Order] = {
            "ping": lambda: {"pid": os.getpid(), "home": os.getcwd(), "hardening": in_force},
            "run": self._run,
            "read": files.read,
            "info": files.info,
            "list": files.listing,
            "make_directory": files.make_directory,
            "write": files.write,
            "delete": files.delete,
            "move": files.move,
            "edit": files.edit,
            "search": files.search,
            "tree": trees.tree,
            "choose": trees.choose,
            "send_file": trees.send_file,
            "take_file": trees.take_file,
            "keep_file": trees.keep_file,
            "extract": trees.extract,
            "connect": connected,
            "environment": lambda: dict(os.environ),
            "open_context": partial(code_kernel.open_context, workload),
            "interrupt": code_kernel.interrupt,
            "freeze": workload.freeze,
            "thaw": workload.thaw,
            "kill": workload.kill,
            "figures": self._figures,
            "start_process": processes.start,
            "read_process": processes.read,
            "write_process": processes.write,
            "kill_process": processes.kill,
            "open_terminal": terminals.open,
            "terminal_exit": terminals.exit_code,
            "kill_terminal": terminals.kill,
            "changes": watches.changes,
            "forget_changes": watches.forget,
        }

    def serve(self) -> None:
        """Take orders until the engine is gone."""
        while (received := self._line.receive()) is not None:
            try:
                threading.Thread(target=self._answer, args=received, daemon=True).start()
            except RuntimeError:  # the session's own processes left no room for one more thread
                self._answer(*received, crowded=True)

    def _answer(self, order: dict[str, object], blob: bytes, crowded: bool = False) -> None:
        reply: dict[str, object] = {"id": order.pop("id")}
        done: object = None
        try:
            done = self._done(str(order.pop("op")), order, blob, crowded)
            if isinstance(done, PassedDescriptor):
                reply.update(fds=1, value=done.value)
            elif not isinstance(done, bytes):
                reply["value"] = done
        except Failure as exc:
            reply["error"] = str(exc)
        except OSError as exc:
            reply["error"] = files.reason(exc)
        except Exception as exc:  # the agent's edge: a mistake here must be told, not leave the engine waiting
            reply["error"] = f"{type(exc).__name__}: {exc}"
        try:
            fd = done.fd if isinstance(done, PassedDescriptor) else None
            self._line.send(reply, done if isinstance(done, bytes) else b"", fd)
        finally:
            if isinstance(done, PassedDescriptor):
                os.close(done.fd)

    def _done(self, name: str, order: dict[str, object], blob: bytes, crowded: bool) -> object:
        if crowded and name not in AT_ONCE:
            raise Failure(CROWDED)
        if name in ADDING:
            self._guard.admit()
        if name == "write":
            order["data"] = blob
        return self._orders[name](**order)

    def _run(
        self, command: str, timeout: float, keep: int, cwd: str | None = None, envs: dict[str, str] | None = None
    ) -> dict[str, object]:
        return Run(self._workload, command, timeout, keep, cwd, envs).result()

    def _figures(self, folders: list[str]) -> dict[str, object]:
        ticks, memory = self._workload.figures()
        received, sent = traffic()
        space = os.statvfs(".")
        return {
            "cpu_seconds": ticks / os.sysconf("SC_CLK_TCK"),
            "memory": memory,
            "disk": files.used(folders),
            "disk_total": space.f_blocks * space.f_frsize,
            "received": received,
            "sent": sent,
        }


def connected(port: int) -> PassedDescriptor:
    """Pass a socket that is connected to a port of the session."""
    problem = ""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(5)
            sock.connect((host, port))
        except OSError as exc:
            sock.close()
            problem = problem or files.reason(exc)
        else:
            sock.settimeout(None)
            return PassedDescriptor(sock.detach())
    raise Failure(f"nothing answers on port {port} of the session: {problem}")


def traffic() -> tuple[int, int]:
    """Return the bytes received and sent by all interfaces but the loopback."""
    with open("/proc/net/dev") as file:
        rows = [line.partition(":") for line in file.read().splitlines()[2:]]
    counts = [data.split() for name, _, data in rows if name.strip() != "lo"]
    return sum(int(row[0]) for row in counts), sum(int(row[8]) for row in counts)


def hear_signals() -> None:
    """Undo what the engine's own parent has had ignored, as shells do in the background: Ctrl-C is to work inside.

    What Python itself ignores stays so: a process that does not read its input must not end the agent, nor a file that
    has grown too large. Commands get those signals back, from subprocess.
    """
    for number in signal.valid_signals() - OF_PYTHON:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def main(
    fd: int, scope: str, limits: dict[str, Any], hardening: dict[str, bool], folders: dict[str, list[str]] | None
) -> None:
    """Harden and restrain this process, then serve."""
    hear_signals()
    if scope == "tree":
        keep(fd)
    harden(hardening, folders, fd)
    libc = ctypes.CDLL(None)
    if scope != "namespace":
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    restrain(limits)
    os.set_inheritable(fd, False)
    threading.stack_size(STACK)
    workload = ProcessTree(scope == "namespace", own_user=scope == "user")
    guard = ResourceMonitor(workload, limits)
    try:
        guard.start()
        DRAIN.start()
        Agent(FrameSocket(socket.socket(fileno=fd)), workload, guard).serve()
    finally:
        workload.kill()
