"""Links without a session: the engine's own listeners and proxies, before servers of this process."""

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import h11
import httpx
import pytest
import uvicorn

from sessionbay.engine.agent.connection import AgentConnection
from sessionbay.engine.port_forward.port_forwards import PortForwards

from .processes import ENOUGH


class NoAgent:
    """Connects to the ports of this process, as an agent does to those of its session."""

    async def request_fd(self, op: str, /, *, port: int) -> tuple[Any, int]:
        assert op == "connect"
        return None, socket.create_connection(("127.0.0.1", port), ENOUGH).detach()


def forwards() -> PortForwards:
    """Return links of which no session has the ports."""
    return PortForwards(lambda: cast(AgentConnection, NoAgent()), shared=False)


class Links:
    """Links in an event loop of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._forwards = forwards()

    def open(self, port: int) -> httpx.URL:
        """Return the link to a port."""
        return httpx.URL(asyncio.run_coroutine_threadsafe(self._forwards.open(port), self._loop).result(ENOUGH))

    def close(self) -> None:
        """Close all links."""
        asyncio.run_coroutine_threadsafe(self._forwards.close(), self._loop).result(ENOUGH)


@contextmanager
def links() -> Generator[Links]:
    """Give links."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    made = Links(loop)
    try:
        yield made
    finally:
        made.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(ENOUGH)
        loop.close()


def cookie_of(link: httpx.URL) -> str:
    """Return the Cookie header that opens a link."""
    return f"sessionbay_link_{link.port}={link.path.split('/')[2]}"


def said(link: httpx.URL, data: bytes, *more: bytes, patience: float = ENOUGH) -> bytes:
    """Send bytes to a link, in pieces; return all that comes back until it closes, or is silent for that long."""
    with socket.create_connection(("127.0.0.1", link.port or 0), ENOUGH) as sock:
        sock.settimeout(patience)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            for piece in (data, *more):
                sock.sendall(piece)
        came = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while part := sock.recv(65536):
                came += part
        return came


class ScriptedServer:
    """A server that says what it is given, and keeps what each of its connections received.

    ``answer`` is called with each connection; what it reads and writes is its own business.
    """

    def __init__(self, answer: Callable[["Inner"], None]) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.inners: list[Inner] = []
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            inner = Inner(sock)
            self.inners.append(inner)
            self._threads.append(threading.Thread(target=self._serve, args=(inner,)))
            self._threads[-1].start()

    def _serve(self, inner: "Inner") -> None:
        with inner.sock, contextlib.suppress(OSError, EOFError, h11.RemoteProtocolError):
            self._answer(inner)
        inner.ended.set()

    def close(self) -> None:
        """Stop listening, and end all connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(ENOUGH)
        for inner in self.inners:
            with contextlib.suppress(OSError):
                inner.sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(ENOUGH)


class Inner:
    """One connection of a scripted server."""

    def __init__(self, sock: socket.socket) -> None:
        sock.settimeout(ENOUGH)
        self.sock = sock
        self.received = b""
        self.ended = threading.Event()
        self._unread = b""

    def until(self, end: bytes) -> bytes:
        """Return what comes up to ``end``."""
        while end not in self._unread:
            self._more()
        head, _, self._unread = self._unread.partition(end)
        return head + end

    def exactly(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        while len(self._unread) < size:
            self._more()
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    def rest(self) -> None:
        """Read until the other side closes."""
        with contextlib.suppress(EOFError):
            while True:
                self._more()

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def _more(self) -> None:
        if not (data := self.sock.recv(65536)):
            raise EOFError
        self.received += data
        self._unread += data


@contextmanager
def scripted(answer: Callable[[Inner], None] | bytes) -> Generator[ScriptedServer]:
    """Give a server that answers each head with the same bytes and closes, or does what ``answer`` does."""

    def same(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        assert isinstance(answer, bytes)
        inner.say(answer)

    server = ScriptedServer(same if isinstance(answer, bytes) else answer)
    try:
        yield server
    finally:
        server.close()


def report(seen: list[str], method: str, target: str, body: bytes) -> bytes:
    """Keep a request; return its report, with the number of requests so far."""
    seen.append(f"{method} {target}")
    return json.dumps(
        {"number": len(seen), "method": method, "target": target, "body": body.decode("latin-1")}
    ).encode()


@contextmanager
def python_server() -> Generator[int]:
    """Give the port of a server of http.server, which knows no chunked requests."""
    seen: list[str] = []

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            data = report(seen, self.command, self.path, body)
            self.send_response(200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = respond  # noqa: N815  # as the class wants its names

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of clients that leave."""

    server = Server(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(ENOUGH)


@contextmanager
def h11_server() -> Generator[int]:
    """Give the port of a small server of h11's own reading."""
    seen: list[str] = []

    def answer(inner: Inner) -> None:
        parser = h11.Connection(h11.SERVER)
        body = b""
        request: h11.Request | None = None
        while True:
            event = parser.next_event()
            if event is h11.NEED_DATA:
                parser.receive_data(inner.sock.recv(65536))
            elif isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage) and request:
                data = report(seen, request.method.decode(), request.target.decode(), body)
                head = h11.Response(status_code=200, headers=[("content-length", str(len(data)))])
                for part in (head, h11.Data(data=data), h11.EndOfMessage()):
                    inner.say(parser.send(part) or b"")
                if parser.our_state is not h11.DONE:
                    return
                parser.start_next_cycle()
            else:
                return

    with scripted(answer) as server:
        yield server.port


@contextmanager
def uvicorn_server() -> Generator[int]:
    """Give the port of a server of uvicorn's."""
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        query = scope["query_string"]
        target = (scope["raw_path"] + (b"?" + query if query else b"")).decode()
        data = report(seen, scope["method"], target, body)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": data})

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(ENOUGH)
    listener.close()


@contextmanager
def aiohttp_server() -> Generator[int]:
    """Give the port of a server of aiohttp's."""
    web = pytest.importorskip("aiohttp.web", reason="aiohttp is not installed")
    seen: list[str] = []
    started: list[int] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def handle(request: Any) -> Any:
        return web.Response(body=report(seen, request.method, request.raw_path, await request.read()))

    async def serve() -> None:
        runner = web.ServerRunner(web.Server(handle))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        started.append(runner.addresses[0][1])
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    stopping = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(ENOUGH)
    yield started[0]
    loop.call_soon_threadsafe(stopping.set)
    thread.join(ENOUGH)
    loop.close()


NODE = """
let number = 0;
const server = require("http").createServer((request, response) => {
  const parts = [];
  request.on("data", part => parts.push(part));
  request.on("end", () => {
    number += 1;
    const body = Buffer.concat(parts).toString("latin1");
    response.end(JSON.stringify({number, method: request.method, target: request.url, body}));
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
"""


@contextmanager
def node_server() -> Generator[int]:
    """Give the port of a server of node's."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    with subprocess.Popen([node, "-e", NODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()
        process.wait(ENOUGH)


SERVERS = {
    "h11": h11_server,
    "http.server": python_server,
    "uvicorn": uvicorn_server,
    "aiohttp": aiohttp_server,
    "node": node_server,
}
