"""The user interface of a session, as the older documents name it."""

from ..core.public import public
from ..models.screen import BoolResult
from ..operations import mobile as ops
from ..operations.input import ClickArgs, chosen, coordinates
from .phone import AsyncPhone


@public
class AsyncUI(AsyncPhone):
    """``session.ui`` of the older documents. New programs use ``session.mobile``, or ``session.computer`` on a desktop.

    AgentBay only. Every method raises ``ScreenUsageError`` for an invalid argument, before anything is sent, and
    ``ScreenError`` when there is no response.
    """

    async def click(self, x: int, y: int, button: str = "left") -> BoolResult:
        """Click on the screen.

        Args:
            x: The x coordinate, in pixels from the left.
            y: The y coordinate, in pixels from the top.
            button: ``left``, ``right`` or ``middle``.

        Returns:
            Whether the click was sent.

        Example:
            ```python
            clicked = await session.ui.click(100, 200)
            print(clicked.success)
            ```
        """
        args = ClickArgs(**coordinates(x=x, y=y), button=chosen("button", button, ops.BUTTONS))
        return await self._connection.call_tool(ops.CLICK, args)
