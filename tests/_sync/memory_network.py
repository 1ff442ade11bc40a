# Generated from tests/_async/memory_network.py by scripts/generate_sync.py. Do not edit.
"""A network in memory: what our core connects to is a transport of httpx's, which may be faulty."""

from typing import Any

import httpx

from sessionbay._concurrency._sync_httpx import HttpTransport
from sessionbay._http.httpx_errors import from_httpx

ADDRESS = "http://127.0.0.1:1"


class MemoryNetwork:
    """Connects to ``transport``; its methods stand in for those of a stream. A connection carries one request."""

    transport: HttpTransport

    def connect(self, host: str, port: int, tls: object, timeout: float | None) -> "MemoryStream":
        """Stand in for ``connect``."""
        return MemoryStream(self.transport, "https" if tls else "http", timeout)


class MemoryStream:
    """A connection to a transport, which is asked once the whole request was sent."""

    def __init__(self, transport: HttpTransport, scheme: str, connect_timeout: float | None) -> None:
        self._transport = transport
        self._scheme = scheme
        self._connect_timeout = connect_timeout
        self._sent = b""
        self._chunks: Any = None

    def send(self, data: bytes, timeout: float | None) -> None:
        self._sent += data

    def receive(self, timeout: float | None) -> bytes:
        try:
            return self._respond(timeout) if self._chunks is None else next(self._chunks, b"")
        except httpx.TransportError as exc:
            raise from_httpx(exc) from None

    def is_quiet(self) -> bool:
        return True

    def close(self) -> None:
        close = getattr(self._chunks, "close", None)  # trio warns about generators that are not exhausted
        if close is not None:
            close()

    def _respond(self, timeout: float | None) -> bytes:
        """Return the head of the response."""
        response = self._transport.handle_request(self._request(timeout))
        stream: Any = response.stream
        self._chunks = stream.__iter__()
        headers = [*response.headers.raw, (b"connection", b"close")]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        return b"HTTP/1.1 %d Reason\r\n%b\r\n" % (response.status_code, lines)

    def _request(self, timeout: float | None) -> httpx.Request:
        head, _, body = self._sent.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = httpx.Headers([(name, value) for name, _, value in (line.partition(": ") for line in lines)])
        assert len(body) == int(headers.get("content-length", 0))
        limits = {"connect": self._connect_timeout, "read": timeout, "write": timeout, "pool": timeout}
        url = f"{self._scheme}://{headers['host']}{target}"
        return httpx.Request(method, url, headers=headers, content=body, extensions={"timeout": limits})
