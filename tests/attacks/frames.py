"""Attacks by the frames of WebSockets: very many, very small, compressed, or never read by who causes them."""

import contextlib
import socket
import zlib
from collections.abc import Callable
from typing import Any

import httpx
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.asyncio import messages
from websockets.asyncio.client import ClientConnection

from sessionbay.engine import websocket_input, websocket_protocol
from sessionbay.engine.port_forward import websocket
from sessionbay.engine.websocket_protocol import WebSocketProtocol
from sessionbay.engine.ws import connection, hub
from sessionbay.operations import frames

from ..engine.hubs import access_of
from ..engine.links import Inner
from .attack import add, attack
from .framing import behind, upgraded
from .scene import PATIENCE, Scene
from .websockets import begun, opened

FRAMES = "frames of WebSockets"
MIB = 2**20
TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
COMPRESSED = 0x40


def frame(opcode: int, data: bytes = b"", *, last: bool = True, masked: bool = True) -> bytes:
    """Return a frame; the mask changes nothing."""
    size = len(data)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2) if size < 2**16 else b"\x7f" + size.to_bytes(8)
    mask = bytes([length[0] | 0x80]) + length[1:] + bytes(4) if masked else length
    return bytes([opcode | 0x80 * last]) + mask + data


def seen(scene: Scene, of: Callable[[Any], int]) -> list[int]:
    """Record the most of something, of the clients' WebSockets, each time that frames of one have been processed."""
    most, real = [0], WebSocketProtocol.handle_events

    def handle_events(self: Any) -> None:
        real(self)
        most[0] = max(most[0], of(self))

    scene.patch.setattr(WebSocketProtocol, "handle_events", handle_events)
    return most


def send(sock: socket.socket, data: bytes) -> None:
    """Send frames and a close, and read until the other side has closed: then it has processed them, or refused."""
    sock.settimeout(PATIENCE)
    with contextlib.suppress(OSError):
        sock.sendall(data + frame(CLOSE))
        while sock.recv(65536):
            pass


def whole_reads(scene: Scene) -> None:
    """Parse as much in one turn as asyncio reads."""
    scene.patch.setattr(websocket_input, "READ_SIZE", 2**18)


def sends_small(data: bytes) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        most, real = [0], WebSocketProtocol.data_received

        def data_received(self: Any, data: bytes) -> None:
            most[0] = max(most[0], len(data))
            real(self, data)

        (sock,) = opened(scene, scene.session(), 1)
        with scene.patch.context() as patch:
            patch.setattr(WebSocketProtocol, "data_received", data_received)
            send(sock, data)
        return f"{most[0]} bytes of frames were parsed in one turn" if most[0] > 4096 else None

    return attempt


SMALL = {
    "messages-of-nothing": ("2,000 empty messages to a hub, in one piece.", frame(TEXT) * 2000),
    "pings-of-nothing": ("The same of pings, which cost a pong each.", frame(PING) * 2000),
    "pongs-of-nothing": ("The same of pongs, which none asked for.", frame(PONG) * 2000),
}


def all_of_it(scene: Scene) -> None:
    """Read as much as comes, payload or not."""
    whole_reads(scene)
    scene.patch.setattr(WebSocketProtocol, "get_buffer", lambda self, _: buffer_of(self))


def buffer_of(protocol: Any) -> bytearray:
    buffer = protocol._buffer = bytearray(2**18)
    return buffer


for _name, (_about, _data) in SMALL.items():
    add(_name, FRAMES, "a turn of the event loop parses the frames of 2 KiB", sends_small(_data), whole_reads, _about)


@attack(FRAMES, "more than 2 KiB are read only of a frame's own payload", all_of_it)
def payload_before_many_frames(scene: Scene) -> str | None:
    """A frame of 100 KB, which may be read at once, and 20,000 pings right behind it."""
    most = seen_pings(scene)
    (sock,) = opened(scene, scene.session(), 1)
    send(sock, frame(BINARY, bytes(100_000)) + frame(PING) * 20_000)
    return f"{most[0]} pings were parsed in one turn" if most[0] > 1000 else None


def seen_pings(scene: Scene) -> list[int]:
    """Record the most pings that are parsed in one turn."""
    most, now, real_data, real_ping = [0], [0], WebSocketProtocol.data_received, WebSocketProtocol.handle_ping

    def data_received(self: Any, data: bytes) -> None:
        now[0] = 0
        real_data(self, data)

    def handle_ping(self: Any) -> None:
        now[0] += 1
        most[0] = max(most[0], now[0])
        real_ping(self)

    scene.patch.setattr(WebSocketProtocol, "data_received", data_received)
    scene.patch.setattr(WebSocketProtocol, "handle_ping", handle_ping)
    return most


