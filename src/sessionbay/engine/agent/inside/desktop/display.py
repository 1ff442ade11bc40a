"""Connections to the X server."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence

from .waiting import wait_until
from .xlib import Display, X, Xatom, error, event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CREDENTIALS = struct.Struct("iII")  # of the other end of a socket: process, user, group
LOCAL_PID = 2  # what the X-Resource extension is asked for
MAX_PROPERTY = 2**16  # bytes of a property that are read: programs may set any


def _ignore(*_: object) -> None:
    """Ignore the error of a request that has no reply: whether it was done is seen in the properties."""


class Connection:
    """A connection to the X server, for several threads.

    A program that grabs the server does not hold it up.
    """

    def __init__(self) -> None:
        self.display: Any = Display()
        self.display.set_error_handler(_ignore)
        self.root: Any = self.display.screen().root
        self._lock = threading.RLock()
        self._atoms: dict[str, int] = {}
        self.display.xtest_grab_control(True)
        self.display.sync()

    @property
    def name(self) -> str:
        """The name of the display."""
        return str(self.display.get_display_name())

    def size(self) -> tuple[int, int]:
        """Return width and height of the screen in pixels."""
        with self._lock:
            geometry = self.root.get_geometry()
        return geometry.width, geometry.height

    def atom(self, name: str) -> int:
        """Return the number of a name."""
        if name not in self._atoms:
            with self._lock:
                self._atoms[name] = self.display.intern_atom(name)
        return self._atoms[name]

    def window(self, window_id: int) -> Any:
        """Return python-xlib's object for a window, which may or may not be there."""
        return self.display.create_resource_object("window", window_id)

    def property(self, window: Any, name: str) -> tuple[str, Any]:
        """Return the name of the type and the value of a property; both empty if there is none, or no window."""
        with self._lock:
            try:
                found = window.get_property(self.atom(name), X.AnyPropertyType, 0, MAX_PROPERTY // 4)
            except (error.BadWindow, error.BadDrawable):
                return "", ()
            if found is None:
                return "", ()
            return str(self.display.get_atom_name(found.property_type)), found.value

    def numbers(self, window: Any, name: str) -> list[int]:
        """Return the value of a property that consists of numbers; empty if it has another."""
        value = self.property(window, name)[1]
        return [] if isinstance(value, (bytes, str)) else [int(each) for each in value]

    def octets(self, window: Any, name: str) -> bytes:
        """Return the value of a property that consists of bytes; empty if it has another."""
        value = self.property(window, name)[1]
        return value if isinstance(value, bytes) else b""

    def set_text(self, name: str, value: str) -> None:
        """Set a property of the root window to a text."""
        with self._lock:
            self.root.change_property(self.atom(name), Xatom.STRING, 8, value.encode())
            self.display.sync()

    def forget(self, name: str) -> None:
        """Delete a property of the root window."""
        with self._lock:
            self.root.delete_property(self.atom(name))
            self.display.sync()

    def geometry(self, window: Any) -> tuple[int, int, int, int]:
        """Return where a window is on the screen, and its size; raise python-xlib's errors if it is gone."""
        with self._lock:
            size, place = window.get_geometry(), self.root.translate_coords(window, 0, 0)
        return place.x, place.y, size.width, size.height

    def ask_manager(self, window: Any, kind: str, *numbers: int) -> None:
        """Send the window manager a request about a window."""
        data: Sequence[int] = [*numbers, 0, 0, 0, 0, 0][:5]
        with self._lock:
            message = event.ClientMessage(window=window, client_type=self.atom(kind), data=(32, data))
            self.root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
            self.display.sync()

    def has_keyboard(self, window_id: int) -> bool:
        """Return whether keys go to a window, or to one in it."""
        with self._lock:
            found = self.display.get_input_focus().focus
            try:
                while not isinstance(found, int) and found.id != window_id:
                    found = found.query_tree().parent
            except error.BadWindow:
                return False
        return not isinstance(found, int)

    def pid(self, window_id: int) -> int:
        """Return the process whose connection made a window, by the X server's own word; 0 if it does not know.

        What the window itself says of its process is not asked: any program may write anything there.
        """
        with self._lock:
            try:
                found = self.display.res_query_client_ids([{"client": window_id, "mask": LOCAL_PID}]).ids
            except (error.BadValue, error.BadWindow):
                return 0
        return next((int(each.value[0]) for each in found if each.spec.mask == LOCAL_PID and len(each.value)), 0)

    def server_pid(self) -> int:
        """Return the process of the X server."""
        credentials = self.display.display.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        return int(CREDENTIALS.unpack(credentials)[0])

    def wait_for_manager(self, seconds: float) -> bool:
        """Wait until the window manager serves requests: it names itself before it has read its fonts."""
        with self._lock:
            probe = self.root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent)

        def served() -> bool:
            self.ask_manager(probe, "_NET_REQUEST_FRAME_EXTENTS")
            return bool(self.numbers(probe, "_NET_FRAME_EXTENTS"))

        try:
            return wait_until(served, seconds)
        finally:
            with self._lock:
                probe.destroy()
                self.display.sync()

    def pointer(self) -> Any:
        """Return the position of the cursor and the state of buttons and modifiers."""
        with self._lock:
            return self.root.query_pointer()

    def image(self, x: int, y: int, width: int, height: int) -> bytes:
        """Return the pixels of a part of the screen, slowly, in 32 bits each: blue, green, red, and nothing."""
        with self._lock:
            picture = self.root.get_image(x, y, width, height, X.ZPixmap, 0xFFFFFFFF).data
        return picture if isinstance(picture, bytes) else str(picture).encode("latin-1")
