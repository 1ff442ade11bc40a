# Generated from src/sessionbay/_async/computer.py by scripts/generate_sync.py. Do not edit.
"""The desktop of a session."""

from functools import cached_property

from ..core.public import public
from .screen.applications import Applications, ApplicationTools
from .screen.screen import Screen, ScreenTools


@public
class Computer(ScreenTools, ApplicationTools):
    """The desktop of a session: its screen and its applications.

    AGB groups the methods, and gives them short names: ``computer.screen.capture`` is ``computer.screenshot``. Both
    forms work on both clouds. Coordinates are pixels of the screen from 0 at its left and upper edge.

    A refusal is a result. Every method raises ``ScreenUsageError`` for an invalid argument, before anything is sent,
    and ``ScreenError`` when there is no response.
    """

    @cached_property
    def screen(self) -> Screen:
        """AGB's group for the screen."""
        return Screen(self._connection)

    @cached_property
    def app(self) -> Applications:
        """AGB's group for applications."""
        return Applications(self._connection)
