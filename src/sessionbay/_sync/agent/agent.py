# Generated from src/sessionbay/_async/agent/agent.py by scripts/generate_sync.py. Do not edit.
"""The agents of a session."""

from collections.abc import Callable
from functools import cached_property

from ...core.public import public
from ..browser import Browser
from ..module import Module
from ..session_connection import SessionConnection
from .browser_agent import BrowserAgent
from .computer_agent import ComputerAgent
from .mobile_agent import MobileAgent


@public
class Agent(Module):
    """The cloud's agents, which work on tasks described in words: on the desktop, in the browser, on a phone.

    AgentBay only. The local engine has no model and refuses.
    """

    def __init__(self, session: SessionConnection, browser: Callable[[], Browser]) -> None:
        super().__init__(session)
        self._session_browser = browser

    @cached_property
    def computer(self) -> ComputerAgent:
        """Works on the desktop."""
        return ComputerAgent(self._connection)

    @cached_property
    def browser(self) -> BrowserAgent:
        """Works in the browser."""
        return BrowserAgent(self._connection, self._session_browser())

    @cached_property
    def mobile(self) -> MobileAgent:
        """Works on a phone."""
        return MobileAgent(self._connection)
