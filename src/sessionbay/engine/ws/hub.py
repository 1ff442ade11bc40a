"""The hub of a session: its WebSocket connections, and the dispatch of frames to their target servers."""

import asyncio
from collections.abc import Callable, Mapping

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ...core.websocket import OFFERS
from ...operations import frames
from ...operations.files import SERVER as FILES
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError, failure_code
from ..json_limit import has_more_values
from ..race import run_until_first_end
from ..shortage import unexpected
from .connection import Connection, IncomingCall, Method, Methods
from .file_watch import FileWatches
from .terminals import Terminals

CAPABILITIES = (b"cancel", b"resume")  # streams can be cancelled, subscriptions resumed on the next connection
MAX_CONNECTIONS = 64
MAX_CALLS = 64  # at once on one connection, which is then not read until one of them ends
MAX_VALUES = 10_000  # of the JSON of one message
GOING_AWAY = 1001


class Hub:
    """Dispatches frames to targets. A target is the name of a server, with its methods.

    ``envs`` returns the variables of new terminals, besides those that their clients set.
    """

    def __init__(self, agent: Callable[[], AgentConnection], envs: Callable[[], Mapping[str, str]] = dict) -> None:
        self._terminals = Terminals(agent, envs)
        self._watches = FileWatches(agent)
        self.targets: dict[str, Methods] = {frames.TERMINALS: self._terminals.methods, FILES: self._watches.methods}
        self._connections: set[Connection] = set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection from handshake to close."""
        if len(self._connections) >= MAX_CONNECTIONS:
            message = f"the session has {MAX_CONNECTIONS} connections already: close one first"
            await PlainTextResponse(message, 429)(scope, receive, send)
            return
        connection = Connection(send)
        self._connections.add(connection)
        try:
            await receive()
            await send({"type": "websocket.accept", "headers": [(OFFERS, b" ".join(CAPABILITIES))]})
            self._watches.adopt(connection)
            await run_until_first_end(self._receive_frames(connection, receive), connection.ended.wait())
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

    async def _receive_frames(self, connection: Connection, receive: Receive) -> None:
        """Receive frames until the client leaves; serve them concurrently, started in order of arrival."""
        slots = asyncio.Semaphore(MAX_CALLS)
        calls: set[asyncio.Task[None]] = set()

        def done(task: asyncio.Task[None]) -> None:
            calls.discard(task)
            slots.release()

        try:
            while (message := await receive())["type"] == "websocket.receive":
                await slots.acquire()
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
            if has_more_values(message, MAX_VALUES):
                raise frames.BadFrame(f"[InvalidParameter] The message has more than {MAX_VALUES} values.")
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
            await call.fail(f"[{failure_code(str(exc))}] {exc}")
        except Exception as exc:  # noqa: BLE001  # the outermost edge: the client still gets a response
            error = unexpected(exc, f"{frame.method[:80]} of {frame.target[:80]}")
            await call.fail(f"[{error.code}] {error}")

    def _method(self, frame: frames.Frame) -> Method:
        methods = self.targets.get(frame.target)
        if methods is None:
            known = ", ".join(self.targets)
            raise _NoTarget(f"[TargetNotFound] The local engine does not serve {frame.target!r}: use {known}.")
        if frame.method not in methods:
            message = f"{frame.target} has no method {frame.method!r}: use {', '.join(methods)}."
            raise ApiError("MethodNotFound", message)
        return methods[frame.method]


class _NoTarget(Exception):
    """The target of a frame does not exist."""
