"""The applications: which there are, starting them, and stopping them."""

from __future__ import annotations

import os
import subprocess
import time

from ..drain import DRAIN
from ..frame_socket import Failure
from ..starts import SHELL, TOO_MANY_PROCESSES, end_group
from . import desktop_files
from .arguments import text
from .display import Connection
from .processes import Processes, describe, is_running, session_of
from .reader import Reader
from .readiness import Readiness
from .screen import Screen
from .windows import Windows

START_PATIENCE = 5.0  # seconds, for a window that takes input
HAND_OVER_PATIENCE = 2.0  # seconds, for the window of another process that took over
STOP_PATIENCE = 10.0  # seconds, for a command that stops an application
LOOK = 0.05
MAX_TOLD = 2000  # bytes of what a program wrote before it ended


class Applications:
    """Starts and stops applications."""

    def __init__(self, windows: Windows, screen: Screen, processes: Processes) -> None:
        self._connection = Connection()  # of its own, for the events of answers
        self._reader = Reader(self._connection)
        self._windows = windows
        self._screen = screen
        self._processes = processes
        self._started: list[subprocess.Popen[bytes]] = []

    def get_installed_apps(
        self,
        start_menu: object = True,
        desktop: object = False,
        ignore_system_app: object = True,
        ignore_system_apps: object = True,
    ) -> list[dict[str, str]]:
        """Return the installed applications."""
        folders = desktop_files.folders(dict(os.environ)) if start_menu else []
        folders += [os.path.expanduser("~/Desktop")] if desktop else []
        ignores = bool(ignore_system_app) and bool(ignore_system_apps)
        return desktop_files.applications(folders, only_graphical=ignores)

    def list_visible_apps(self) -> list[dict[str, object]]:
        """Return the processes that have windows."""
        self._reap()
        pids = dict.fromkeys(self._windows.pid(window_id) for window_id in self._windows.ids())
        return [describe(pid) for pid in pids if is_running(pid)]  # X may not have noticed an end yet

    def start_app(
        self, start_cmd: object, work_directory: object = "", activity: object = ""
    ) -> list[dict[str, object]]:
        """Start an application; return its processes once its window takes input, or after 5 s what there is."""
        self._reap()
        before = set(self._windows.ids())
        command = desktop_files.command(text("start_cmd", start_cmd))
        process = self._start(command, text("work_directory", work_directory or ""))
        assert process.stderr is not None  # noqa: S101
        os.set_blocking(process.stderr.fileno(), False)
        try:
            pids = self._wait(process, command, before)
        finally:
            DRAIN.add(process.stderr.fileno())
            process.stderr.close()
        return [describe(pid) for pid in pids]

    def stop_app_by_pid(self, pid: object) -> None:
        """Stop a process and those that it started."""
        self._processes.stop_pid(pid)
        self._reap()

    def stop_app_by_pname(self, pname: object) -> None:
        """Stop all processes of a name."""
        self._processes.stop_name(text("pname", pname))
        self._reap()

    def stop_app_by_cmd(self, stop_cmd: object) -> None:
        """Run the command that stops an application."""
        command = text("stop_cmd", stop_cmd)
        process = self._start(command, "")
        try:
            told = process.communicate(timeout=STOP_PATIENCE)[1]
        except subprocess.TimeoutExpired:
            end_group(process.pid)
            raise Failure(f"{command!r} did not end within {STOP_PATIENCE:.0f} s") from None
        if process.returncode:
            raise Failure(_ended(command, process.returncode, told))

    def _start(self, command: str, folder: str) -> subprocess.Popen[bytes]:
        if not command.strip():
            raise Failure("the command is empty")
        cwd = os.path.expanduser(folder or "~")
        if not os.path.isdir(cwd):
            raise Failure(f"there is no folder {cwd!r}: pass another work_directory")
        null = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                [SHELL, "-c", command], cwd=cwd, stdin=null, stdout=null, stderr=subprocess.PIPE, start_new_session=True
            )
        except BlockingIOError:
            raise Failure(TOO_MANY_PROCESSES) from None
        except (OSError, ValueError) as exc:
            raise Failure(f"the command cannot be started: {exc}") from exc
        self._started.append(process)
        return process

    def _wait(self, process: subprocess.Popen[bytes], command: str, before: set[int]) -> list[int]:
        """Return the processes of a start once a window of theirs takes input."""
        readiness, told = Readiness(self._connection, self._reader, self._windows, self._screen), b""
        for look in range(int(START_PATIENCE / LOOK)):
            told = (told + (process.stderr.read() or b""))[-MAX_TOLD:] if process.stderr else b""
            code, pids = process.poll(), session_of(process.pid)
            if code and not pids:
                raise Failure(_ended(command, code, told))
            new = [each for each in self._windows.ids() if each not in before]
            if pids:
                new = [each for each in new if self._windows.pid(each) in pids]
            elif not new and look > HAND_OVER_PATIENCE / LOOK:
                break
            if readiness.is_ready(new):
                return pids or [pid for each in new if (pid := self._windows.pid(each))]
            time.sleep(LOOK)
        return session_of(process.pid)

    def _reap(self) -> None:
        """Let go of what has ended."""
        self._started = [process for process in self._started if process.poll() is None]


def _ended(command: str, code: int, told: bytes) -> str:
    lines = told.decode("utf-8", "replace").strip()
    exit_code = 128 - code if code < 0 else code
    return f"{command!r} ended with exit code {exit_code}" + (f": {lines}" if lines else "")
