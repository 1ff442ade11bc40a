"""The session's desktop: an X server, a window manager and the desktop service, which start and end together."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading

from .frame_socket import Failure, PassedDescriptor
from .process_tree import ProcessTree

TYPE_CHECKING = False  # spares each session the import of typing
if TYPE_CHECKING:
    from collections.abc import Sequence

AGENT_FOLDER = os.path.dirname(os.path.abspath(__file__))
START_SERVICE = (
    "import sys; sys.path.insert(0, {!r}); sys.path += filter(None, [{!r}]); "
    "from inside.desktop.service import main; main({!r}, {!r}, {!r})"
)
X_SERVER, MANAGER, SERVICE, VIEWER = "Xvfb", "openbox", "the desktop service", "x11vnc"
SOCKETS = "/tmp/.X11-unix"  # X itself creates it for root only
START_TIMEOUT = 30.0  # seconds that the X server has to listen
END_TIMEOUT = 5.0  # seconds in which a process that has closed its socket ends
SETTLE_TIME = 100  # milliseconds in which the end of the X server shows, after that of its clients
FAMILY_LOCAL = 256
COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"
LOG_TAIL = 2000  # bytes


class Running:
    """The processes of a desktop, its folder, and why it ended."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.envs: dict[str, str] = {}
        self.reason = ""
        self.watcher: threading.Thread | None = None

    def log(self, name: str) -> str:
        """Return the path of a process's log."""
        return os.path.join(self.folder, name.rpartition(" ")[2] + ".log")

    def describe(self, name: str) -> str:
        """Return how a process has ended, with the last line that it wrote."""
        code = self.processes[name].wait()
        how = f"exited with code {code}"
        if code < 0:
            how = f"was killed by signal {-code} ({signal.strsignal(-code)})"
        last = last_line(self.log(name)) if code >= 0 else ""
        return f"{name} {how}" + (f": {last}" if last else "")


class XDesktop:
    """Starts and ends the desktop of a session, one at a time."""

    def __init__(self, process_tree: ProcessTree) -> None:
        self._process_tree = process_tree
        self._lock = threading.Lock()
        self._running: Running | None = None

    def open(self, width: int, height: int, scale: float, packages: str) -> PassedDescriptor:
        """Start a desktop in place of the last one; pass the socket to its service, with its variables."""
        with self._lock:
            if self._running:
                _end(self._running)
            self._running = running = Running(_make_folder())
            ours, theirs = socket.socketpair()
            try:
                with theirs:
                    self._start(running, (width, height), scale, packages, theirs.fileno())
            except BaseException:
                ours.close()
                _end(running)
                raise
            running.watcher = threading.Thread(target=_watch, args=(running,), daemon=True)
            running.watcher.start()
            return PassedDescriptor(ours.detach(), running.envs)

    def close(self, lost: bool) -> str:
        """End the desktop; if its service was ``lost``, return why."""
        with self._lock:
            running, self._running = self._running, None
            if running is None or running.watcher is None:
                return ""
            if lost:
                running.watcher.join(END_TIMEOUT)
            reason = running.reason
            _end(running)
            running.watcher.join()
            return reason

    def view(self, control: bool) -> PassedDescriptor:
        """Start a VNC server for one viewer, which may only look unless ``control``; pass the socket to it."""
        with self._lock:
            if self._running is None or self._running.reason:
                raise Failure("the desktop has ended")
            argv = [VIEWER, "-inetd", "-quiet", "-nopw", *(() if control else ("-viewonly",))]
            ours, theirs = socket.socketpair()
            with theirs:
                self._spawn(self._running, VIEWER, argv, stdio=theirs.fileno())
            return PassedDescriptor(ours.detach())

    def _start(self, running: Running, size: tuple[int, int], scale: float, packages: str, service: int) -> None:
        display = self._start_server(running, size, scale)
        running.envs.update(DISPLAY=f":{display}", XAUTHORITY=os.path.join(running.folder, "Xauthority"))
        from .desktop.openbox_config import write  # not at the start of every session

        self._spawn(running, MANAGER, [MANAGER, "--sm-disable", "--config-file", write(running.folder)])
        script = START_SERVICE.format(os.path.dirname(AGENT_FOLDER), packages, service, running.folder, scale)
        self._spawn(running, SERVICE, [sys.executable, "-I", "-c", script], (service,))

    def _start_server(self, running: Running, size: tuple[int, int], scale: float) -> int:
        """Start the X server; return the number of its display."""
        os.makedirs(SOCKETS, exist_ok=True)
        cookie, authority = os.urandom(16), os.path.join(running.folder, "Xauthority")
        write_authority(authority, cookie)
        ours, theirs = os.pipe()
        try:
            argv = [X_SERVER, "-displayfd", str(theirs), "-screen", "0", f"{size[0]}x{size[1]}x24"]
            argv += [
                "-dpi",
                f"{96 * scale:.0f}",
                "-nolisten",
                "tcp",
                "-nolisten",
                "local",
                "-auth",
                authority,
                "-noreset",
            ]
            try:
                self._spawn(running, X_SERVER, argv, (theirs,))
            finally:
                os.close(theirs)
            display = _display(ours, self._process_tree)
        finally:
            os.close(ours)
        if display is None:
            running.processes[X_SERVER].kill()
            raise Failure(f"the desktop did not start: {running.describe(X_SERVER)}")
        return display

    def _spawn(
        self, running: Running, name: str, argv: Sequence[str], passed: Sequence[int] = (), stdio: int | None = None
    ) -> None:
        with open(running.log(name), "wb") as log, self._process_tree.starting():
            process = subprocess.Popen(
                argv,
                env={**os.environ, **running.envs},
                pass_fds=passed,
                stdin=subprocess.DEVNULL if stdio is None else stdio,
                stdout=subprocess.DEVNULL if stdio is None else stdio,
                stderr=log if name in (X_SERVER, SERVICE) else subprocess.DEVNULL,
                start_new_session=True,
            )
        if name != VIEWER:
            running.processes[name] = process
        else:
            threading.Thread(target=process.wait, daemon=True).start()


