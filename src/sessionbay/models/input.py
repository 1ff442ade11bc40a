"""Mouse and cursor, and the results of reading them."""

from enum import StrEnum

from ..core.errors import ScreenError
from ..core.public import public
from ..core.result import Delegated, MappingResult
from ..core.value import Record


@public
class MouseButton(StrEnum):
    """A button of the mouse; its text is accepted as well. ``DOUBLE_LEFT`` is a double click."""

    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"
    DOUBLE_LEFT = "double_left"


@public
class ScrollDirection(StrEnum):
    """A direction in which the mouse wheel turns; its text is accepted as well."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


@public
class CursorPosition(Record):
    """The position of the cursor.

    Attributes:
        x: Pixels from the left edge of the screen.
        y: Pixels from its upper edge.
    """

    x: int
    y: int


@public
class CursorPositionResult(MappingResult[CursorPosition, int], error=ScreenError):
    """The result of ``get_cursor_position``. The fields of ``data`` are also keys and attributes of the result."""

    x = Delegated[int]()
    y = Delegated[int]()
