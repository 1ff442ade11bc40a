"""Attacks by WebSockets: too many of them, frames that do not come to their end, and frames that are too large."""

import contextlib
import socket
import struct
from urllib.parse import urlsplit

from sessionbay import Session
from sessionbay.engine import LocalEngine, listener
from sessionbay.engine.port_forward import websocket
from sessionbay.engine.ws import hub

from ..engine.hubs import access_of
from ..inside import listening
from .attack import attack
from .resources import slowest_echo
from .scene import PATIENCE, Scene

WEBSOCKETS = "WebSockets"
PORT = 3010
SERVER = f"""
import base64, hashlib, socket, threading, time

def serve(peer):
    asked = peer.recv(65536).decode()
    key = next(line.split(": ", 1)[1] for line in asked.split("\\r\\n") if line.lower().startswith("sec-websocket-key"))
    accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    head = "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    peer.sendall((head + "Sec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n").encode())
    kept.append(peer)

kept = []
server = socket.create_server(("127.0.0.1", {PORT}), backlog=512)
print("Serving")
while True:
    serve(server.accept()[0])
"""


def begun(scene: Scene, url: str, token: str = "") -> tuple[socket.socket, bytes]:
    """Ask for a WebSocket; return the connection, and the first line of the answer."""
    parts = urlsplit(url)
    sock = scene.ending.enter_context(socket.create_connection((parts.hostname, parts.port), PATIENCE))
    sock.settimeout(PATIENCE)
    head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Access-Token: {token}\r\nUpgrade: websocket\r\n"
    more = "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    sock.sendall((head + more).encode())
    answer = b""
    while b"\r\n\r\n" not in answer and (data := sock.recv(1)):
        answer += data
    return sock, answer.partition(b"\r\n")[0]


def opened(scene: Scene, session: Session, many: int, engine: LocalEngine | None = None) -> list[socket.socket]:
    """Open many connections to a session's hub; return those that were let in."""
    url, token = access_of(engine or scene.engine, session)
    tried = [begun(scene, url, token) for _ in range(many)]
    return [sock for sock, line in tried if b" 101 " in line]


def hangs_up(scene: Scene, sock: socket.socket) -> bool:
    """Return whether the other side soon closes, or is gone."""
    sock.settimeout(3 * scene.slack)
    try:
        return sock.recv(65536)[:1] in (b"\x88", b"")
    except TimeoutError:
        return False
    except OSError:
        return True


@attack(
    WEBSOCKETS,
    "a session has so many connections and no more",
    lambda scene: scene.patch.setattr(hub, "MAX_CONNECTIONS", 2**20),
)
def hundreds_of_websockets(scene: Scene) -> str | None:
    """Open 200 connections to one session's hub, by its token."""
    bystander, session = scene.session(), scene.session()
    let_in = len(opened(scene, session, 200))
    if slowest_echo(bystander, 3) > scene.slack:
        return "another session had to wait"
    return f"{let_in} were let in" if let_in > 64 else None


@attack(
    WEBSOCKETS,
    "a link has so many WebSockets and no more",
    lambda scene: scene.patch.setattr(websocket, "MAX_WEBSOCKETS", 2**20),
    needs=("namespaces",),
)
def hundreds_of_websockets_by_a_link(scene: Scene) -> str | None:
    """Open 160 WebSockets to a server inside by its link, as a page can: each takes descriptors of the engine's."""
    bystander, session = scene.session(), scene.session()
    session.file_system.write_file("server.py", SERVER).raise_for_error()
    session.command.run(listening("server.py")).raise_for_error()
    known = scene.known(session)
    link = scene.on_loop(lambda: known.links.open(PORT, "ws"))
    let_in = sum(b" 101 " in begun(scene, link)[1] for _ in range(160))
    if slowest_echo(bystander, 3) > scene.slack:
        return "another session had to wait"
    return f"{let_in} were let in" if not 0 < let_in <= 128 else None


def deaf_hub(scene: Scene) -> None:
    """Leave connections open when their session ends."""

    async def close(self: hub.Hub) -> None:
        pass

    scene.patch.setattr(hub.Hub, "close", close)


@attack(WEBSOCKETS, "connections end with their session, whatever the client was about to say", deaf_hub)
def frames_that_never_end(scene: Scene) -> str | None:
    """60 connections that begin a frame each, and do not go on; then their session is deleted."""
    bystander, session = scene.session(), scene.lost_session()
    open_ones = opened(scene, session, 60)
    for sock in open_ones:
        sock.sendall(b"\x81\xfe\xff\xff" + bytes(14))  # 65,535 bytes are promised, ten come
    if slowest_echo(bystander, 3) > scene.slack:
        return "another session had to wait"
    session.delete().raise_for_error()
    return None if all(hangs_up(scene, sock) for sock in open_ones[-3:]) else "they stay open"


def any_message(scene: Scene) -> None:
    """Take messages of any size."""
    scene.patch.setattr(listener.Listener.__init__, "__defaults__", (0, 2**62))


@attack(WEBSOCKETS, "a frame that promises more than any honest one is refused at its head", any_message)
def frame_larger_than_memory(scene: Scene) -> str | None:
    """Promise a frame of a tebibyte, and begin to send it."""
    engine = scene.started()
    (sock,) = opened(scene, scene.session(engine), 1, engine)
    with contextlib.suppress(ConnectionError):
        sock.sendall(b"\x81\xff" + struct.pack("!Q", 2**40) + bytes(4 + 2**16))
    return None if hangs_up(scene, sock) else "it is taken"