def any_fragments(scene: Scene) -> None:
    """Take messages of any number of fragments."""
    scene.patch.setattr(websocket_protocol, "MAX_FRAGMENTS", 2**40)
    scene.patch.setattr(websocket_input, "FRAME_SIZE", 0)
    scene.patch.setattr(websocket, "FRAME_SIZE", 0)
    scene.patch.setattr(messages, "MAX_FRAGMENTS", 2**40, raising=False)


@attack(FRAMES, "the fragments of a message are bounded", any_fragments)
def fragments_of_nothing(scene: Scene) -> str | None:
    """A message to a hub of 6,000 empty fragments, and no end."""
    most = seen(scene, lambda protocol: len(protocol.frames))
    (sock,) = opened(scene, scene.session(), 1)
    send(sock, frame(TEXT, last=False) + frame(CONT, last=False) * 6000)
    return f"{most[0]} fragments are kept" if most[0] > 5000 else None


@attack(FRAMES, "a fragment counts for what it takes, whatever it holds", any_fragments)
def fragments_of_a_session(scene: Scene) -> str | None:
    """A session's server that sends a message of 10,000 empty fragments, without an end."""
    scene.patch.setattr(websocket_input, "MAX_HELD", MIB)

    def flood(inner: Inner) -> None:
        upgraded(inner)
        inner.say(frame(TEXT, last=False, masked=False) + frame(CONT, last=False, masked=False) * 10_000)
        inner.say(frame(PING, b"read", masked=False))
        answered.append(bool(inner.until(b"\x8a\x84")))
        inner.rest()

    answered: list[bool] = []
    link, server = behind(scene, flood)
    begun(scene, linked(link))
    ended = scene.eventually(lambda: bool(answered) or any(inner.ended.is_set() for inner in server.inners), 60)
    return "10,000 fragments are kept" if answered or not ended else None


def linked(link: httpx.URL) -> str:
    """Return a link's address for WebSockets."""
    return f"http://127.0.0.1:{link.port}/websocket_ai/{link.path.split('/')[2]}"


def unsent(scene: Scene) -> list[int]:
    """Record the most bytes that wait to be sent to a client."""
    return seen(scene, lambda protocol: protocol.transport.get_write_buffer_size())


def all_pongs(scene: Scene) -> None:
    """Send a pong for each ping."""
    scene.patch.setattr(WebSocketProtocol, "handle_ping", WebSocketsSansIOProtocol.handle_ping)
    scene.patch.setattr(websocket._Connection, "send_data", ClientConnection.send_data)


