"""Authentication of the local engine on each new connection, by challenge-response.

When an engine has exited, any process can take its port. Verifying the connection itself leaves no race.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from ..._concurrency._async import Stream, connect
from ..._http.errors import (
    TIMEOUT_ERRORS,
    ConnectError,
    ConnectTimeoutError,
    NotHttpError,
    NotTheEngineError,
    TransportError,
    is_refused,
)
from ..._http.request_head import encode_request
from ...core.challenge import HOST, MAX_RESPONSE_SIZE, KnownEngine
from ...core.http import HttpRequest, Timeouts
from ...environment import nonce
from .connection import AsyncConnection

CHECK_TIMEOUT = 0.5  # seconds to connect; a stopped engine accepts no connection once its backlog is full


async def authenticate(stream: Stream, known: KnownEngine, limit: float | None, clock: Callable[[], float]) -> None:
    """Verify within ``limit`` seconds that the peer is ``known``; else close ``stream`` and raise.

    A peer that proves nothing raises NotTheEngineError.
    """
    authentic = False
    try:
        authentic = await _is_authentic(AsyncConnection(stream), known, limit, clock)
    except TIMEOUT_ERRORS as exc:  # it is stopped, or busy
        raise ConnectTimeoutError(f"the engine at {HOST}:{known.port} did not answer in time") from exc
    except TransportError as exc:
        error = NotTheEngineError if isinstance(exc, NotHttpError) else ConnectError
        raise error(f"{_STRANGER.format(known.port)}: {exc}") from exc
    finally:
        if not authentic:
            await stream.aclose()
    if not authentic:
        raise NotTheEngineError(_STRANGER.format(known.port))


_STRANGER = f"the server at {HOST}:{{}} is not the engine that this client started with: create a new client"


async def is_refused_at(endpoint: str) -> bool:
    """Return whether nothing listens at the address of an engine."""
    parts = urlsplit(endpoint)
    try:
        stream = await connect(parts.hostname or HOST, parts.port or 80, None, CHECK_TIMEOUT)
    except TransportError as exc:
        return is_refused(exc)
    await stream.aclose()
    return False


async def _is_authentic(
    connection: AsyncConnection, known: KnownEngine, limit: float | None, clock: Callable[[], float]
) -> bool:
    challenge = nonce()
    timeouts = Timeouts({"read": limit, "write": limit}, None if limit is None else clock() + limit, clock)
    request = encode_request(HttpRequest("GET", ""), f"{HOST}:{known.port}", known.challenge_path(challenge))
    body = await connection.exchange("GET", request, timeouts, MAX_RESPONSE_SIZE)
    return known.is_proved(challenge, body) and connection.is_reusable
