"""The WebSocket reverse proxy of a link: forwards messages, subprotocol and close code both ways."""

from functools import partial
from typing import Any, cast

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.http11 import Response as HandshakeResponse
from websockets.typing import Origin, Subprotocol

from ..browser.devtools import DevToolsError
from ..race import run_until_first_end
from ..websocket_input import FRAME_SIZE, HeldBytes, WebSocketInput
from .port_proxy import UNREACHABLE, PortProxy, is_valid_status

MAX_MESSAGE = 64 * 2**20  # bytes of one message, in either direction
MAX_WEBSOCKETS = 128  # of one link at once; each uses two of the engine's file descriptors
CLOSE_TIMEOUT = 2.0
NORMAL, GOING_AWAY, BROKEN, NO_CODE = 1000, 1001, 1011, 1005
HANDSHAKE = b"sec-websocket-"


class _Connection(WebSocketInput, ClientConnection):
    """Ends when the handshake has failed, where websockets would read on, and when the link has read too much."""

    def __init__(self, held: HeldBytes, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        self.watch(self.protocol.reader)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.protocol.handshake_exc is not None:
            self.transport.abort()

    def process_event(self, event: Any) -> None:
        self.hold(FRAME_SIZE)
        super().process_event(event)

    def send_data(self) -> None:
        if self.paused:
            self.protocol.writes = self.keep_one_pong(self.protocol.writes)
        super().send_data()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.send_kept_pong()

    def connection_lost(self, exc: Exception | None) -> None:
        self.release()
        super().connection_lost(exc)


class _Connect(connect):
    """Connects without following redirects, which are the client's to follow."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Follow no redirect."""
        return exc


async def forward_websocket(
    proxy: PortProxy, target: str, scope: Scope, receive: Receive, send: Send, *, base: str
) -> None:
    """Forward one WebSocket, from its handshake to its close; ``base`` is the beginning of its path with the token."""
    await receive()
    if proxy.open_websockets >= MAX_WEBSOCKETS:
        message = f"The link has {MAX_WEBSOCKETS} open WebSockets already."
        await PlainTextResponse(message, 429)(scope, receive, send)
        return
    proxy.open_websockets += 1
    try:
        await _forward_messages(proxy, target, scope, receive, send, base)
    finally:
        proxy.open_websockets -= 1


async def _forward_messages(
    proxy: PortProxy, target: str, scope: Scope, receive: Receive, send: Send, base: str
) -> None:
    try:
        if proxy.devtools and target == "/":
            target = await proxy.devtools.browser_path()
        inner = await _connect(proxy, target, scope)
    except InvalidStatus as exc:
        await _refused(proxy, exc.response, base)(scope, receive, send)
        return
    except (*UNREACHABLE, DevToolsError, WebSocketException, OSError, EOFError, TimeoutError) as exc:
        await PlainTextResponse(f"Cannot reach the session: {exc}", 502)(scope, receive, send)
        return
    try:
        headers = _response_headers(proxy, inner.response, base) if inner.response else []
        await send({"type": "websocket.accept", "subprotocol": inner.subprotocol, "headers": headers})
        await run_until_first_end(_to_client(inner, send), _to_session(receive, inner))
    finally:
        try:
            await inner.close(GOING_AWAY)
        finally:
            inner.transport.abort()  # the engine may stop before the session's server has closed


async def _connect(proxy: PortProxy, target: str, scope: Scope) -> _Connection:
    headers = Headers(scope=scope)
    forwarded = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in proxy.request_headers(headers)
        if not name.startswith(HANDSHAKE) and name not in (b"host", b"origin")
    ]
    connection = await _Connect(
        f"ws://localhost:{proxy.port}{proxy.inner_target(target, scope).decode()}",
        sock=await proxy.connect(),
        additional_headers=forwarded,
        close_timeout=CLOSE_TIMEOUT,
        compression=None,
        create_connection=cast(type[ClientConnection], partial(_Connection, proxy.held)),
        max_queue=1,  # a message may be large
        max_size=MAX_MESSAGE,
        origin=Origin(proxy.origin) if "origin" in headers else None,
        ping_interval=None,  # a paused session does not respond
        proxy=None,
        subprotocols=[Subprotocol(name) for name in scope["subprotocols"] if not proxy.has_token(name)] or None,
        user_agent_header=None,
    )
    return cast(_Connection, connection)


def _refused(proxy: PortProxy, refusal: HandshakeResponse, base: str) -> Response:
    """Return the response of a session's server that refused the handshake."""
    if {"content-length", "transfer-encoding"} <= {name.lower() for name in refusal.headers}:
        return PlainTextResponse("The session's server sent both Content-Length and Transfer-Encoding.", 502)
    if not is_valid_status(refusal.status_code):
        return PlainTextResponse(f"The session's server sent the invalid status {refusal.status_code}.", 502)
    response = Response(bytes(refusal.body), refusal.status_code)
    length = (b"content-length", str(len(refusal.body)).encode())
    headers = _response_headers(proxy, refusal, base)
    response.raw_headers = [*(pair for pair in headers if pair[0] != length[0]), length]
    return response


def _response_headers(proxy: PortProxy, inner: HandshakeResponse, base: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of the handshake response for the client."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in inner.headers.raw_items()]
    forwarded = proxy.response_headers(raw, base, status=inner.status_code)
    return [pair for pair in forwarded if not pair[0].startswith(HANDSHAKE)]


async def _to_client(inner: _Connection, send: Send) -> None:
    """Forward messages and the close code from the session to the client."""
    while True:
        try:
            message = await inner.recv()
        except ConnectionClosed:
            break
        kind = "text" if isinstance(message, str) else "bytes"
        await send({"type": "websocket.send", kind: message})
        inner.release()
    code = inner.close_code or BROKEN
    code = NORMAL if code == NO_CODE else code if is_sendable(code) else BROKEN
    await send({"type": "websocket.close", "code": code, "reason": inner.close_reason or ""})


async def _to_session(receive: Receive, inner: ClientConnection) -> None:
    """Forward messages and the close code from the client to the session."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await inner.send(message["bytes"] if text is None else text)
    code = message.get("code", NORMAL)
    code = NORMAL if code == NO_CODE else code if is_sendable(code) else GOING_AWAY
    await inner.close(code, message.get("reason") or "")


def is_sendable(code: int) -> bool:
    """Return whether a close code may be sent: some are reserved for local use."""
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
