"""The hub of one session: its WebSocket connections, and the servers that frames are handed to by their target."""

import asyncio
import logging
from collections.abc import Callable

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ...core.websocket import OFFERS
from ...operations import frames
from ...operations.files import SERVER as FILES
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError
from .connection import Connection, IncomingCall, Method, Methods
from .file_watch import FileWatches
from .terminals import Terminals

log = logging.getLogger("sessionbay.engine")
OFFERED = (b"cancel", b"resume")  # streams can be cancelled; subscriptions go on over the next connection
MOST_CONNECTIONS = 64
MOST_CALLS = 64  # at once on one connection; no more is read from it until one of them is done
GOING_AWAY = 1001


class Hub:
    """Hands each frame to its target. A target is a name and its methods: more of them plug in here."""

    def __init__(self, agent: Callable[[], AgentConnection]) -> None:
        self._terminals = Terminals(agent)
        self._watches = FileWatches(agent)
        self.targets: dict[str, Methods] = {frames.TERMINALS: self._terminals.methods, FILES: self._watches.methods}
        self._connections: set[Connection] = set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection from its handshake to its end."""
        if len(self._connections) >= MOST_CONNECTIONS:
            told = f"the session has {MOST_CONNECTIONS} connections already"
            await PlainTextResponse(told, 429)(scope, receive, send)
            return
        connection = Connection(send)
        self._connections.add(connection)
        try:
            await receive()
            await send({"type": "websocket.accept", "headers": [(OFFERS, b" ".join(OFFERED))]})
            self._watches.adopt(connection)
            await self._listen(connection, receive)
        finally:
            connection.closed = True
            self._connections.discard(connection)
            self._terminals.leave(connection)
            self._watches.leave(connection)

    async def close(self) -> None:
        """End what runs for clients, and hang up."""
        await asyncio.gather(self._terminals.close(), self._watches.close())
        connections, self._connections = self._connections, set()
        await asyncio.gather(*(each.close(GOING_AWAY, "the session has ended") for each in connections))

    async def _listen(self, connection: Connection, receive: Receive) -> None:
        """Take frames until the client is gone; each is served beside the others, begun in the order of arrival."""
        room = asyncio.Semaphore(MOST_CALLS)
        calls: set[asyncio.Task[None]] = set()

        def done(task: asyncio.Task[None]) -> None:
            calls.discard(task)
            room.release()

        try:
            while (message := await receive())["type"] == "websocket.receive":
                await room.acquire()
                text = message.get("text")
                task = asyncio.create_task(self._serve(connection, message["bytes"] if text is None else text))
                calls.add(task)
                task.add_done_callback(done)
        finally:
            running = tuple(calls)
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _serve(self, connection: Connection, message: str | bytes) -> None:
        try:
            frame = frames.read(message)
        except frames.BadFrame as exc:
            await connection.send(frames.refused(exc.id or "unknown", str(exc)))
            return
        call = IncomingCall(connection, frame)
        try:
            await self._method(frame)(call)
        except _NoTarget as exc:
            await connection.send(frames.refused(frame.id, str(exc)))
        except ApiError as exc:
            await call.fail(f"[{exc.code}] {exc}")
        except (AgentFailure, AgentGone) as exc:
            await call.fail(str(exc))
        except Exception:  # the outermost edge: whatever is wrong here, the client gets an answer
            log.exception("%s of %s failed", frame.method[:80], frame.target[:80])
            await call.fail("the local engine failed; its log says how")

    def _method(self, frame: frames.Frame) -> Method:
        methods = self.targets.get(frame.target)
        if methods is None:
            raise _NoTarget(f"the local engine serves no {frame.target!r}; it serves {', '.join(self.targets)}")
        if frame.method not in methods:
            told = f"{frame.target} has no method {frame.method!r}; it has {', '.join(methods)}"
            raise ApiError("MethodNotFound", told)
        return methods[frame.method]


class _NoTarget(Exception):
    """A frame for a server that there is not."""
