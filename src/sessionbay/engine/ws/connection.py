"""One client's connection, and a call that came over it."""

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
GONE = (OSError, RuntimeError, WebSocketDisconnect)  # the second once the server has itself sent a close
GOODBYE = 1.0  # seconds that a client has to take in what it was sent before


class Connection:
    """A client that is listening."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.closed = False

    async def send(self, frame: Frame) -> None:
        """Send a frame, which waits while the client does not read; to one that is gone, nothing is sent."""
        if self.closed:
            return
        try:
            await self._send({"type": "websocket.send", "text": frames.write(frame)})
        except GONE:
            self.closed = True

    async def push(self, source: str, kind: str, **more: Any) -> None:
        """Send what nobody asked for."""
        await self.send(frames.push(secrets.token_hex(16), source, kind, **more))

    async def close(self, code: int, reason: str) -> None:
        """Hang up; a client that does not read keeps nobody waiting."""
        if self.closed:
            return
        self.closed = True
        with suppress(*GONE):
            async with asyncio.timeout(GOODBYE):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})


@dataclass(frozen=True)
class IncomingCall:
    """What a client asks for."""

    connection: Connection
    frame: Frame

    def params(self, model: type[P]) -> P:
        """Return what it asks with; refuse when that is not what the method takes."""
        try:
            return model.model_validate(dict(self.frame.params))
        except ValidationError as exc:
            raise ApiError("InvalidParameter", f"{self.frame.method}: {first_error(exc)}") from exc

    async def answer(self, **value: Any) -> None:
        """Give the one answer."""
        await self.connection.send(frames.result(self.frame, value))

    async def event(self, kind: str, **more: Any) -> None:
        """Send an event of the stream that answers."""
        await self.connection.send(frames.event(self.frame, kind, **more))

    async def end(self, **more: Any) -> None:
        """End the stream that answers."""
        await self.connection.send(frames.end(self.frame, **more))

    async def fail(self, problem: str) -> None:
        """Say why it is not done."""
        await self.connection.send(frames.failed(self.frame, problem))


Method = Callable[[IncomingCall], Awaitable[None]]
Methods = Mapping[str, Method]
