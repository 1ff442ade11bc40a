# Generated from src/sessionbay/_async/http/httpx_sender.py by scripts/generate_sync.py. Do not edit.
"""Requests through the httpx client that users see, hook, trace and mock."""

import httpx

from ..._concurrency._sync_httpx import HttpClient, HttpTransport, send
from ..._http.httpx_errors import from_httpx
from ..._http.interception import is_intercepted
from ..._http.proxies import ProxyOf
from ..._http.request import http_request
from ...core.http import HttpRequest, HttpResponse, InvalidResponse
from .core import HttpCore
from .redaction import RedactingTransport
from .transport import Transport

INVALID_URL_ERRORS = (httpx.InvalidURL, UnicodeError)  # the latter for host names that IDNA cannot encode


class HttpxSender:
    """Sends requests through an httpx client, over the connections of a core or a transport of the user.

    Attributes:
        client: The httpx client.
    """

    def __init__(
        self, core: HttpCore, transport: HttpTransport | None, proxy_of: ProxyOf | None, *, trust_env: bool
    ) -> None:
        self._own = Transport(core, proxy_of)
        self.client = HttpClient(
            transport=RedactingTransport(transport) if transport else self._own,
            bounded=not transport and self._own.is_bounded,
            trust_env=trust_env,
        )

    @property
    def is_intercepted(self) -> bool:
        """Whether something wants to see or answer the requests of the client."""
        return is_intercepted(self.client)

    def send(self, request: HttpRequest, limit: float, connect: float | None, deadline: float) -> HttpResponse:
        """Send a request within ``limit`` seconds; raise our own errors."""
        try:
            return send(self.client, http_request(request, limit, connect, deadline), limit)
        except httpx.TransportError as exc:
            exc.request = None  # type: ignore[assignment]  # it has the key
            raise from_httpx(exc) from exc
        except INVALID_URL_ERRORS as exc:  # httpx parses the target of a redirect, which is never followed
            raise InvalidResponse(f"invalid URL: {exc}") from exc

    def leave_loop(self) -> None:
        """Close the connections of this event loop that are not those of the core."""
        self._own.close()
