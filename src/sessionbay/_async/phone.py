"""What ``session.mobile`` and its older form, ``session.ui``, have in common."""

from ..core import validation
from ..core.errors import ScreenError
from ..models.mobile import UIElementListResult
from ..models.screen import BoolResult
from ..operations import mobile as ops
from ..operations.input import coordinates
from .command import tool_timeout
from .screen.screenshots import AsyncScreenshots
from .screen.text_input import AsyncTextInput
from .session_connection import AsyncSessionConnection


class AsyncPhone(AsyncScreenshots, AsyncTextInput):
    """Touches the screen of a phone, and reads its elements."""

    @property
    def _connection(self) -> AsyncSessionConnection:
        dialect = self._session_connection.api.dialect
        if not dialect.phones:
            raise ScreenError.usage(f"{dialect.title} has no phones: use AgentBay")
        return self._session_connection

    async def swipe(self, start_x: int, start_y: int, end_x: int, end_y: int, duration_ms: int = 300) -> BoolResult:
        """Swipe from one point to another.

        Args:
            start_x: The x coordinate of the start, in pixels from the left.
            start_y: Its y coordinate, in pixels from the top.
            end_x: The x coordinate of the end.
            end_y: Its y coordinate.
            duration_ms: The duration of the swipe in milliseconds.

        Returns:
            Whether the phone was swiped.

        Example:
            ```python
            scrolled = await session.mobile.swipe(360, 1000, 360, 300, duration_ms=500)
            print(scrolled.success)
            ```
        """
        args = ops.SwipeArgs(
            **coordinates(start_x=start_x, start_y=start_y, end_x=end_x, end_y=end_y),
            duration_ms=validation.milliseconds("duration_ms", duration_ms, ScreenError),
        )
        return await self._connection.call_tool(ops.SWIPE, args)

    async def send_key(self, key: int) -> BoolResult:
        """Press a key.

        Args:
            key: Its code, 0 to 288, by name ``KeyCode.HOME`` and so on. The cloud documents ``HOME``, ``BACK``,
                ``VOLUME_UP``, ``VOLUME_DOWN``, ``POWER`` and ``MENU``.

        Returns:
            Whether the key was pressed.

        Example:
            ```python
            pressed = await session.mobile.send_key(KeyCode.BACK)
            print(pressed.success)
            ```
        """
        return await self._connection.call_tool(ops.SEND_KEY, ops.KeyArgs(key=ops.key_code(key)))

    async def get_clickable_ui_elements(self, timeout_ms: int = 2000) -> UIElementListResult:
        """List the elements that can be tapped.

        Args:
            timeout_ms: Milliseconds that the phone may take.

        Returns:
            ``elements`` (also ``data``): each with ``text``, ``content_desc``, ``resource_id``, ``bounds_rect`` and
            ``children``. ``raw`` is the answer as it came.

        Raises:
            ScreenError: The answer is neither a JSON array nor XML.

        Example:
            ```python
            found = await session.mobile.get_clickable_ui_elements()
            for element in found.elements if found else []:
                if element.text == "OK" and element.bounds_rect:
                    await session.mobile.tap(*element.bounds_rect.center)
            ```
        """
        args = ops.ClickableArgs(timeout_ms=validation.milliseconds("timeout_ms", timeout_ms, ScreenError))
        timeout = tool_timeout(self._connection, timeout_ms)
        return await self._connection.call_tool(ops.CLICKABLE, args, timeout)

    async def get_all_ui_elements(self, timeout_ms: int = 2000, format: str = "json") -> UIElementListResult:
        """List all elements of the user interface.

        Args:
            timeout_ms: Milliseconds that the phone may take.
            format: ``json``; or ``xml``, the document of ``uiautomator dump``, which is in ``raw`` and is not parsed.

        Returns:
            ``elements`` (also ``data``), the trees of the elements, and ``raw``.

        Raises:
            ScreenError: The answer is neither a JSON array nor XML.

        Example:
            ```python
            shown = await session.mobile.get_all_ui_elements(format="xml")
            print(shown.raw if shown else shown.error_message)
            ```
        """
        args = ops.ElementsArgs(
            timeout_ms=validation.milliseconds("timeout_ms", timeout_ms, ScreenError),
            format=ops.element_format(format),
        )
        timeout = tool_timeout(self._connection, timeout_ms)
        return await self._connection.call_tool(ops.ELEMENTS, args, timeout)
