"""The mouse of a session."""

from ...core import validation
from ...core.errors import ScreenError
from ...core.public import public
from ...core.tool import NoArgs
from ...models.input import CursorPositionResult, MouseButton, ScrollDirection
from ...models.screen import BoolResult
from ...operations import input as ops
from ..module import AsyncModule


class AsyncMouseTools(AsyncModule):
    """Moves, clicks, drags and scrolls. Coordinates are pixels from 0 at the left and upper edge of the screen."""

    async def click_mouse(self, x: int, y: int, button: MouseButton | str = MouseButton.LEFT) -> BoolResult:
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
            clicked = await session.computer.click_mouse(10, 20, MouseButton.RIGHT)
            print(clicked.success)
            ```
        """
        args = ops.ClickArgs(**ops.coordinates(x=x, y=y), button=ops.chosen("button", button, ops.BUTTONS))
        return await self._connection.call_tool(ops.CLICK, args)

    async def move_mouse(self, x: int, y: int) -> BoolResult:
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
            moved = await session.computer.move_mouse(100, 200)
            print(moved.success)
            ```
        """
        return await self._connection.call_tool(ops.MOVE, ops.MoveArgs(**ops.coordinates(x=x, y=y)))

    async def drag_mouse(
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
            dragged = await session.computer.drag_mouse(10, 10, 200, 10)
            print(dragged.success)
            ```
        """
        points = ops.coordinates(from_x=from_x, from_y=from_y, to_x=to_x, to_y=to_y)
        args = ops.DragArgs(**points, button=ops.chosen("button", button, ops.DRAG_BUTTONS))
        return await self._connection.call_tool(ops.DRAG, args)

    async def scroll(
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
            scrolled = await session.computer.scroll(400, 300, ScrollDirection.DOWN, 3)
            print(scrolled.success)
            ```
        """
        args = ops.ScrollArgs(
            **ops.coordinates(x=x, y=y),
            direction=ops.chosen("direction", direction, ops.DIRECTIONS),
            amount=validation.count("amount", amount, ScreenError),
        )
        return await self._connection.call_tool(ops.SCROLL, args)

    async def get_cursor_position(self) -> CursorPositionResult:
        """Get the position of the cursor.

        Returns:
            ``x`` and ``y`` in pixels; also as keys of the result.

        Example:
            ```python
            position = await session.computer.get_cursor_position()
            print((position.x, position.y) if position else position.error_message)
            ```
        """
        return await self._connection.call_tool(ops.GET_POSITION, NoArgs())


@public
class AsyncMouse(AsyncMouseTools):
    """``computer.mouse``: the mouse, also by AGB's short names."""

    click = AsyncMouseTools.click_mouse
    move = AsyncMouseTools.move_mouse
    get_position = AsyncMouseTools.get_cursor_position

    async def drag(
        self, x1: int, y1: int, x2: int, y2: int, button: MouseButton | str = MouseButton.LEFT
    ) -> BoolResult:
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
            dragged = await session.computer.mouse.drag(10, 10, 200, 10)
            print(dragged.success)
            ```
        """
        return await self.drag_mouse(x1, y1, x2, y2, button)
