"""The tools of mouse and keyboard, and the checks of their arguments."""

from collections.abc import Mapping
from typing import Any

from ..core import validation
from ..core.errors import ScreenError
from ..core.tool import NoArgs, Tool
from ..core.wire_model import Wire, parse_json
from ..models.input import CursorPosition, CursorPositionResult, MouseButton, ScrollDirection
from .screen import UI_SERVER, action_tool

MAX_COORDINATE = 65535
BUTTONS = tuple(map(str, MouseButton))
DRAG_BUTTONS = tuple(name for name in BUTTONS if name != MouseButton.DOUBLE_LEFT)
DIRECTIONS = tuple(map(str, ScrollDirection))


class MoveArgs(Wire):
    x: int
    y: int


class ClickArgs(MoveArgs):
    button: str = "left"


class DragArgs(Wire):
    from_x: int
    from_y: int
    to_x: int
    to_y: int
    button: str = "left"


class ScrollArgs(MoveArgs):
    direction: str = "up"
    amount: int = 1


class TextArgs(Wire):
    text: str


class ReleaseArgs(Wire):
    keys: list[str]


class PressArgs(ReleaseArgs):
    hold: bool = False


class PositionAnswer(Wire):
    x: int
    y: int


def coordinates(**values: object) -> dict[str, int]:
    """Return coordinates by name: whole numbers of pixels on the screen."""
    return {name: validation.integer(name, value, ScreenError, 0, MAX_COORDINATE) for name, value in values.items()}


def chosen(name: str, value: object, allowed: tuple[str, ...]) -> str:
    """Return one of ``allowed`` as a plain string."""
    validation.choice(name, value, allowed, ScreenError)
    return str(value)


def parse_position(text: str) -> Mapping[str, Any]:
    """Parse the position of the cursor, a JSON object."""
    position = parse_json(PositionAnswer, text)
    return {"data": CursorPosition(position.x, position.y)}


CLICK = action_tool("click_mouse", "Click a button of the mouse at a position.", ClickArgs)
MOVE = action_tool("move_mouse", "Move the mouse to a position.", MoveArgs)
DRAG = action_tool("drag_mouse", "Drag the mouse from one position to another, with a button held.", DragArgs)
SCROLL = action_tool("scroll", "Turn the wheel of the mouse at a position.", ScrollArgs)
GET_POSITION = Tool(
    name="get_cursor_position",
    server=UI_SERVER,
    about="Return the position of the cursor.",
    args=NoArgs,
    result=CursorPositionResult,
    read=parse_position,
)
INPUT_TEXT = action_tool("input_text", "Type text.", TextArgs)
PRESS_KEYS = action_tool("press_keys", "Press keys together, and release them unless they are held.", PressArgs)
RELEASE_KEYS = action_tool("release_keys", "Release keys that are held.", ReleaseArgs)
