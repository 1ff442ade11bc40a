"""The HTTP and WebSocket server on the loopback, for the engine and for each forwarded port."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Generator
from contextvars import ContextVar
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from .acceptor import Acceptor
from .fork_safety import close_in_forks
from .http_protocol import HttpProtocol
from .websocket_input import HeldBytes
from .websocket_protocol import WebSocketProtocol

STOP_TIMEOUT = 1  # whole seconds, as uvicorn requires
MAX_MESSAGE = 4 * 2**20  # bytes

_ports: set[int] = set()


def is_ours(port: int) -> bool:
    """Return whether this process listens on a port of the loopback."""
    return port in _ports


class _Config(uvicorn.Config):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = HeldBytes()

    def configure_logging(self) -> None:
        """Leave the loggers alone: the program may run its own uvicorn with an access log."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signal handling to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections by an acceptor of ours: asyncio's logs a traceback per attempt without descriptors."""

        def protocol() -> HttpProtocol:
            return HttpProtocol(config=self.config, server_state=self.server_state, app_state={})

        self.servers: list[Any] = [Acceptor(sock, protocol) for sock in sockets or []]
        self.started = True


_current_server: ContextVar[_Server | None] = ContextVar("sessionbay_server", default=None)


EXPECTED = (  # that uvicorn logs as errors
    "ASGI callable returned without completing handshake.",  # also after a response was sent
    "ASGI callable returned without completing response.",  # by which a link cuts off its client
)


def _is_relevant(record: logging.LogRecord) -> bool:
    """Keep only errors of our own servers, without those of requests cut off by `stop`; keep all of other servers."""
    server = _current_server.get()
    return server is None or (
        record.levelno >= logging.ERROR and not server.should_exit and record.getMessage() not in EXPECTED
    )


class Listener:
    """A server for one ASGI app on a port of 127.0.0.1."""

    def __init__(self, port: int = 0, max_message: int = MAX_MESSAGE) -> None:
        # asyncio disables Nagle's algorithm only if the protocol is given; otherwise each response takes 40 ms more.
        self._socket = close_in_forks(socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as exc:
            self._socket.close()
            raise OSError(exc.errno, f"port {port} of 127.0.0.1 cannot be listened on: {exc.strerror}") from exc
        self.port: int = self._socket.getsockname()[1]
        self._max_message = max_message

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, app: ASGIApp) -> None:
        """Start serving ``app``, and return once it accepts connections."""
        config = _Config(
            app,
            date_header=False,
            http=HttpProtocol,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_TIMEOUT,
            ws=WebSocketProtocol,
            ws_max_size=self._max_message,
            ws_per_message_deflate=False,
            ws_ping_interval=None,  # clients send pings; an idle client need not answer any
        )
        self._server = _Server(config)
        _ports.add(self.port)
        logging.getLogger("uvicorn.error").addFilter(_is_relevant)
        self._serving = asyncio.create_task(self._serve())
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.001)

    async def _serve(self) -> None:
        _current_server.set(self._server)  # inherited by the tasks of all connections
        await self._server.serve(sockets=[self._socket])

    async def stop(self) -> None:
        """Stop serving, and drop open connections."""
        self._server.should_exit = True
        with contextlib.ExitStack() as stack:
            duplicate = None
            with contextlib.suppress(OSError):  # it is closed, or there is no descriptor left
                duplicate = stack.enter_context(self._socket.dup())
            await asyncio.wait([self._serving])  # unlike await, does not cancel the server when this is cancelled
            if duplicate:
                with contextlib.suppress(OSError):
                    duplicate.shutdown(socket.SHUT_RDWR)  # a forked process may hold a copy, which would keep listening
        _ports.discard(self.port)
        self._socket.close()
