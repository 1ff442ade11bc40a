"""The service: requests in, replies out."""

from __future__ import annotations

import inspect
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial

from ..drain import DRAIN
from ..frame_socket import Failure, FrameSocket
from .applications import Applications
from .display import Connection
from .keyboard import Keyboard
from .pointer import Pointer
from .processes import Processes
from .screen import Screen
from .waiting import wait_until
from .windows import Windows
from .xlib import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

THREAD_STACK_SIZE = 512 * 1024  # bytes; a memory limit would count the usual 8 MiB in full
START_TIMEOUT = 60.0  # seconds for the window manager
CROWDED = "the desktop cannot serve more at once: end some processes of the session"
DESKTOP_ENDED = "the desktop has ended: its X server is gone"
NO_MANAGER = "the window manager did not start"
Handler = Callable[..., object]


class Service:
    """Serves the tools of the desktop."""

    def __init__(self, sock: socket.socket, folder: str) -> None:
        self._sock = sock
        self._frames = FrameSocket(sock)
        self._input, self._looks = Connection(), Connection()  # looking does not wait for long texts
        self._pointer, self._keyboard = Pointer(self._input), Keyboard(self._input)
        self._screen = Screen(self._looks)
        self._queue: queue.SimpleQueue[tuple[dict[str, object], bytes]] = queue.SimpleQueue()
        self._in_order = self._input_handlers()
        self._side_by_side = self._other_handlers(Windows(self._looks, folder))

    def _input_handlers(self) -> dict[str, Handler]:
        pointer, keyboard = self._pointer, self._keyboard
        return {
            "click_mouse": pointer.click_mouse,
            "move_mouse": pointer.move_mouse,
            "drag_mouse": pointer.drag_mouse,
            "scroll": pointer.scroll,
            "input_text": keyboard.input_text,
            "press_keys": keyboard.press_keys,
            "release_keys": keyboard.release_keys,
        }

    def _other_handlers(self, windows: Windows) -> dict[str, Handler]:
        applications = Applications(windows, self._screen, Processes(self._looks))
        return {
            "ping": self._ping,
            "get_cursor_position": self._position,
            "get_screen_size": self._screen.get_screen_size,
            "screenshot": self._screen.screenshot,
            "list_root_windows": windows.list_root_windows,
            "get_active_window": windows.get_active_window,
            "activate_window": windows.activate_window,
            "close_window": windows.close_window,
            "maximize_window": windows.maximize_window,
            "minimize_window": windows.minimize_window,
            "restore_window": windows.restore_window,
            "fullscreen_window": windows.fullscreen_window,
            "resize_window": windows.resize_window,
            "focus_mode": windows.focus_mode,
            "get_installed_apps": applications.get_installed_apps,
            "list_visible_apps": applications.list_visible_apps,
            "start_app": applications.start_app,
            "stop_app_by_pname": applications.stop_app_by_pname,
            "stop_app_by_pid": applications.stop_app_by_pid,
            "stop_app_by_cmd": applications.stop_app_by_cmd,
        }

    def start(self, scale: float) -> None:
        """Set up the desktop once its window manager is there."""
        self._release_all()
        self._screen.set_scale(scale)
        if not wait_until(self._manager, START_TIMEOUT) or not self._looks.wait_for_manager(START_TIMEOUT):
            raise Failure(NO_MANAGER)
        DRAIN.start()
        threading.Thread(target=self._serve_input, daemon=True).start()

    def serve(self) -> None:
        """Serve requests until the socket is closed, or X ends."""
        while (received := self._frames.receive()) is not None:
            if received[0].get("op") in self._in_order:
                self._queue.put(received)
                continue
            try:
                threading.Thread(target=self._answer, args=(self._side_by_side, *received), daemon=True).start()
            except RuntimeError:  # the session's processes have used up the limit
                self._frames.send({"id": received[0]["id"], "error": CROWDED})

    def close(self) -> None:
        """Release keys and buttons, if X is still there."""
        try:
            self._release_all()
        except (error.ConnectionClosedError, OSError):
            pass

    def _serve_input(self) -> None:
        while True:
            self._answer(self._in_order, *self._queue.get())

    def _answer(self, handlers: dict[str, Handler], request: dict[str, object], _blob: bytes) -> None:
        reply: dict[str, object] = {"id": request.pop("id")}
        value: object = None
        try:
            value = _handler(handlers, request)()
            if not isinstance(value, bytes):
                reply["value"] = value
        except Failure as exc:
            reply["error"] = str(exc)
        except error.ConnectionClosedError:
            reply["error"] = DESKTOP_ENDED
        except Exception as exc:  # the service's edge: the engine must always get a reply
            reply["error"] = f"{type(exc).__name__}: {exc}"
        try:
            self._frames.send(reply, value if isinstance(value, bytes) else b"")
            if reply.get("error") == DESKTOP_ENDED:
                self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # the engine is gone, and the service ends
            pass

    def _release_all(self) -> None:
        self._keyboard.release_all()
        self._pointer.release_all()

    def _manager(self) -> str:
        """Return the name of the window manager; empty while it is not there."""
        looks = self._looks
        for window_id in looks.numbers(looks.root, "_NET_SUPPORTING_WM_CHECK"):
            window = looks.window(window_id)
            if looks.numbers(window, "_NET_SUPPORTING_WM_CHECK") == [window_id]:
                return looks.octets(window, "_NET_WM_NAME").decode("utf-8", "replace") or "unknown"
        return ""

    def _ping(self) -> dict[str, object]:
        width, height = self._looks.size()
        rules = self._looks.octets(self._looks.root, "_XKB_RULES_NAMES").split(b"\0")
        return {
            "display": self._looks.name,
            "width": width,
            "height": height,
            "scale": self._screen.scale(),
            "layout": rules[2].decode("ascii", "replace") if len(rules) > 2 else "",
            "manager": self._manager(),
        }

    def _position(self) -> dict[str, int]:
        place = self._looks.pointer()
        return {"x": place.root_x, "y": place.root_y}


def _handler(handlers: dict[str, Handler], request: dict[str, object]) -> Callable[[], object]:
    """Return what serves a request."""
    name = str(request.pop("op"))
    if name not in handlers:
        raise Failure(f"the desktop has no tool {name!r}")
    try:
        inspect.signature(handlers[name]).bind(**request)
    except TypeError as exc:
        raise Failure(f"{name}: {exc}") from None
    return partial(handlers[name], **request)


def _end(*_: Any) -> None:
    raise SystemExit(0)


def main(fd: int, folder: str, scale: float = 1.0) -> None:
    """Serve the tools of the desktop of ``DISPLAY`` on a socket, until it is closed or X ends."""
    os.set_inheritable(fd, False)
    threading.stack_size(THREAD_STACK_SIZE)
    service = Service(socket.socket(fileno=fd), folder)
    signal.signal(signal.SIGTERM, _end)
    try:
        service.start(scale)
        service.serve()
    finally:
        service.close()
