# Generated from src/sessionbay/_async/http/redaction.py by scripts/generate_sync.py. Do not edit.
"""Keeps URLs that grant access out of the log of httpx, which logs every URL."""

import httpx

from ..._concurrency._sync_httpx import HttpTransport
from ..._http.redacted_url import RedactedUrl


class RedactingTransport(HttpTransport):
    """Wraps a custom transport, which gets the plain URLs that httpx sees redacted."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` with its plain URL."""
        if isinstance(request.url, RedactedUrl):
            request = httpx.Request(
                request.method,
                httpx.URL(request.url),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return self._transport.handle_request(request)

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()
