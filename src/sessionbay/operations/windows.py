"""The tools for windows."""

from collections.abc import Mapping
from typing import Any

from ..core import validation
from ..core.errors import ScreenError
from ..core.tool import Tool
from ..core.wire_model import NullableStr, Wire, parse_json, parse_json_list
from ..models.windows import Window, WindowInfoResult, WindowListResult
from .screen import UI_SERVER, action_tool

MAX_SIZE = 65535  # pixels


class ListArgs(Wire):
    timeout_ms: int = 3000


class ActiveArgs(Wire):
    """Older versions of AgentBay's tool take a timeout, newer ones nothing."""

    timeout_ms: int | None = None


class WindowArgs(Wire):
    window_id: int

    @classmethod
    def of(cls, window_id: object) -> "WindowArgs":
        """Return the arguments for a window of the caller."""
        return cls(window_id=validation.count("window_id", window_id, ScreenError))


class ResizeArgs(WindowArgs):
    width: int
    height: int

    @classmethod
    def sized(cls, window_id: object, width: object, height: object) -> "ResizeArgs":
        """Return the arguments for a window and a size of the caller."""
        return cls(
            window_id=validation.count("window_id", window_id, ScreenError),
            width=validation.integer("width", width, ScreenError, 1, MAX_SIZE),
            height=validation.integer("height", height, ScreenError, 1, MAX_SIZE),
        )


class FocusArgs(Wire):
    on: bool


class WindowAnswer(Wire):
    """AgentBay titles a window by ``window_title``, AGB and older services by ``title``."""

    window_id: int
    window_title: NullableStr = ""
    title: NullableStr = ""
    absolute_upper_left_x: int | None = None
    absolute_upper_left_y: int | None = None
    width: int | None = None
    height: int | None = None
    pid: int | None = None
    pname: str | None = None
    child_windows: list["WindowAnswer"] | None = None

    def public(self) -> Window:
        """Return the public value."""
        return Window(
            window_id=self.window_id,
            title=self.window_title or self.title,
            absolute_upper_left_x=self.absolute_upper_left_x,
            absolute_upper_left_y=self.absolute_upper_left_y,
            width=self.width,
            height=self.height,
            pid=self.pid,
            pname=self.pname,
            child_windows=tuple(child.public() for child in self.child_windows or ()),
        )


def parse_windows(text: str) -> Mapping[str, Any]:
    """Parse windows, a JSON array."""
    return {"data": tuple(window.public() for window in parse_json_list(WindowAnswer, text))}


def parse_window(text: str) -> Mapping[str, Any]:
    """Parse a window, a JSON object. Blank text and null mean that there is none."""
    return {"data": None if text.strip() in ("", "null") else parse_json(WindowAnswer, text).public()}


LIST = Tool(
    name="list_root_windows",
    server=UI_SERVER,
    about="List the windows of the desktop.",
    args=ListArgs,
    result=WindowListResult,
    read=parse_windows,
)
GET_ACTIVE = Tool(
    name="get_active_window",
    server=UI_SERVER,
    about="Return the window that has the focus.",
    args=ActiveArgs,
    result=WindowInfoResult,
    read=parse_window,
)
ACTIVATE = action_tool("activate_window", "Bring a window to the front and give it the focus.", WindowArgs)
CLOSE = action_tool("close_window", "Close a window.", WindowArgs)
MAXIMIZE = action_tool("maximize_window", "Maximize a window.", WindowArgs)
MINIMIZE = action_tool("minimize_window", "Minimize a window.", WindowArgs)
RESTORE = action_tool("restore_window", "Restore a maximized or minimized window.", WindowArgs)
FULLSCREEN = action_tool("fullscreen_window", "Show a window on the full screen.", WindowArgs)
RESIZE = action_tool("resize_window", "Give a window another size.", ResizeArgs)
FOCUS_MODE = action_tool("focus_mode", "Set whether new windows are kept from taking the focus.", FocusArgs)
