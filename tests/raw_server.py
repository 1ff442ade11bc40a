"""A server that runs a script for each connection, byte by byte, to misbehave on purpose."""

import fcntl
import select
import socket
import ssl
import struct
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

BOUND = 60.0  # seconds that anything here may be waited for
BEYOND = 20.0  # seconds that a call may take longer than its limit, on a busy machine
GONE = (ConnectionError, ssl.SSLError)


def until(there: Callable[[], bool]) -> None:
    """Wait until ``there``, and not for long."""
    give_up = time.monotonic() + BOUND
    while not there():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.001)


def answer(body: bytes = b"ok", *headers: str, status: str = "200 OK") -> bytes:
    """Return the bytes of an answer with a body of known length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Peer:
    """The server's end of one connection, as its script sees it."""

    def __init__(self, sock: socket.socket, server: "RawServer") -> None:
        self.sock = sock
        self.server = server
        self._unread = b""

    def read(self) -> bytes:
        """Return the next request, whole; empty when there will be none."""
        while b"\r\n\r\n" not in self._unread:
            if not self._receive():
                return b""
        head, _, self._unread = self._unread.partition(b"\r\n\r\n")
        length = _length(head)
        while len(self._unread) < length:
            if not self._receive():
                return b""
        body, self._unread = self._unread[:length], self._unread[length:]
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return self.server.requests[-1]

    def read_head(self) -> None:
        """Read no more than the beginning of a request."""
        self.sock.recv(1024)

    def write(self, data: bytes) -> None:
        """Send all of ``data``."""
        self.sock.sendall(data)

    def flush(self) -> None:
        """Wait until the client's system has received what was sent, and the end: a busy machine delivers it later."""
        ends, waiting = select.poll(), b"\1"
        with suppress(OSError, ValueError):  # it may be closed
            ends.register(self.sock, 0)  # reports nothing but that the connection broke
            while any(waiting) and not ends.poll(0) and not self.server.ending.wait(0.001):
                waiting = fcntl.ioctl(self.sock, termios.TIOCOUTQ, bytes(4))

    def drip(self, data: bytes, pause: float) -> None:
        """Send ``data`` byte by byte, with a pause after each, until the client has had enough."""
        for byte in data:
            self.write(bytes([byte]))
            if self.server.ending.wait(pause):
                return

    def finish(self) -> None:
        """Send no more, but go on to read."""
        with suppress(OSError):  # the client may have closed before
            self.sock.shutdown(socket.SHUT_WR)
        self.flush()

    def close(self) -> None:
        """Close, politely where everything was read."""
        self.finish()
        self.sock.close()

    def reset(self) -> None:
        """Close so that the client's system reports an error."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_for_end(self) -> None:
        """Wait until the client closes, or the test ends."""
        while self._receive():
            pass

    def _receive(self) -> bytes:
        data = self.sock.recv(65536)
        self._unread += data
        return data


Script = Callable[[Peer], None]


def always(reply: bytes) -> Script:
    """Return the script that answers every request of a connection with ``reply``."""

    def script(peer: Peer) -> None:
        while peer.read():
            peer.write(reply)

    return script


def once(*replies: bytes) -> Script:
    """Return the script that answers one request, and then waits for the client to close."""

    def script(peer: Peer) -> None:
        peer.read()
        for reply in replies:
            peer.write(reply)
        peer.wait_for_end()

    return script


def eager(peer: Peer) -> None:
    """Answer a request that came, and one that did not."""
    peer.read()
    peer.write(answer(b"first"))
    peer.write(answer(b"nobody asked"))
    peer.flush()
    peer.server.reached.set()
    peer.wait_for_end()


def once_and_close(*replies: bytes) -> Script:
    """Return the script that answers one request, and closes."""

    def script(peer: Peer) -> None:
        peer.read()
        for reply in replies:
            peer.write(reply)

    return script


def silence(peer: Peer) -> None:
    """Read what comes and say nothing."""
    peer.wait_for_end()


@contextmanager
def black_hole(host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Give the address of a listener whose queue is full: what connects waits for an answer of the system's."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(0)
        for fills in (first, second):
            fills.setblocking(False)
            fills.connect_ex(listener.getsockname())
        yield f"http://{host}:{listener.getsockname()[1]}"


class RawServer:
    """Listens on the loopback. The n-th connection gets the n-th script, the last one stays.

    Attributes:
        accepted: How many connections there were.
        most: How many there were at once.
        requests: The requests, in the order they came.
        reached: For scripts to set, and tests to wait for.
        ending: Set when the test is over.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self._scripts = list(scripts) or [always(answer())]
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._lock = threading.Lock()
        self._open: dict[int, socket.socket] = {}
        self._threads = [threading.Thread(target=self._listen)]
        self._errors: list[BaseException] = []
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self.most = 0
        self.requests: list[bytes] = []
        self.reached = threading.Event()
        self.ending = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def open(self) -> int:
        """How many connections are there now."""
        return len(self._open)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(BOUND)
        self._listener.close()
        for sock in list(self._open.values()):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(BOUND)
            assert not thread.is_alive(), "a script of the server does not end"
        if self._errors:
            raise self._errors[0]

    def _listen(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
                self.accepted += 1
                self._open[self.accepted] = sock
                self.most = max(self.most, len(self._open))
            thread = threading.Thread(target=self._serve, args=[self.accepted, script])
            self._threads.append(thread)
            thread.start()

    def _serve(self, number: int, script: Script) -> None:
        sock = self._open[number]
        sock.settimeout(BOUND)
        try:
            with self._secured(sock) as self._open[number]:
                peer = Peer(self._open[number], self)
                script(peer)
                peer.finish()
        except GONE:
            pass  # the client does as the test wants it
        except BaseException as exc:  # noqa: BLE001  # raised at the end, in the test itself
            self._errors.append(exc)
        finally:
            sock.close()
            with self._lock:
                del self._open[number]

    def _secured(self, sock: socket.socket) -> socket.socket:
        return sock if self._tls is None else self._tls.wrap_socket(sock, server_side=True)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
