"""Listening on the loopback: what serves the engine itself, and each link."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

STOP_TIMEOUT = 1  # whole seconds, as uvicorn has it


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to the program."""
        yield


class Listener:
    """An app on a port of 127.0.0.1."""

    def __init__(self, port: int = 0) -> None:
        # The protocol is named because asyncio switches Nagle's delay off only then: 40 ms for every answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, app: ASGIApp) -> None:
        """Begin to serve ``app``; return when it can be reached."""
        config = uvicorn.Config(
            app,
            access_log=False,
            http="h11",
            h11_max_incomplete_event_size=2**20,
            lifespan="off",
            log_config=None,
            log_level="error",
            server_header=False,
            timeout_graceful_shutdown=STOP_TIMEOUT,
            ws="none",
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
            await asyncio.sleep(0.001)

    async def stop(self) -> None:
        """Stop serving, whoever is still waiting."""
        self._server.should_exit = True
        await self._serving
        self._socket.close()
