"""The screen of a session."""

from ...core.public import public
from ...core.tool import NoArgs
from ...models.screen import ScreenSizeResult
from ...operations.screen import GET_SIZE
from .screenshots import AsyncScreenshots


class AsyncScreenTools(AsyncScreenshots):
    """Reads the screen."""

    async def get_screen_size(self) -> ScreenSizeResult:
        """Get the size of the screen.

        Returns:
            ``width`` and ``height`` in pixels, and ``dpi_scaling_factor``; also as keys of the result, by the wire's
            name ``dpiScalingFactor`` too.

        Example:
            ```python
            size = await session.computer.get_screen_size()
            print(f"{size.width} x {size.height}" if size else size.error_message)
            ```
        """
        return await self._connection.call_tool(GET_SIZE, NoArgs())


@public
class AsyncScreen(AsyncScreenTools):
    """``computer.screen``: the screen, also by AGB's short names."""

    get_size = AsyncScreenTools.get_screen_size
    capture = AsyncScreenTools.screenshot
