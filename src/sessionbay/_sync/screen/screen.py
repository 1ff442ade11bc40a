# Generated from src/sessionbay/_async/screen/screen.py by scripts/generate_sync.py. Do not edit.
"""The screen of a session."""

from ...core.public import public
from ...core.tool import NoArgs
from ...models.screen import ScreenSizeResult
from ...operations.screen import GET_SIZE
from .screenshots import Screenshots


class ScreenTools(Screenshots):
    """Reads the screen."""

    def get_screen_size(self) -> ScreenSizeResult:
        """Get the size of the screen.

        Returns:
            ``width`` and ``height`` in pixels, and ``dpi_scaling_factor``; also as keys of the result, by the wire's
            name ``dpiScalingFactor`` too.

        Example:
            ```python
            size = session.computer.get_screen_size()
            print(f"{size.width} x {size.height}" if size else size.error_message)
            ```
        """
        return self._connection.call_tool(GET_SIZE, NoArgs())


@public
class Screen(ScreenTools):
    """``computer.screen``: the screen, also by AGB's short names."""

    get_size = ScreenTools.get_screen_size
    capture = ScreenTools.screenshot
