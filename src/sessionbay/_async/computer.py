"""The desktop of a session."""

from functools import cached_property

from ..core.public import public
from .screen.applications import AsyncApplications, AsyncApplicationTools
from .screen.screen import AsyncScreen, AsyncScreenTools


@public
class AsyncComputer(AsyncScreenTools, AsyncApplicationTools):
    """The desktop of a session: its screen and its applications.

    AGB groups the methods, and gives them short names: ``computer.screen.capture`` is ``computer.screenshot``. Both
    forms work on both clouds. Coordinates are pixels of the screen from 0 at its left and upper edge.

    A refusal is a result. Every method raises ``ScreenUsageError`` for an invalid argument, before anything is sent,
    and ``ScreenError`` when there is no response.
    """

    @cached_property
    def screen(self) -> AsyncScreen:
        """AGB's group for the screen."""
        return AsyncScreen(self._connection)

    @cached_property
    def app(self) -> AsyncApplications:
        """AGB's group for applications."""
        return AsyncApplications(self._connection)
