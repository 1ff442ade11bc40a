"""Typing, on desktops and phones."""

from ...core import validation
from ...core.errors import ScreenError
from ...models.screen import BoolResult
from ...operations import input as ops
from ..module import AsyncModule


class AsyncTextInput(AsyncModule):
    """Types text."""

    async def input_text(self, text: str) -> BoolResult:
        """Type text into what has the focus: a window, or a field of a phone.

        Args:
            text: Any characters; a line break is the Enter key.

        Returns:
            Whether it was typed.

        Raises:
            ScreenUsageError: The text is not a string, or UTF-8 cannot encode it; nothing was sent.

        Example:
            ```python
            typed = await session.computer.input_text("hello")
            print(typed.success)
            ```
        """
        args = ops.TextArgs(text=validation.utf8("text", text, ScreenError))
        return await self._connection.call_tool(ops.INPUT_TEXT, args)
