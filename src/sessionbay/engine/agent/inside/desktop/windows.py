"""The windows: what they are, and what is done with them, as the window manager's standard (EWMH) has it.

What is done is asked of the window manager, which may refuse; an answer comes once the properties say it is done.
"""

from __future__ import annotations

import time

from ..frame_socket import Failure
from . import openbox_config, titles
from .arguments import number
from .display import Connection
from .processes import name_of
from .waiting import wait_until
from .xlib import X, error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

Geometry = tuple[int, int, int, int]  # left, top, width, height
MAX_ID = 2**32 - 1
MAX_SIZE = 65535
PATIENCE = 5.0  # seconds, for the window manager and the window's program
SIZE_PATIENCE = 2.0
ANSWER_PATIENCE = 1.0  # seconds, once a program has opened another window instead of closing one
STILL = 0.05  # seconds between two looks that must agree
ADD, REMOVE, PAGER, ICONIC = 1, 0, 2, 3  # words of EWMH and ICCCM
WITH_WIDTH, WITH_HEIGHT = 1 << 10, 1 << 11
HAS_STEPS = 1 << 6  # in WM_NORMAL_HINTS
FULL = ("MAXIMIZED_VERT", "MAXIMIZED_HORZ")
RECONFIGURE = 1
CLOSED = "the window was closed meanwhile"


