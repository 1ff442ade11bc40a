"""Listening on the loopback: what serves the engine itself, and each link."""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import Generator
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from .fork_safety import close_in_forks

STOP_TIMEOUT = 1  # whole seconds, as uvicorn has it
PATIENCE = 10.0  # seconds within which a request's head has to come
KEPT = 75  # whole seconds for which a connection may be idle: longer than clients keep it, so that none asks as it ends
LINGER = 5  # whole seconds for whoever got an answer before its request was complete: it may still be sending
MOST_HEAD = 2**20
MOST_MESSAGE = 4 * 2**20

_ports: set[int] = set()


def is_ours(port: int) -> bool:
    """Return whether this program itself listens on a port of the loopback."""
    return port in _ports


class _Config(uvicorn.Config):
    def configure_logging(self) -> None:
        """Leave the loggers alone: the program may run a uvicorn of its own, with an access log."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to the program."""
        yield


_here: ContextVar[_Server | None] = ContextVar("sessionbay_server", default=None)


def _is_to_be_told(record: logging.LogRecord) -> bool:
    """Return whether a record of uvicorn's counts; of ours, errors do, but not the calls that its stop cuts off."""
    server = _here.get()
    return server is None or (record.levelno >= logging.ERROR and not server.should_exit)


class _Protocol(H11Protocol):
    """Hangs up on whoever begins a request and does not go on, and names the status that a bad head deserves."""

    _deadline: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(PATIENCE, self._hang_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        waiting = self.conn.their_state is h11.IDLE and not self.transport.is_closing()
        if self._deadline and not waiting:
            self._deadline.cancel()
            self._deadline = None
        elif waiting and not self._deadline:
            self._deadline = self.loop.call_later(PATIENCE, self._hang_up)

    def on_response_complete(self) -> None:
        self.timeout_keep_alive = LINGER if self.conn.their_state is h11.SEND_BODY else KEPT
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse a head; uvicorn calls this while it looks at the exception."""
        error = sys.exception()
        status = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close")]
        response = h11.Response(status_code=status, headers=headers, reason=HTTPStatus(status).phrase.encode())
        for event in (response, h11.Data(data=msg.encode("ascii")), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _hang_up(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()


class Listener:
    """An app on a port of 127.0.0.1."""

    def __init__(self, port: int = 0, most_message: int = MOST_MESSAGE) -> None:
        # The protocol is named because asyncio switches Nagle's delay off only then: 40 ms for every answer.
        self._socket = close_in_forks(socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError as exc:
            self._socket.close()
            raise OSError(exc.errno, f"port {port} of 127.0.0.1 cannot be listened on: {exc.strerror}") from exc
        self.port: int = self._socket.getsockname()[1]
        self._most_message = most_message

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, app: ASGIApp) -> None:
        """Begin to serve ``app``; return when it can be reached."""
        config = _Config(
            app,
            date_header=False,
            http=_Protocol,
            h11_max_incomplete_event_size=MOST_HEAD,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_TIMEOUT,
            ws="websockets-sansio",
            ws_max_size=self._most_message,
            ws_per_message_deflate=False,
            ws_ping_interval=None,  # clients ask for signs of life, and one that waits for nothing need not give any
        )
        self._server = _Server(config)
        _ports.add(self.port)
        logging.getLogger("uvicorn.error").addFilter(_is_to_be_told)
        self._serving = asyncio.create_task(self._serve())
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.001)

    async def _serve(self) -> None:
        _here.set(self._server)  # for this task, and for the connections that come of it
        await self._server.serve(sockets=[self._socket])

    async def stop(self) -> None:
        """Stop serving, whoever is still waiting."""
        self._server.should_exit = True
        with contextlib.ExitStack() as opened:
            still = opened.enter_context(self._socket.dup()) if self._socket.fileno() >= 0 else None
            await asyncio.wait([self._serving])  # whoever gives up on this does not keep the server from its own end
            if still:
                with contextlib.suppress(OSError):
                    still.shutdown(socket.SHUT_RDWR)  # or it goes on in whatever process else holds it
        _ports.discard(self.port)
        self._socket.close()
