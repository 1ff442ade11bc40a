# Generated from src/sessionbay/_async/screen/mouse.py by scripts/generate_sync.py. Do not edit.
"""The mouse of a session."""

from ...core import validation
from ...core.errors import ScreenError
from ...core.public import public
from ...core.tool import NoArgs
from ...models.input import CursorPositionResult, MouseButton, ScrollDirection
from ...models.screen import BoolResult
from ...operations import input as ops
from ..module import Module


class MouseTools(Module):
    """Moves, clicks, drags and scrolls. Coordinates are pixels from 0 at the left and upper edge of the screen."""

    def click_mouse(self, x: int, y: int, button: MouseButton | str = MouseButton.LEFT) -> BoolResult:
        """Click at a position.

        Args:
            x: Pixels from the left edge, 0 to 65535.
            y: Pixels from the upper edge, 0 to 65535.
            button: ``left``, ``right``, ``middle``, or ``double_left`` for a double click.

        Returns:
            Whether it was clicked.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            clicked = session.computer.click_mouse(10, 20, MouseButton.RIGHT)
            print(clicked.success)
            ```
        """
        args = ops.ClickArgs(**ops.coordinates(x=x, y=y), button=ops.chosen("button", button, ops.BUTTONS))
        return self._connection.call_tool(ops.CLICK, args)

    def move_mouse(self, x: int, y: int) -> BoolResult:
        """Move the mouse to a position.

        Args:
            x: Pixels from the left edge, 0 to 65535.
            y: Pixels from the upper edge, 0 to 65535.

        Returns:
            Whether it was moved.

        Raises:
            ScreenUsageError: A coordinate is invalid; nothing was sent.

        Example:
            ```python
            moved = session.computer.move_mouse(100, 200)
            print(moved.success)
            ```
        """
        return self._connection.call_tool(ops.MOVE, ops.MoveArgs(**ops.coordinates(x=x, y=y)))

    def drag_mouse(
        self, from_x: int, from_y: int, to_x: int, to_y: int, button: MouseButton | str = MouseButton.LEFT
    ) -> BoolResult:
        """Drag from one position to another.

        Args:
            from_x: The start, in pixels from the left edge, 0 to 65535.
            from_y: The start, in pixels from the upper edge, 0 to 65535.
            to_x: The end, in pixels from the left edge, 0 to 65535.
            to_y: The end, in pixels from the upper edge, 0 to 65535.
            button: The button that is held: ``left``, ``right`` or ``middle``.

        Returns:
            Whether it was dragged.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            dragged = session.computer.drag_mouse(10, 10, 200, 10)
            print(dragged.success)
            ```
        """
        points = ops.coordinates(from_x=from_x, from_y=from_y, to_x=to_x, to_y=to_y)
        args = ops.DragArgs(**points, button=ops.chosen("button", button, ops.DRAG_BUTTONS))
        return self._connection.call_tool(ops.DRAG, args)

    def scroll(
        self, x: int, y: int, direction: ScrollDirection | str = ScrollDirection.UP, amount: int = 1
    ) -> BoolResult:
        """Turn the wheel at a position.

        Args:
            x: Pixels from the left edge, 0 to 65535.
            y: Pixels from the upper edge, 0 to 65535.
            direction: ``up``, ``down``, ``left`` or ``right``.
            amount: The number of notches, 1 or more.

        Returns:
            Whether it was scrolled.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            scrolled = session.computer.scroll(400, 300, ScrollDirection.DOWN, 3)
            print(scrolled.success)
            ```
        """
        args = ops.ScrollArgs(
            **ops.coordinates(x=x, y=y),
            direction=ops.chosen("direction", direction, ops.DIRECTIONS),
            amount=validation.count("amount", amount, ScreenError),
        )
        return self._connection.call_tool(ops.SCROLL, args)

    def get_cursor_position(self) -> CursorPositionResult:
        """Get the position of the cursor.

        Returns:
            ``x`` and ``y`` in pixels; also as keys of the result.

        Example:
            ```python
            position = session.computer.get_cursor_position()
            print((position.x, position.y) if position else position.error_message)
            ```
        """
        return self._connection.call_tool(ops.GET_POSITION, NoArgs())


@public
class Mouse(MouseTools):
    """``computer.mouse``: the mouse, also by AGB's short names."""

    click = MouseTools.click_mouse
    move = MouseTools.move_mouse
    get_position = MouseTools.get_cursor_position

    def drag(self, x1: int, y1: int, x2: int, y2: int, button: MouseButton | str = MouseButton.LEFT) -> BoolResult:
        """Drag as ``drag_mouse`` does. AGB has other names for its arguments.

        Args:
            x1: ``from_x``.
            y1: ``from_y``.
            x2: ``to_x``.
            y2: ``to_y``.
            button: The button that is held: ``left``, ``right`` or ``middle``.

        Returns:
            Whether it was dragged.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            dragged = session.computer.mouse.drag(10, 10, 200, 10)
            print(dragged.success)
            ```
        """
        return self.drag_mouse(x1, y1, x2, y2, button)
