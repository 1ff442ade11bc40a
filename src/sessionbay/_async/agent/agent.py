"""The agents of a session."""

from collections.abc import Callable
from functools import cached_property

from ...core.public import public
from ..browser import AsyncBrowser
from ..module import AsyncModule
from ..session_connection import AsyncSessionConnection
from .browser_agent import AsyncBrowserAgent
from .computer_agent import AsyncComputerAgent
from .mobile_agent import AsyncMobileAgent


@public
class AsyncAgent(AsyncModule):
    """The cloud's agents, which work on tasks described in words: on the desktop, in the browser, on a phone.

    AgentBay only. The local engine has no model and refuses.
    """

    def __init__(self, session: AsyncSessionConnection, browser: Callable[[], AsyncBrowser]) -> None:
        super().__init__(session)
        self._session_browser = browser

    @cached_property
    def computer(self) -> AsyncComputerAgent:
        """Works on the desktop."""
        return AsyncComputerAgent(self._connection)

    @cached_property
    def browser(self) -> AsyncBrowserAgent:
        """Works in the browser."""
        return AsyncBrowserAgent(self._connection, self._session_browser())

    @cached_property
    def mobile(self) -> AsyncMobileAgent:
        """Works on a phone."""
        return AsyncMobileAgent(self._connection)
