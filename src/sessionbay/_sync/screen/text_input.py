# Generated from src/sessionbay/_async/screen/text_input.py by scripts/generate_sync.py. Do not edit.
"""Typing, on desktops and phones."""

from ...core import validation
from ...core.errors import ScreenError
from ...models.screen import BoolResult
from ...operations import input as ops
from ..module import Module


class TextInput(Module):
    """Types text."""

    def input_text(self, text: str) -> BoolResult:
        """Type text into what has the focus: a window, or a field of a phone.

        Args:
            text: Any characters; a line break is the Enter key.

        Returns:
            Whether it was typed.

        Raises:
            ScreenUsageError: The text is not a string, or UTF-8 cannot encode it; nothing was sent.

        Example:
            ```python
            typed = session.computer.input_text("hello")
            print(typed.success)
            ```
        """
        args = ops.TextArgs(text=validation.utf8("text", text, ScreenError))
        return self._connection.call_tool(ops.INPUT_TEXT, args)