class Windows:
    """The windows of the desktop, by their X ids."""

    def __init__(self, connection: Connection, folder: str) -> None:
        self._connection = connection
        self._folder = folder

    def list_root_windows(self, timeout_ms: object = 3000) -> list[dict[str, object]]:
        """Return the windows once they stand still, or after the timeout as they are."""
        looks = number("timeout_ms", timeout_ms, 0, 10**7) / 1000 / STILL
        before = self.geometries()
        while before and looks > 0:
            time.sleep(STILL)
            now = self.geometries()
            if now == before:
                break
            before, looks = now, looks - 1
        return [self._description(window_id, geometry) for window_id, geometry in before.items()]

    def get_active_window(self, timeout_ms: object = 3000) -> dict[str, object]:
        """Return the window that has the focus."""
        found = self.active()
        windows = {window["window_id"]: window for window in self.list_root_windows(timeout_ms)}
        if found not in windows:
            raise Failure("no window is active: activate_window gives one the focus")
        return windows[found]

    def activate_window(self, window_id: object) -> None:
        """Bring a window to the front, out of the task bar too, and give it the focus."""
        self._activate(self._known(window_id))

    def close_window(self, window_id: object) -> None:
        """Ask a window's program to close it."""
        known, before = self._known(window_id), set(self.ids())
        title = self.title(known)
        self._ask(known, "_NET_CLOSE_WINDOW", X.CurrentTime, PAGER)
        if wait_until(lambda: known not in self.ids() or set(self.ids()) - before, PATIENCE):
            wait_until(lambda: known not in self.ids(), ANSWER_PATIENCE)
        if known in self.ids():
            asking = [self.title(each) for each in self.ids() if each not in before]
            reason = f"its program opened {asking}" if asking else "its program does not close it"
            raise Failure(f"the window {title!r} is still open: {reason}")

    def maximize_window(self, window_id: object) -> None:
        """Maximize a window, also one that is minimized or on the full screen."""
        known = self._known(window_id)
        self._show(known)
        if self._has(known, "FULLSCREEN"):
            self._leave_full_size(known)
        self._refuse_unless_allowed(known, "MAXIMIZE_VERT", "be maximized")
        self._set_state(known, ADD, *FULL)
        self._wait(known, lambda: self._has(known, *FULL), "was not maximized")

    def minimize_window(self, window_id: object) -> None:
        """Minimize a window."""
        known = self._known(window_id)
        self._ask(known, "WM_CHANGE_STATE", ICONIC)
        self._wait(known, lambda: self._has(known, "HIDDEN"), "was not minimized")

    def restore_window(self, window_id: object) -> None:
        """Give a window its ordinary size and place, and the focus."""
        known = self._known(window_id)
        self._leave_full_size(known)
        self._activate(known)

    def fullscreen_window(self, window_id: object) -> None:
        """Show a window on the full screen."""
        known = self._known(window_id)
        self._refuse_unless_allowed(known, "FULLSCREEN", "be shown on the full screen")
        self._show(known)
        self._set_state(known, ADD, "FULLSCREEN")
        self._wait(known, lambda: self._has(known, "FULLSCREEN"), "was not shown on the full screen")

    def resize_window(self, window_id: object, width: object, height: object) -> dict[str, int]:
        """Give a window a size, or one that differs by less than a step of its program; return which."""
        known = self._known(window_id)
        wanted = number("width", width, 1, MAX_SIZE), number("height", height, 1, MAX_SIZE)
        self._show(known)
        self._leave_full_size(known)
        steps = self._steps(known)
        self._ask(known, "_NET_MOVERESIZE_WINDOW", WITH_WIDTH | WITH_HEIGHT | PAGER << 12, 0, 0, *wanted)

        def fits() -> bool:
            size = self._geometry(known)[2:]
            return all(abs(a - b) < step for a, b, step in zip(size, wanted, steps, strict=True))

        wait_until(fits, SIZE_PATIENCE)
        found = self._stand_still(known)
        if not fits():
            size, asked = f"{found[2]} by {found[3]}", f"{wanted[0]} by {wanted[1]}"
            raise Failure(
                f"the window {self.title(known)!r} took {size}, not {asked}: its program allows no other size"
            )
        return {"width": found[2], "height": found[3]}

    def focus_mode(self, on: object) -> None:
        """Set whether new windows are kept from taking the focus; dialogs of the active window may."""
        if not isinstance(on, bool):
            raise Failure(f"on must be true or false, not {on!r}")
        openbox_config.write(self._folder, focus_new=not on)
        root, connection = self._connection.root, self._connection
        connection.forget("_OB_THEME")  # which it sets again once it has read its configuration
        connection.ask_manager(root, "_OB_CONTROL", RECONFIGURE)
        if not wait_until(lambda: connection.octets(root, "_OB_THEME"), PATIENCE):
            raise Failure("the window manager did not read its configuration")

    def ids(self) -> list[int]:
        """Return the ids of the windows, in the order in which they were opened."""
        return self._connection.numbers(self._connection.root, "_NET_CLIENT_LIST")

    def active(self) -> int:
        """Return the id of the window that has the focus; 0 if none has it."""
        return next(iter(self._connection.numbers(self._connection.root, "_NET_ACTIVE_WINDOW")), 0)

    def has_focus(self, window_id: int) -> bool:
        """Return whether a window is the active one, and gets the keys."""
        return self.active() == window_id and self._connection.has_keyboard(window_id)

    def pid(self, window_id: int) -> int:
        """Return the process of a window; 0 if it is not known."""
        return self._connection.pid(window_id)

    def title(self, window_id: int) -> str:
        """Return the title of a window."""
        window = self._window(window_id)
        for name in ("_NET_WM_NAME", "WM_NAME"):
            kind, value = self._connection.property(window, name)
            if isinstance(value, bytes) and value:
                return titles.decode(kind, value)
        return ""

    def geometries(self) -> dict[int, Geometry]:
        """Return where the windows are on the screen, without their frames."""
        found: dict[int, Geometry] = {}
        for window_id in self.ids():
            try:
                found[window_id] = self._geometry(window_id)
            except Failure:  # it was just closed
                continue
        return found

    def state(self, window_id: int) -> list[int]:
        """Return the states of a window, by the numbers of their names."""
        return sorted(self._connection.numbers(self._window(window_id), "_NET_WM_STATE"))

    def _description(self, window_id: int, geometry: Geometry) -> dict[str, object]:
        pid, title = self.pid(window_id), self.title(window_id)
        return {
            "window_id": window_id,
            "window_title": title,
            "title": title,
            "absolute_upper_left_x": geometry[0],
            "absolute_upper_left_y": geometry[1],
            "width": geometry[2],
            "height": geometry[3],
            "pid": pid or None,
            "pname": name_of(pid) or None,
            "child_windows": [],
        }

    def _known(self, window_id: object) -> int:
        known = number("window_id", window_id, 0, MAX_ID)
        if known not in self.ids():
            raise Failure(f"there is no window {known}: list_root_windows lists those that are open")
        return known

    def _window(self, window_id: int) -> Any:
        return self._connection.window(window_id)

    def _ask(self, window_id: int, kind: str, *numbers: int) -> None:
        self._connection.ask_manager(self._window(window_id), kind, *numbers)

    def _has(self, window_id: int, *states: str) -> bool:
        found = self.state(window_id)
        return all(self._connection.atom(f"_NET_WM_STATE_{state}") in found for state in states)

    def _set_state(self, window_id: int, action: int, *states: str) -> None:
        atoms = [self._connection.atom(f"_NET_WM_STATE_{state}") for state in states]
        self._ask(window_id, "_NET_WM_STATE", action, *[*atoms, 0][:2], PAGER)

    def _refuse_unless_allowed(self, window_id: int, action: str, what: str) -> None:
        allowed = self._connection.numbers(self._window(window_id), "_NET_WM_ALLOWED_ACTIONS")
        if allowed and self._connection.atom(f"_NET_WM_ACTION_{action}") not in allowed:
            raise Failure(f"the window {self.title(window_id)!r} cannot {what}: its program allows it no other size")

    def _show(self, window_id: int) -> None:
        if self._has(window_id, "HIDDEN"):
            self._activate(window_id)

    def _activate(self, window_id: int) -> None:
        self._ask(window_id, "_NET_ACTIVE_WINDOW", PAGER, X.CurrentTime, 0)
        self._wait(
            window_id,
            lambda: self.has_focus(window_id) and not self._has(window_id, "HIDDEN"),
            "did not become active: its program does not take the focus",
        )

    def _leave_full_size(self, window_id: int) -> None:
        self._set_state(window_id, REMOVE, "FULLSCREEN")
        self._set_state(window_id, REMOVE, *FULL)
        sizes = ("FULLSCREEN", *FULL)
        self._wait(
            window_id, lambda: not any(self._has(window_id, each) for each in sizes), "did not leave its full size"
        )

    def _wait(self, window_id: int, condition: Any, problem: str) -> None:
        """Wait for a condition, and until the window stands still."""
        title = self.title(window_id)
        done = wait_until(lambda: window_id not in self.ids() or condition(), PATIENCE)
        if window_id not in self.ids():
            raise Failure(CLOSED)
        if not done:
            raise Failure(f"the window {title!r} {problem}")
        self._stand_still(window_id)

    def _stand_still(self, window_id: int) -> Geometry:
        before = self._geometry(window_id)
        for _ in range(int(PATIENCE / STILL)):
            time.sleep(STILL)
            now = self._geometry(window_id)
            if now == before:
                break
            before = now
        return before

    def _geometry(self, window_id: int) -> Geometry:
        try:
            return self._connection.geometry(self._window(window_id))
        except (error.BadWindow, error.BadDrawable):
            raise Failure(CLOSED) from None

    def _steps(self, window_id: int) -> tuple[int, int]:
        """Return the steps in which a window's program takes sizes."""
        hints = self._connection.numbers(self._window(window_id), "WM_NORMAL_HINTS")
        if len(hints) < 11 or not hints[0] & HAS_STEPS:
            return 1, 1
        return max(1, hints[9]), max(1, hints[10])
