"""A desktop outside of sessions: Xvfb, openbox, the service, and a raw client of it."""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import sessionbay.engine.agent.inside as inside
from sessionbay.engine.agent.inside.desktop import openbox_config

from ..processes import ENOUGH, eventually

HEADER = struct.Struct("!II")
PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xterm": "xterm",
    "mousepad": "mousepad",
    "setxkbmap": "x11-xkb-utils",
}
PACKAGES = {"Xlib": "python-xlib", "mss": "mss", "PIL": "pillow"}
WIDTH, HEIGHT = 1280, 800


def skip_unless_installed() -> None:
    """Skip a test where a program or a package is missing, with the line that installs it."""
    programs = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    packages = [package for module, package in PACKAGES.items() if find_spec(module) is None]
    lines = [f"apt-get install {' '.join(programs)}"] * bool(programs) + [f"pip install {' '.join(packages)}"] * bool(
        packages
    )
    if lines:
        pytest.skip(f"the desktop is not installed: {'; '.join(lines)}")


class Answer(Exception):
    """The service answered with an error; the message is its sentence."""


class Line:
    """The engine's end of the socket of a service; several threads may call at once."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._lock = threading.Lock()
        self._next = 0

    def send(self, op: str, **arguments: Any) -> int:
        """Send a request; return its number."""
        with self._lock:
            self._next += 1
            body = json.dumps({"id": self._next, "op": op, **arguments}).encode()
            self.sock.sendall(HEADER.pack(len(body), 0) + body)
            return self._next

    def receive(self) -> tuple[dict[str, Any], bytes]:
        """Return the next reply and its bytes, whichever request it answers."""
        size, extra = HEADER.unpack(self._exactly(HEADER.size))
        return json.loads(self._exactly(size)), self._exactly(extra)

    def call(self, op: str, **arguments: Any) -> Any:
        """Send a request and return its value, or its bytes."""
        number = self.send(op, **arguments)
        reply, blob = self.receive()
        assert reply["id"] == number
        if "error" in reply:
            raise Answer(reply["error"])
        return reply.get("value", blob)

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data


class Live:
    """An X server with its window manager, on which services are started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own_pid = os.getpid()
        self._display: Any = None
        self._processes: list[subprocess.Popen[bytes]] = []
        reader, writer = os.pipe()
        size = f"{WIDTH}x{HEIGHT}x24"
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        self.x = self.start(command, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader) as file:
            self.name = f":{file.readline().strip()}"
        self.env = {**os.environ, "DISPLAY": self.name, "LANG": "C.UTF-8", "HOME": str(folder)}
        self.env.pop("XAUTHORITY", None)
        quiet = [f"{name}={value}" for name, value in openbox_config.ENVIRONMENT.items()]
        self.manager = self.start(["env", *quiet, "openbox", "--config-file", openbox_config.write(str(folder))])

    def start(self, command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        """Start a program that ends with the desktop."""
        env = getattr(self, "env", None)
        null = subprocess.DEVNULL
        process = subprocess.Popen(command, env=env, stdin=null, stdout=null, stderr=null, **more)
        self._processes.append(process)
        return process

    @contextmanager
    def service(self, python: str = sys.executable, scale: float = 1.0, *, waits: bool = True) -> Iterator[Line]:
        """Start a service; give the line to it. It ends with the line."""
        ours, theirs = socket.socketpair()
        shared = str(Path(inside.__file__).parents[1])
        code = f"from inside.desktop.service import main; main({theirs.fileno()}, {str(self.folder)!r}, {scale})"
        command = [python, "-c", f"import sys; sys.path[:0] = [{shared!r}]; {code}"]
        process = subprocess.Popen(command, env=self.env, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)
        theirs.close()
        ours.settimeout(ENOUGH)
        self.process = process
        try:
            line = Line(ours)
            if waits:
                line.call("ping")  # answered once the window manager is there
            yield line
        finally:
            ours.close()
            process.wait(ENOUGH)

    @property
    def display(self) -> Any:
        """A connection of the tests' own, by which they look at properties."""
        if self._display is None:
            from sessionbay.engine.agent.inside.desktop.xlib import Display

            self._display = Display(self.name)
        return self._display

    def numbers(self, window: Any, name: str) -> list[int]:
        """Return the numbers of a property."""
        found = window.get_full_property(self.display.intern_atom(name), 0)
        return [] if found is None else list(found.value)

    def windows(self) -> list[int]:
        """Return the ids of the windows."""
        return self.numbers(self.display.screen().root, "_NET_CLIENT_LIST")

    def active(self) -> int:
        """Return the id of the window that has the focus."""
        return (self.numbers(self.display.screen().root, "_NET_ACTIVE_WINDOW") or [0])[0]

    def states(self, window_id: int) -> set[str]:
        """Return the states of a window."""
        window = self.display.create_resource_object("window", window_id)
        atoms = self.numbers(window, "_NET_WM_STATE")
        return {self.display.get_atom_name(atom).removeprefix("_NET_WM_STATE_") for atom in atoms}

    def has_focus(self, title: str) -> bool:
        """Return whether the window that has the focus has a title with this text."""
        from sessionbay.engine.agent.inside.desktop.xlib import error

        try:
            name = self.display.create_resource_object("window", self.active()).get_wm_name() if self.active() else ""
        except error.BadWindow:
            return False
        return title in str(name)

    def manager_pid(self) -> int:
        """Return the process of the window manager."""
        return self.manager.pid

    def window(self, title: str, *, fixed: bool = False, pid: int = 0) -> Any:
        """Open a window of the tests' own, and wait until it is managed."""
        from sessionbay.engine.agent.inside.desktop.xlib import X, Xatom

        window = self.display.screen().root.create_window(
            *(100, 100, 200, 100, 0), self.display.screen().root_depth, event_mask=X.KeyPressMask | X.ButtonPressMask
        )
        window.change_property(
            self.display.intern_atom("_NET_WM_NAME"), self.display.intern_atom("UTF8_STRING"), 8, title.encode()
        )
        window.change_property(self.display.intern_atom("_NET_WM_PID"), Xatom.CARDINAL, 32, [pid or os.getpid()])
        if fixed:
            sizes = {"min_width": 200, "max_width": 200, "min_height": 100, "max_height": 100}
            window.set_wm_normal_hints(flags=1 << 4 | 1 << 5, **sizes)
        window.map()
        self.display.sync()
        assert eventually(lambda: window.id in self.windows())
        return window

    def close(self, window: Any) -> None:
        """Close a window of the tests' own."""
        window.destroy()
        self.display.sync()
        assert eventually(lambda: window.id not in self.windows())

    def stop(self) -> None:
        """End all that was started here."""
        if self._display is not None:
            self._display.close()
        for process in reversed(self._processes):
            process.terminate()
            process.wait(ENOUGH)


@contextmanager
def desktop() -> Iterator[Live]:
    """Give a desktop that ends with the block."""
    skip_unless_installed()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        live = Live(Path(folder))
        try:
            yield live
        finally:
            live.stop()


def settles(look: Any, wanted: Any) -> bool:
    """Return whether what ``look`` returns becomes ``wanted``."""
    return eventually(lambda: look() == wanted)
