"""A connection to the debugging interface of a browser (CDP): commands, and the events of its targets."""

import asyncio
import json
import re
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import h11
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from ..agent.connection import AgentConnection, AgentFailure
from ..contexts.threads import run_in_threads
from ..json_limit import has_more_values
from ..port_forward.upstream_request import UpstreamRequest

MAX_MESSAGE = 24 * 2**20  # bytes, of a picture in base64
MAX_VALUES = 1_000_000  # of the JSON of a message
PARSED_HERE = 2**16  # bytes of a message; a longer one is parsed in a thread, and does not hold the event loop
BROWSER_PATH = re.compile(r"/devtools/browser/[\w-]{1,100}")
MAX_VERSION = 64 * 2**10  # bytes of the description of a browser
ENDED = "the browser has ended"
MAX_REASON = 500  # characters of what a browser says of a failure
CALL_TIMEOUT = 30.0  # seconds for the answer to a command: a frozen browser, or a page in an endless loop, has none
TOO_LONG = 1009  # the code with which a connection is closed that has sent too long a message
OnEvent = Callable[[str, dict[str, Any], str], None]  # its method, its parameters, the target's session


def _ignore(method: str, params: dict[str, Any], session: str) -> None:
    pass


class DevToolsError(Exception):
    """A command failed, or the browser has ended; the message says why."""


async def browser_path(agent: AgentConnection, port: int) -> str:
    """Return the path of the browser's own target, which differs with each start; raise DevToolsError without one."""
    try:
        async with asyncio.timeout(CALL_TIMEOUT):
            return await _browser_path(agent, port)
    except TimeoutError as exc:
        raise DevToolsError(f"the browser did not respond within {CALL_TIMEOUT:g} s") from exc


async def _browser_path(agent: AgentConnection, port: int) -> str:
    try:
        _, fd = await agent.request_fd("connect", port=port)
    except AgentFailure as exc:
        raise DevToolsError(f"the browser cannot be reached: {exc}") from exc
    with socket.socket(fileno=fd) as sock:
        upstream = UpstreamRequest(sock)
        headers = [("host", f"localhost:{port}"), ("connection", "close")]
        try:
            await upstream.send(h11.Request(method="GET", target="/json/version", headers=headers))
            await upstream.send(h11.EndOfMessage())
            await upstream.response()
            body = b""
            async for part in upstream.body():
                body += part
                if len(body) > MAX_VERSION:
                    raise DevToolsError("the browser's description is too long")
            found = json.loads(body)["webSocketDebuggerUrl"]
        except (h11.RemoteProtocolError, OSError, ValueError, KeyError, TypeError, RecursionError) as exc:
            raise DevToolsError(f"what listens on port {port} is no browser: {exc}") from exc
    path = "/" + str(found).partition("://")[2].partition("/")[2]
    if not BROWSER_PATH.fullmatch(path):
        raise DevToolsError(f"what listens on port {port} is no browser")
    return path


class DevTools:
    """One connection. What arrives is untrusted input from the session."""

    def __init__(self, socket: ClientConnection, on_event: OnEvent, timeout: float | None) -> None:
        self._socket = socket
        self._on_event = on_event
        self._timeout = timeout
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(
        cls, agent: AgentConnection, port: int, on_event: OnEvent = _ignore, *, patient: bool = False
    ) -> "DevTools":
        """Connect to the browser on ``port`` of a session; ``patient`` waits for answers without a limit."""
        path = await browser_path(agent, port)
        try:
            _, fd = await agent.request_fd("connect", port=port)
            connection = await connect(
                f"ws://localhost:{port}{path}",
                sock=socket.socket(fileno=fd),
                compression=None,
                max_size=MAX_MESSAGE,
                ping_interval=None,  # a paused session does not respond
                proxy=None,
            )
        except (AgentFailure, WebSocketException, OSError, EOFError, TimeoutError) as exc:
            raise DevToolsError(f"the browser cannot be reached: {exc}") from exc
        return cls(connection, on_event, None if patient else CALL_TIMEOUT)

    async def call(self, method: str, session: str = "", /, **params: Any) -> dict[str, Any]:
        """Send a command, of a target if ``session`` is given; return its result."""
        self._number = number = self._number + 1
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout):
                await self._socket.send(json.dumps(message))
                reply = await answer
        except TimeoutError as exc:
            raise DevToolsError(f"{method}: the browser did not respond within {self._timeout:g} s") from exc
        except ConnectionClosed as exc:
            raise _ended(exc) from exc
        finally:
            del self._waiting[number]
        if "error" in reply:
            reason = str(object_of(reply["error"]).get("message", "failed"))
            raise DevToolsError(f"{method}: {reason[:MAX_REASON]}")
        return object_of(reply.get("result"))

    async def aclose(self) -> None:
        """Close the connection."""
        self._reader.cancel()
        self._socket.transport.abort()
        await asyncio.wait([self._reader])  # which leaves a cancellation of the caller its own

    async def _read(self) -> None:
        end = DevToolsError(ENDED)
        try:
            async for text in self._socket:
                data = text.encode() if isinstance(text, str) else text
                is_long = len(data) > PARSED_HERE
                self._take(await run_in_threads(partial(_parsed, data)) if is_long else _parsed(data))
        except ConnectionClosed as exc:
            end = _ended(exc)
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(end)

    def _take(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        answer = self._waiting.get(number) if isinstance(number, int) else None
        if answer is not None and not answer.done():
            answer.set_result(message)
        elif number is None:
            self._on_event(
                str(message.get("method")), object_of(message.get("params")), str(message.get("sessionId", ""))
            )


def _ended(closed: ConnectionClosed) -> DevToolsError:
    """Return the reason why a connection ended."""
    is_too_long = closed.sent is not None and closed.sent.code == TOO_LONG
    return DevToolsError(f"the browser's answer has more than {MAX_MESSAGE} bytes" if is_too_long else ENDED)


def object_of(value: object) -> dict[str, Any]:
    """Return a JSON object; empty for any other value."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _parsed(data: bytes) -> dict[str, Any]:
    """Return a message; empty if it is none."""
    try:
        return object_of(None if has_more_values(data, MAX_VALUES) else json.loads(data))
    except (ValueError, RecursionError):
        return {}
