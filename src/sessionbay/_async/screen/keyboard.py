"""The keyboard of a session."""

from collections.abc import Sequence

from ...core import validation
from ...core.errors import ScreenError
from ...core.public import public
from ...models.screen import BoolResult
from ...operations import input as ops
from ...operations.key_names import key_names
from .text_input import AsyncTextInput


class AsyncKeyboardTools(AsyncTextInput):
    """Types text, and presses keys."""

    async def press_keys(self, keys: Sequence[str], hold: bool = False) -> BoolResult:
        """Press keys together.

        Args:
            keys: The keys of one chord, such as ``["Ctrl", "Shift", "t"]``. A key is a character or a name, in any
                case: ``Ctrl``, ``Alt``, ``Shift``, ``Win``, ``Enter``, ``Escape``, ``Tab``, ``ArrowUp``, ``PageDown``,
                ``F5`` and so on. Names of X keysyms (``Super_L``) and of the numpad (``numpad5``) are sent as they are.
            hold: Whether to leave the keys pressed, until ``release_keys``.

        Returns:
            Whether they were pressed.

        Raises:
            ScreenUsageError: There are no keys, or a name is unknown; the error names the nearest. Nothing was sent.

        Example:
            ```python
            pressed = await session.computer.press_keys(["ctrl", "a"])
            print(pressed.success)
            ```
        """
        args = ops.PressArgs(keys=key_names(keys), hold=validation.boolean("hold", hold, ScreenError))
        return await self._connection.call_tool(ops.PRESS_KEYS, args)

    async def release_keys(self, keys: Sequence[str]) -> BoolResult:
        """Release keys that ``press_keys`` holds.

        Args:
            keys: The keys, by the same names in any case.

        Returns:
            Whether they were released.

        Raises:
            ScreenUsageError: There are no keys, or a name is unknown; nothing was sent.

        Example:
            ```python
            released = await session.computer.release_keys(["ctrl"])
            print(released.success)
            ```
        """
        return await self._connection.call_tool(ops.RELEASE_KEYS, ops.ReleaseArgs(keys=key_names(keys)))


@public
class AsyncKeyboard(AsyncKeyboardTools):
    """``computer.keyboard``: the keyboard, also by AGB's short names."""

    type = AsyncKeyboardTools.input_text
    press = AsyncKeyboardTools.press_keys
    release = AsyncKeyboardTools.release_keys
