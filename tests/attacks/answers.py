"""Attacks on the client: by responses that are made to be expensive, of a cloud, or of who stands in its place."""

import gzip
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import anyio
from h11 import _readers, _util

from sessionbay import AgentBay, AgentBayError, AsyncAgentBay
from sessionbay._async.http import connection as async_connection
from sessionbay._http import response, response_parser
from sessionbay._http.tls import TlsSettings
from sessionbay._sync.ws import socket as websocket
from sessionbay._sync.ws.socket import WebSocket
from sessionbay.core.secrets import Secret
from sessionbay.core.websocket import ConnectionLost, WebSocketAddress, WebSocketProtocol

from ..engine.links import Inner, scripted
from .attack import attack
from .framing import BLANKS, upgraded
from .scene import PATIENCE, Scene

ANSWERS = "expensive responses, to the client"
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
ANSWER = b"Content-Length: 16\r\n\r\n" + b'{"Success":true}'
LINEAR = "lines are bounded, and checked in linear time before the parser sees them"


def answered(response: bytes) -> str:
    """Call a cloud that sends this response; return the error, an empty string if there is none."""
    with scripted(response) as server:
        endpoint = f"http://127.0.0.1:{server.port}"
        with AgentBay(endpoint=endpoint, api_key="key", allow_http=True, timeout=PATIENCE) as bay:
            try:
                result = bay.list()
            except AgentBayError as exc:
                return str(exc)
        return "" if result.success else str(result.error_message)


def any_size(scene: Scene) -> None:
    """Unpack as much as there is."""
    scene.patch.setattr(response, "MAX_RESPONSE_SIZE", 2**40)


@attack(ANSWERS, "the size of a response is bounded, also unpacked", any_size)
def response_that_is_a_bomb(scene: Scene) -> str | None:
    """A response of 20 MB of nothing, in 20 KB, where 10 MB are allowed."""
    if response.MAX_RESPONSE_SIZE < 2**40:
        scene.patch.setattr(response, "MAX_RESPONSE_SIZE", 10_000_000)
    packed = gzip.compress(b'{"Success":true}' + b" " * 20_000_000)
    error = answered(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    return None if "longer than" in error else "it was unpacked"


def any_number(scene: Scene) -> None:
    """Take lines and responses before the final one as they come."""
    scene.patch.setattr(response_parser, "MAX_LINES", 2**40)
    scene.patch.setattr(response_parser, "MAX_INFORMATIONAL", 2**40)


@attack(ANSWERS, "the header lines of a response are bounded", any_number)
def fields_of_a_response(scene: Scene) -> str | None:
    """A response head of 20,000 lines."""
    error = answered(HEAD + b"a:b\r\n" * 20_000 + ANSWER)
    return None if "header lines" in error else "all were parsed"


@attack(ANSWERS, "the header lines of a response are bounded", any_number)
def trailers_of_a_response(scene: Scene) -> str | None:
    """A body with 20,000 trailers."""
    trailers = b"0\r\n" + b"a:b\r\n" * 20_000 + b"\r\n"
    error = answered(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + trailers)
    return None if "header lines" in error else "all were parsed"


@attack(ANSWERS, "the responses before the final one are bounded", any_number)
def responses_before_the_response(scene: Scene) -> str | None:
    """300 informational responses, then the final one."""
    error = answered(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 300 + HEAD + ANSWER)
    return None if "informational" in error else "all were read"


def opened(frames: bytes, handshake: Callable[[Inner], None] = upgraded) -> None:
    """Open a WebSocket to a hub that sends these frames, and read until it closes."""

    def serve(inner: Inner) -> None:
        handshake(inner)
        inner.say(frames)

    with scripted(serve) as server:
        address = WebSocketAddress("127.0.0.1", server.port, "/", secure=False, token=Secret("token"))
        try:
            client = WebSocket.open(address, TlsSettings(True, trust_env=False), time.monotonic, PATIENCE)
        except ConnectionLost:
            return
        try:
            while True:
                client.receive(PATIENCE)
        except ConnectionLost:
            client.drop()


def begin(inner: Inner) -> None:
    """Wait for the handshake."""
    inner.until(b"\r\n\r\n")


def as_h11_does(scene: Scene) -> None:
    """Leave the lines of a handshake to h11."""
    scene.patch.setattr(WebSocketProtocol, "_check_head", lambda *_: None)


@attack(ANSWERS, "lines are checked in linear time before the parser sees them", as_h11_does)
def handshake_of_blanks(scene: Scene) -> str | None:
    """A field of a handshake of thousands of blanks, and a character that is not allowed."""
    seen: list[int] = []
    real = _util.validate

    def validate(regex: Any, data: bytes, *more: Any) -> Any:
        if BLANKS in data:
            seen.append(len(data))
        return real(regex, data, *more)

    scene.patch.setattr(_readers, "validate", validate)
    opened(b"HTTP/1.1 403 No\r\nx:" + BLANKS + b"\0\r\n\r\n", begin)
    return f"a line of {seen[0]} bytes was matched" if seen else None


def at_once(scene: Scene) -> None:
    """Parse all that was received in one turn."""
    scene.patch.setattr(async_connection, "PART_SIZE", 2**40)
    scene.patch.setattr(websocket, "PART_SIZE", 2**40)


@attack(ANSWERS, "a bounded part of a response is parsed in one turn of the event loop", at_once)
def chunks_to_a_client(scene: Scene) -> str | None:
    """A response of 50,000 chunks of a byte: while they are parsed, the program does nothing else."""
    pauses = [0]

    async def checkpoint() -> None:
        pauses[0] += 1
        await anyio.lowlevel.checkpoint()

    async def call(port: int) -> None:
        endpoint = f"http://127.0.0.1:{port}"
        async with AsyncAgentBay(endpoint=endpoint, api_key="key", allow_http=True, timeout=PATIENCE) as bay:
            with suppress(AgentBayError):
                await bay.list()

    scene.patch.setattr(async_connection, "checkpoint", checkpoint)
    chunks = b"1\r\n \r\n" * 50_000 + b"0\r\n\r\n"
    data = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks
    with scripted(data) as server:
        anyio.run(call, server.port)
    return None if pauses[0] > 2 else f"{pauses[0]} pauses"


@attack(ANSWERS, "a bounded part of the frames is parsed in one turn of the event loop", at_once)
def frames_to_a_client(scene: Scene) -> str | None:
    """A hub that sends 20,000 empty messages."""
    most, real = [0], WebSocketProtocol.take

    def take(self: WebSocketProtocol, data: bytes) -> None:
        most[0] = max(most[0], len(data))
        real(self, data)

    scene.patch.setattr(WebSocketProtocol, "take", take)
    opened(b"\x81\x00" * 20_000)
    return f"{most[0]} bytes of frames at once" if most[0] > 4096 else None
