"""Changes of a session's state that wait until a test has looked."""

import asyncio
import threading
from typing import Any

from sessionbay.engine import LocalEngine

from .processes import ENOUGH


def held(engine: LocalEngine, session_id: str) -> threading.Event:
    """Have a session's agent wait before it freezes or thaws, until it is reported to go on."""
    agent = engine._engine.sessions.get(session_id).sandbox.agent
    request, go_on = agent.request, threading.Event()

    async def wait(op: str, /, blob: bytes = b"", **more: Any) -> Any:
        if op in ("freeze", "thaw"):
            await asyncio.to_thread(go_on.wait, ENOUGH)
        return await request(op, blob, **more)

    agent.request = wait  # type: ignore[method-assign]
    return go_on
