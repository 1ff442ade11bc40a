"""A page of a browser that the operator has attached to."""

import asyncio
from typing import Any

from .devtools import DevTools, DevToolsError, object_of


class AttachedPage:
    """Sends commands to one page, and notes the end of its load."""

    def __init__(self) -> None:
        self._devtools: DevTools | None = None
        self._session = ""
        self._loaded = asyncio.Event()

    def attach(self, devtools: DevTools, session: str) -> None:
        """Use a connection."""
        self._devtools, self._session = devtools, session

    def on_event(self, method: str, params: dict[str, Any], session: str) -> None:
        """Note the end of a load."""
        if method == "Page.loadEventFired":
            self._loaded.set()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command; return its result."""
        assert self._devtools is not None  # noqa: S101  # set by attach()
        return await self._devtools.call(method, self._session, **params)

    async def wait_loaded(self, timeout: float) -> None:
        """Wait until the page is loaded."""
        try:
            async with asyncio.timeout(timeout):
                await self._loaded.wait()
        except TimeoutError as exc:
            raise DevToolsError(f"the page was not loaded within {timeout:g} s") from exc

    async def evaluate(self, expression: str) -> Any:
        """Return the value of an expression."""
        done = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return object_of(done.get("result")).get("value")
