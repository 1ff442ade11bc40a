"""The windows of a session."""

from ...core import validation
from ...core.errors import ScreenError
from ...core.public import public
from ...models.screen import BoolResult
from ...models.windows import WindowInfoResult, WindowListResult
from ...operations import windows as ops
from ..module import AsyncModule


class AsyncWindowTools(AsyncModule):
    """Lists and arranges the windows of a desktop."""

    async def list_root_windows(self, timeout_ms: int = 3000) -> WindowListResult:
        """List the windows of the desktop.

        Args:
            timeout_ms: The milliseconds that the machine may take.

        Returns:
            ``windows`` and ``data`` hold the windows, with those inside them as ``child_windows``; the result
            iterates over them.

        Raises:
            ScreenUsageError: The timeout is invalid; nothing was sent.

        Example:
            ```python
            windows = await session.computer.list_root_windows()
            print([window.title for window in windows] if windows else windows.error_message)
            ```
        """
        args = ops.ListArgs(timeout_ms=validation.milliseconds("timeout_ms", timeout_ms, ScreenError))
        return await self._connection.call_tool(ops.LIST, args)

    async def get_active_window(self, timeout_ms: int | None = None) -> WindowInfoResult:
        """Get the window that has the focus.

        Args:
            timeout_ms: The milliseconds that the machine may take. Only older images of AgentBay's know it, so it is
                not sent by default.

        Returns:
            ``window`` and ``data`` are the window, or None if no window is active. The clouds may refuse then.

        Raises:
            ScreenUsageError: The timeout is invalid; nothing was sent.

        Example:
            ```python
            active = await session.computer.get_active_window()
            print(active.window if active else active.error_message)
            ```
        """
        limit = None if timeout_ms is None else validation.milliseconds("timeout_ms", timeout_ms, ScreenError)
        return await self._connection.call_tool(ops.GET_ACTIVE, ops.ActiveArgs(timeout_ms=limit))

    async def activate_window(self, window_id: int) -> BoolResult:
        """Bring a window to the front, and give it the focus.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was activated.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.activate_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.ACTIVATE, ops.WindowArgs.of(window_id))

    async def close_window(self, window_id: int) -> BoolResult:
        """Close a window.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was closed.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.close_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.CLOSE, ops.WindowArgs.of(window_id))

    async def maximize_window(self, window_id: int) -> BoolResult:
        """Maximize a window.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was maximized.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.maximize_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.MAXIMIZE, ops.WindowArgs.of(window_id))

    async def minimize_window(self, window_id: int) -> BoolResult:
        """Minimize a window.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was minimized.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.minimize_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.MINIMIZE, ops.WindowArgs.of(window_id))

    async def restore_window(self, window_id: int) -> BoolResult:
        """Restore a maximized or minimized window.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was restored.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.restore_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.RESTORE, ops.WindowArgs.of(window_id))

    async def fullscreen_window(self, window_id: int) -> BoolResult:
        """Show a window on the full screen.

        Args:
            window_id: Its ``window_id``.

        Returns:
            Whether it was shown.

        Raises:
            ScreenUsageError: The id is not a whole number of 1 or more; nothing was sent.

        Example:
            ```python
            done = await session.computer.fullscreen_window(12345678)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.FULLSCREEN, ops.WindowArgs.of(window_id))

    async def resize_window(self, window_id: int, width: int, height: int) -> BoolResult:
        """Give a window another size.

        Args:
            window_id: Its ``window_id``.
            width: The width in pixels, 1 to 65535.
            height: The height in pixels, 1 to 65535.

        Returns:
            Whether it was resized.

        Raises:
            ScreenUsageError: An argument is invalid; nothing was sent.

        Example:
            ```python
            done = await session.computer.resize_window(12345678, 800, 600)
            print(done.success)
            ```
        """
        return await self._connection.call_tool(ops.RESIZE, ops.ResizeArgs.sized(window_id, width, height))

    async def focus_mode(self, on: bool) -> BoolResult:
        """Set whether new windows are kept from taking the focus.

        Args:
            on: Whether they are.

        Returns:
            Whether it was set.

        Raises:
            ScreenUsageError: ``on`` is neither True nor False; nothing was sent.

        Example:
            ```python
            done = await session.computer.focus_mode(True)
            print(done.success)
            ```
        """
        args = ops.FocusArgs(on=validation.boolean("on", on, ScreenError))
        return await self._connection.call_tool(ops.FOCUS_MODE, args)


@public
class AsyncWindows(AsyncWindowTools):
    """``computer.window`` and ``session.window``: the windows, also by AGB's short names."""

    activate = AsyncWindowTools.activate_window
    close = AsyncWindowTools.close_window
    maximize = AsyncWindowTools.maximize_window
    minimize = AsyncWindowTools.minimize_window
    restore = AsyncWindowTools.restore_window
    fullscreen = AsyncWindowTools.fullscreen_window
    resize = AsyncWindowTools.resize_window
