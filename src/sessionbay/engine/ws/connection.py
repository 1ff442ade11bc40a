"""A client's WebSocket connection, and a call received on it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.types import Send
from starlette.websockets import WebSocketDisconnect

from ...core.wire_model import Wire, first_error
from ...operations import frames
from ...operations.frames import Frame
from ..api_errors import ApiError

P = TypeVar("P", bound=Wire)
GONE = (OSError, RuntimeError, WebSocketDisconnect)  # RuntimeError after the server has sent a close
CLOSE_TIMEOUT = 1.0  # seconds for a client to read pending frames


class Connection:
    """A client's WebSocket connection; ``ended`` is set once the engine has closed it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.closed = False
        self.ended = asyncio.Event()

    async def send(self, frame: Frame) -> None:
        """Send a frame, and wait while the client does not read; do nothing on a closed connection."""
        if self.closed:
            return
        try:
            await self._send({"type": "websocket.send", "text": frames.write(frame)})
        except GONE:
            self.closed = True

    async def push(self, source: str, kind: str, **more: Any) -> None:
        """Send an unsolicited frame."""
        await self.send(frames.push(secrets.token_hex(16), source, kind, **more))

    async def close(self, code: int, reason: str) -> None:
        """Close the connection, within a timeout if the client does not read."""
        if not self.closed:
            self.closed = True
            with suppress(*GONE):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._send({"type": "websocket.close", "code": code, "reason": reason})
        self.ended.set()


@dataclass(frozen=True)
class IncomingCall:
    """A call received from a client."""

    connection: Connection
    frame: Frame

    def params(self, model: type[P]) -> P:
        """Return the validated parameters; raise ApiError when they are invalid."""
        try:
            return model.model_validate(dict(self.frame.params))
        except ValidationError as exc:
            raise ApiError("InvalidParameter", f"{self.frame.method}: {first_error(exc)}.") from exc

    async def reply(self, **value: Any) -> None:
        """Send the result."""
        await self.connection.send(frames.result(self.frame, value))

    async def event(self, kind: str, **more: Any) -> None:
        """Send an event of the response stream."""
        await self.connection.send(frames.event(self.frame, kind, **more))

    async def end(self, **more: Any) -> None:
        """End the response stream."""
        await self.connection.send(frames.end(self.frame, **more))

    async def fail(self, problem: str) -> None:
        """Send an error."""
        await self.connection.send(frames.failed(self.frame, problem))


Method = Callable[[IncomingCall], Awaitable[None]]
Methods = Mapping[str, Method]
