"""The request handlers of the agent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from . import code_kernel, files, trees
from .disk import foreign_mounts, list_foreign_mounts
from .drain import DRAIN
from .frame_socket import Failure, FrameSocket, PassedDescriptor
from .group_memory import descriptors
from .harden import harden, in_force
from .limits import restrain
from .process_tree import ProcessTree
from .processes import Processes
from .resource_monitor import ResourceMonitor
from .run import Run
from .starts import TOO_MANY_PROCESSES, Starts
from .subreaper import PR_SET_CHILD_SUBREAPER, keep
from .terminal import Terminals
from .watch import Watches
from .x_desktop import XDesktop

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from typing import Any

THREAD_STACK_SIZE = 512 * 1024  # bytes; a memory limit would count the usual 8 MiB in full
ALWAYS_SERVED = {"ping", "freeze", "thaw", "kill", "figures"}  # served even when no thread can start
# Refused while the session exceeds its disk limits.
REFUSED_WHEN_FULL = {
    "run",
    "write",
    "edit",
    "make_directory",
    "open_desktop",
    "open_kernel",
    "open_terminal",
    "start_process",
    "take_file",
    "extract",
}
IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}  # ignored, so that they surface as an OSError
Handler = Callable[..., object]


class Agent:
    """Serves the requests of the engine, each in a thread of its own."""

    def __init__(self, sock: FrameSocket, process_tree: ProcessTree, monitor: ResourceMonitor) -> None:
        self._socket = sock
        self._process_tree = process_tree
        self._monitor = monitor
        self._starts = Starts(process_tree)
        self._home = os.getcwd()
        self._handlers = {**self._file_handlers(), **self._process_handlers()}

    def _file_handlers(self) -> dict[str, Handler]:
        watches = Watches()
        return {
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
            "changes": watches.changes,
            "forget_changes": watches.forget,
        }

    def _process_handlers(self) -> dict[str, Handler]:
        process_tree, starts = self._process_tree, self._starts
        terminals, processes, desktop = Terminals(process_tree), Processes(starts), XDesktop(process_tree)
        return {
            "ping": lambda: {"pid": os.getpid(), "home": self._home, "hardening": in_force},
            "run": self._run,
            "connect": connect_to_port,
            "environment": lambda: dict(os.environ),
            "open_kernel": partial(code_kernel.open_kernel, process_tree),
            "interrupt": code_kernel.interrupt,
            "open_desktop": desktop.open,
            "close_desktop": desktop.close,
            "view_desktop": desktop.view,
            "freeze": process_tree.freeze,
            "thaw": process_tree.thaw,
            "kill": process_tree.kill,
            "figures": self._figures,
            "start_process": processes.start,
            "read_process": processes.read,
            "write_process": processes.write,
            "wait_process": processes.wait,
            "kill_process": processes.kill,
            "cancel_start": starts.cancel,
            "open_terminal": terminals.open,
            "terminal_exit": terminals.exit_code,
            "kill_terminal": terminals.kill,
        }

    def serve(self) -> None:
        """Serve requests until the engine closes the connection."""
        while (received := self._socket.receive()) is not None:
            try:
                threading.Thread(target=self._serve_request, args=received, daemon=True).start()
            except RuntimeError:  # the session's processes have used up the limit
                self._serve_request(*received, crowded=True)

    def _serve_request(self, request: dict[str, object], blob: bytes, crowded: bool = False) -> None:
        reply: dict[str, object] = {"id": request.pop("id")}
        value: object = None
        try:
            value = self._dispatch(str(request.pop("op")), request, blob, crowded)
            if isinstance(value, PassedDescriptor):
                reply.update(fds=1, value=value.value)
            elif not isinstance(value, bytes):
                reply["value"] = value
        except Failure as exc:
            reply["error"] = str(exc)
        except OSError as exc:
            reply["error"] = files.reason(exc)
        except Exception as exc:  # the agent's edge: the engine must always get a reply
            reply["error"] = f"{type(exc).__name__}: {exc}"
        try:
            fd = value.fd if isinstance(value, PassedDescriptor) else None
            self._socket.send(reply, value if isinstance(value, bytes) else b"", fd)
        finally:
            if isinstance(value, PassedDescriptor):
                os.close(value.fd)

    def _dispatch(self, name: str, request: dict[str, object], blob: bytes, crowded: bool) -> object:
        if crowded and name not in ALWAYS_SERVED:
            raise Failure(TOO_MANY_PROCESSES)
        if name in REFUSED_WHEN_FULL:
            self._monitor.admit()
        if name in ("run", "write", "start_process"):
            request["data"] = blob
        self._enter_home()
        return self._handlers[name](**request)

    def _enter_home(self) -> None:
        """Follow the home folder, which a command may have replaced: relative paths and commands start there."""
        with suppress(OSError):  # there is none at the moment
            if not os.path.samefile(self._home, "."):
                os.chdir(self._home)

    def _run(self, data: bytes, **arguments: Any) -> dict[str, object]:
        before = self._monitor.killed()
        result = Run(self._process_tree, self._starts, **arguments).result(data)
        if self._monitor.killed() > before:
            result["stderr"] = f"{result['stderr']}{self._monitor.killed_note}"
        return result

    def _figures(self) -> dict[str, object]:
        ticks, memory = self._process_tree.figures()
        received, sent = traffic()
        space = os.statvfs(".")
        return {
            "cpu_seconds": ticks / os.sysconf("SC_CLK_TCK"),
            "memory": memory,
            "disk": self._monitor.disk_used(),
            "disk_total": space.f_blocks * space.f_frsize,
            "received": received,
            "sent": sent,
        }


def connect_to_port(port: int) -> PassedDescriptor:
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


def restore_signals() -> None:
    """Restore signals that the engine's parent had ignored, as shells do for background jobs: Ctrl-C must work inside.

    Those that Python itself ignores stay ignored: neither a closed pipe nor a file that grew too large may end the
    agent. ``subprocess`` restores them for commands.
    """
    for number in signal.valid_signals() - IGNORED_BY_PYTHON:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def main(
    fd: int, scope: str, limits: dict[str, Any], hardening: dict[str, bool], folders: dict[str, list[str]] | None
) -> None:
    """Apply hardening and limits to this process, then serve."""
    restore_signals()
    opened = {fd, *descriptors(limits["meters"])}
    if scope == "tree":
        keep(opened)
    harden(hardening, folders, opened)
    libc = ctypes.CDLL(None)
    if scope != "namespace":
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    restrain(limits)
    for each in opened:
        os.set_inheritable(each, False)
    threading.stack_size(THREAD_STACK_SIZE)
    if scope == "namespace":
        foreign_mounts.update(list_foreign_mounts())
    process_tree = ProcessTree(scope == "namespace", own_user=scope == "user")
    monitor = ResourceMonitor(process_tree, limits)
    try:
        monitor.start()
        DRAIN.start()
        Agent(FrameSocket(socket.socket(fileno=fd)), process_tree, monitor).serve()
    finally:
        process_tree.kill()
