# Generated from src/sessionbay/_async/computer.py by scripts/generate_sync.py. Do not edit.
"""The desktop of a session."""

from functools import cached_property

from ..core.public import public
from .screen.applications import Applications, ApplicationTools
from .screen.keyboard import Keyboard, KeyboardTools
from .screen.mouse import Mouse, MouseTools
from .screen.screen import Screen, ScreenTools
from .screen.windows import Windows, WindowTools


@public
class Computer(MouseTools, KeyboardTools, ScreenTools, WindowTools, ApplicationTools):
    """The desktop of a session: its mouse, keyboard, screen, windows and applications.

    AGB groups the methods, and gives them short names: ``computer.mouse.click`` is ``computer.click_mouse``. Both
    forms work on both clouds. Coordinates are pixels from 0 at the left and upper edge of the screen.

    A refusal is a result. Every method raises ``ScreenUsageError`` for an invalid argument, before anything is sent,
    and ``ScreenError`` when there is no response.
    """

    @cached_property
    def mouse(self) -> Mouse:
        """AGB's group for the mouse."""
        return Mouse(self._connection)

    @cached_property
    def keyboard(self) -> Keyboard:
        """AGB's group for the keyboard."""
        return Keyboard(self._connection)

    @cached_property
    def screen(self) -> Screen:
        """AGB's group for the screen."""
        return Screen(self._connection)

    @cached_property
    def window(self) -> Windows:
        """AGB's group for windows."""
        return Windows(self._connection)

    @cached_property
    def app(self) -> Applications:
        """AGB's group for applications."""
        return Applications(self._connection)
