"""One way to call a sync and an async client."""

import asyncio
import inspect
import threading
from typing import Any

CALL_TIMEOUT = 100.0  # seconds


class Loop:
    """An event loop in a thread of its own, so that an async client's background tasks go on between its calls."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, called: Any) -> Any:
        """Return the result of a call; await it for an async client."""
        if not inspect.isawaitable(called):
            return called
        return asyncio.run_coroutine_threadsafe(self._awaited(called), self._loop).result(CALL_TIMEOUT)

    async def _awaited(self, called: Any) -> Any:
        return await called

    async def _cancel_all(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """Stop the loop and its tasks: the client cannot close a connection and keep its session."""
        self.do(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CALL_TIMEOUT)
        self._loop.close()
