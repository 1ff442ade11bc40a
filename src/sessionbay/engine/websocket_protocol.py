"""The engine's side of a client's WebSocket."""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from .connections import Peer, connections
from .websocket_input import MAX_FRAGMENTS, HeldBytes, WebSocketInput

FLUSH_TIMEOUT = 10.0  # seconds for a client to read what was sent to it, once nothing more comes


class WebSocketProtocol(WebSocketInput, WebSocketsSansIOProtocol):
    """A connection that has become a WebSocket; it is never idle."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.held = getattr(self.config, "held", None) or HeldBytes()
        self.watch(self.conn.reader)
        connections().replace((self.client, self.server), Peer(self.transport, lambda: False))

    def connection_lost(self, exc: Exception | None) -> None:
        connections().discard((self.client, self.server))
        self.release()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.send_kept_pong()

    def handle_ping(self) -> None:
        """Send the pongs of all pings that were read."""
        output = self.conn.data_to_send()
        self.transport.write(b"".join(output if self.writable.is_set() else self.keep_one_pong(output)))

    def handle_cont(self, event: Frame) -> None:
        """Add a fragment to its message; it may be empty, so that the size of a message does not bound their number."""
        if len(self.frames) < MAX_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            self.handle_parser_exception()

    async def receive(self) -> Any:
        """Return the next message; the one before has been passed on."""
        if self.queue.empty():
            self.release()
        return await super().receive()

    async def send(self, message: Any) -> None:
        """Send a message, and return when the client has read most of it."""
        await super().send(message)
        if message["type"] == "websocket.send":
            await self.writable.wait()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """End the connection also if the client does not read to the end."""
        super().on_task_complete(task)
        self.loop.call_later(FLUSH_TIMEOUT, self.transport.abort)
