"""The desktop of a session."""

from functools import cached_property

from ..core.public import public
from .screen.applications import AsyncApplications, AsyncApplicationTools
from .screen.keyboard import AsyncKeyboard, AsyncKeyboardTools
from .screen.mouse import AsyncMouse, AsyncMouseTools
from .screen.screen import AsyncScreen, AsyncScreenTools
from .screen.windows import AsyncWindows, AsyncWindowTools


@public
class AsyncComputer(AsyncMouseTools, AsyncKeyboardTools, AsyncScreenTools, AsyncWindowTools, AsyncApplicationTools):
    """The desktop of a session: its mouse, keyboard, screen, windows and applications.

    AGB groups the methods, and gives them short names: ``computer.mouse.click`` is ``computer.click_mouse``. Both
    forms work on both clouds. Coordinates are pixels from 0 at the left and upper edge of the screen.

    A refusal is a result. Every method raises ``ScreenUsageError`` for an invalid argument, before anything is sent,
    and ``ScreenError`` when there is no response.
    """

    @cached_property
    def mouse(self) -> AsyncMouse:
        """AGB's group for the mouse."""
        return AsyncMouse(self._connection)

    @cached_property
    def keyboard(self) -> AsyncKeyboard:
        """AGB's group for the keyboard."""
        return AsyncKeyboard(self._connection)

    @cached_property
    def screen(self) -> AsyncScreen:
        """AGB's group for the screen."""
        return AsyncScreen(self._connection)

    @cached_property
    def window(self) -> AsyncWindows:
        """AGB's group for windows."""
        return AsyncWindows(self._connection)

    @cached_property
    def app(self) -> AsyncApplications:
        """AGB's group for applications."""
        return AsyncApplications(self._connection)