@attack(FRAMES, "a client that does not read gets one pong", all_pongs)
def pongs_that_are_not_read(scene: Scene) -> str | None:
    """12 MiB of pings to a hub, by a client that reads no pong."""
    most = unsent(scene)
    (sock,) = opened(scene, scene.session(), 1)
    sock.settimeout(PATIENCE)
    for _ in range(12):
        sock.sendall(frame(PING, bytes(125)) * (MIB // 131))
    return f"{most[0]} bytes wait to be sent" if most[0] > MIB else None


@attack(FRAMES, "a server that does not read gets one pong", all_pongs)
def pongs_that_a_session_does_not_read(scene: Scene) -> str | None:
    """12 MiB of pings from a session's server, which reads no pong."""
    most, real = [0], websocket._Connection.data_received

    def data_received(self: Any, data: bytes) -> None:
        real(self, data)
        most[0] = max(most[0], self.transport.get_write_buffer_size())

    def flood(inner: Inner) -> None:
        upgraded(inner)
        for _ in range(12):
            inner.say(frame(PING, bytes(125), masked=False) * (MIB // 127))
        done.append(True)
        inner.rest()

    done: list[bool] = []
    scene.patch.setattr(websocket._Connection, "data_received", data_received)
    link, _ = behind(scene, flood)
    begun(scene, linked(link))
    assert scene.eventually(lambda: bool(done), 60)
    return f"{most[0]} bytes wait to be sent" if most[0] > MIB else None


def forgotten(scene: Scene) -> None:
    """Count a message as passed on once it waits to be sent."""
    scene.patch.setattr(WebSocketProtocol, "send", WebSocketsSansIOProtocol.send)


@attack(FRAMES, "a link holds so much of its messages and no more, until they are read", forgotten)
def messages_that_are_not_read(scene: Scene) -> str | None:
    """A session's server that sends 12 MiB on each of two WebSockets, to clients that do not read."""
    scene.patch.setattr(websocket_input, "MAX_HELD", 16 * MIB)

    def fill(inner: Inner) -> None:
        upgraded(inner)
        inner.say(frame(BINARY, bytes(12 * MIB), masked=False))
        inner.rest()

    link, server = behind(scene, fill)
    for _ in range(2):
        if not received(begun(scene, linked(link))[0]):
            return None
    ended = scene.eventually(lambda: any(inner.ended.is_set() for inner in server.inners), 0.5)
    return None if ended else "they are kept"


@attack(FRAMES, "a link holds so much of its messages and no more, in either direction", lambda scene: endless(scene))
def messages_that_a_session_does_not_read(scene: Scene) -> str | None:
    """A page that begins a message of 12 MiB on each of three WebSockets of a link."""
    scene.patch.setattr(websocket_input, "MAX_HELD", 16 * MIB)
    link, _ = behind(scene, opens)
    socks = [begun(scene, linked(link))[0] for _ in range(3)]
    try:
        for sock in socks:
            sock.settimeout(PATIENCE)
            sock.sendall(frame(BINARY, bytes(12 * MIB))[:-1])
    except ConnectionError:
        return None
    ended = scene.eventually(lambda: any(map(is_over, socks)), 3)
    return None if ended else "36 MiB are kept"


def received(sock: socket.socket) -> bool:
    """Return whether anything comes before the other side closes."""
    try:
        return bool(sock.recv(1))
    except ConnectionError:
        return False


def opens(inner: Inner) -> None:
    """Open a WebSocket, and read."""
    upgraded(inner)
    inner.rest()


def endless(scene: Scene) -> None:
    """Hold as much as comes."""
    scene.patch.setattr(WebSocketProtocol, "hold", lambda *_: None)


def is_over(sock: socket.socket) -> bool:
    """Return whether the other side has closed a connection."""
    sock.settimeout(0)
    try:
        return not sock.recv(1)
    except BlockingIOError:
        return False
    except OSError:
        return True


def decompressing(scene: Scene) -> None:
    """Offer compression."""
    scene.patch.setattr(scene.engine._engine._listener._server.config, "ws_per_message_deflate", True)


@attack(FRAMES, "messages are not compressed", decompressing)
def message_that_is_a_bomb(scene: Scene) -> str | None:
    """A compressed message to a hub: 4 KB, for 4 MB."""
    packer = zlib.compressobj(wbits=-12)
    packed = (packer.compress(b" " * 4_000_000) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")
    url, token = access_of(scene.engine, scene.session())
    sock, _ = begun(scene, url, f"{token}\r\nSec-WebSocket-Extensions: permessage-deflate")
    sock.sendall(frame(TEXT | COMPRESSED, packed))
    return None if sock.recv(100)[:1] in (b"\x88", b"") else "it was unpacked"


def any_values(scene: Scene) -> None:
    """Parse JSON of any number of values."""
    scene.patch.setattr(hub, "MAX_VALUES", 2**40)


@attack(FRAMES, "a message of too many values is refused before it is parsed", any_values)
def values_of_a_message(scene: Scene) -> str | None:
    """A message to a hub of 100,000 lists."""
    parsed, real = [0], frames.read

    def read(message: Any) -> Any:
        parsed[0] = max(parsed[0], len(message))
        return real(message)

    scene.patch.setattr(frames, "read", read)
    (sock,) = opened(scene, scene.session(), 1)
    sock.sendall(frame(TEXT, b"[" + b"[]," * 100_000 + b"[]]"))
    sock.recv(100)
    return f"{parsed[0]} bytes were parsed" if parsed[0] > 1000 else None


def patient(scene: Scene) -> None:
    """Wait for a client to read, after the end of its session."""

    async def close(self: connection.Connection, code: int, reason: str) -> None:
        self.closed = True

    scene.patch.setattr(connection.Connection, "close", close)


@attack(FRAMES, "a connection ends with its session, whether its client reads or not", patient)
def answers_that_are_not_read(scene: Scene) -> str | None:
    """A client that reads none of 6 MB of answers, and whose session is deleted."""
    scene.patch.setattr(websocket_protocol, "FLUSH_TIMEOUT", 0.1)
    session = scene.lost_session()
    (sock,) = opened(scene, session, 1)
    unread = frame(TEXT, b'{"invocationId":"%s"}' % (b"x" * 30_000)) * 200
    sock.settimeout(1)
    with contextlib.suppress(TimeoutError):
        sock.sendall(unread)
    protocols = [found for found in listeners(scene) if isinstance(found, WebSocketProtocol)]
    session.delete().raise_for_error()
    ended = scene.eventually(lambda: all(found.transport.is_closing() for found in protocols), 3)
    return None if ended and protocols else "it stays open"


def listeners(scene: Scene) -> list[Any]:
    """Return the connections of the engine's own listener."""
    return list(scene.engine._engine._listener._server.server_state.connections)
