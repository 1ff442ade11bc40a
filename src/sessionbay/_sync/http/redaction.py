# Generated from src/sessionbay/_async/http/redaction.py by scripts/generate_sync.py. Do not edit.
"""Addresses that let their reader in, kept from httpx's client, which logs each of them."""

import httpx

from ..._concurrency._sync import HttpTransport
from ..._http.redacted_url import RedactedUrl


class RedactingTransport(HttpTransport):
    """A transport of the user's: other than the client above it, it sees every address as it is."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Have ``request`` sent to where it goes."""
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
        """Close it."""
        self._transport.close()