def _make_folder() -> str:
    """Make a folder that only the session's user can read."""
    folder = os.path.join(os.environ.get("TMPDIR", "/tmp"), f".desktop-{os.urandom(6).hex()}")
    os.mkdir(folder, 0o700)
    return folder


def write_authority(path: str, cookie: bytes) -> None:
    """Write the cookie of the server and its clients on this host, readable by this user only."""
    parts = socket.gethostname().encode(), b"", COOKIE_NAME, cookie  # an empty number stands for any display
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(struct.pack(">H", FAMILY_LOCAL))
        file.writelines(struct.pack(">H", len(part)) + part for part in parts)


def _display(fd: int, process_tree: ProcessTree) -> int | None:
    """Return the number that the X server writes once it listens; None if it ends before, or takes too long."""
    deadline, text = process_tree.clock() + START_TIMEOUT, b""
    while not text.endswith(b"\n"):
        if not select.select([fd], [], [], 0.5)[0]:
            if process_tree.clock() > deadline:
                return None
            continue
        data = os.read(fd, 16)
        if not data:
            return None
        text += data
    return int(text)


def _watch(running: Running) -> None:
    """End the whole desktop when one of its processes ends, and note which one that was."""
    pidfds = {name: os.pidfd_open(process.pid) for name, process in running.processes.items()}
    try:
        poll = select.poll()
        for fd in pidfds.values():
            poll.register(fd, select.POLLIN)
        ended = {fd for fd, _ in poll.poll()}
        server = select.poll()
        server.register(pidfds[X_SERVER], select.POLLIN)
        if server.poll(SETTLE_TIME):  # its clients end with it, and may be seen first
            ended.add(pidfds[X_SERVER])
        name = next(name for name, fd in pidfds.items() if fd in ended)
        running.reason = running.describe(name)
    finally:
        for fd in pidfds.values():
            os.close(fd)
        _kill(running)


def _end(running: Running) -> None:
    """End a desktop and remove its folder."""
    import shutil  # not at the start of every session

    _kill(running)
    shutil.rmtree(running.folder, ignore_errors=True)  # in which the session may have put anything


def _kill(running: Running) -> None:
    """End the processes of a desktop: the X server in order, as it removes its socket, the others at once."""
    for name, process in reversed(running.processes.items()):
        if name == X_SERVER:
            process.terminate()
            try:
                process.wait(1)
                continue
            except subprocess.TimeoutExpired:
                pass
        process.kill()
        process.wait()


def last_line(path: str) -> str:
    """Return the last line of a log, empty if it has none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - LOG_TAIL))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
