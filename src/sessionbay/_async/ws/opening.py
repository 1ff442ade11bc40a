"""Where a session's line comes from."""

from ..._http.proxies import is_proxied
from ..._http.tls import TlsSettings
from ...core.config import is_loopback
from ...core.secrets import Secret
from ...core.websocket import WebSocketAddress
from ..session_connection import AsyncSessionConnection
from .multiplexer import AsyncMultiplexer, Errors


def multiplexer_of(connection: AsyncSessionConnection, errors: Errors) -> AsyncMultiplexer:
    """Return the session's line; raise when the session has none, or settings forbid it."""
    connection.raise_if_deleted()
    lines = connection.api.multiplexers.get()
    if connection.session_id not in lines:
        lines[connection.session_id] = _made(connection, errors)
    return lines[connection.session_id]


def has_websocket(connection: AsyncSessionConnection) -> bool:
    """Return whether the cloud told where the session's WebSocket is."""
    return bool(connection.details.ws_url and connection.details.token)


def _made(connection: AsyncSessionConnection, errors: Errors) -> AsyncMultiplexer:
    options = connection.api.config
    if not has_websocket(connection):
        raise errors.usage(
            f"session {connection.session_id} has no WebSocket address: a session that was attached, or made by its id,"
            " never has; get it by the client's get(session_id)"
        )
    try:
        address = WebSocketAddress.of(connection.details.ws_url or "", Secret(connection.details.token or ""))
    except ValueError as exc:
        raise errors.of("invalid_response", f"the session's WebSocket: {exc}") from exc
    local = is_loopback(address.host)
    if not (address.secure or options.allow_http or local):
        raise errors.usage("the session's WebSocket is neither wss nor on this machine: pass allow_http=True to use it")
    if is_proxied(address.page, options.proxy, trust_env=not local):
        raise errors.usage(
            f"there is a proxy for {address.host}, and terminals, streamed code and news of files go through none:"
            " name the host in NO_PROXY, or make a client without a proxy"
        )
    channel = connection.api
    return AsyncMultiplexer(
        address, TlsSettings(options.verify, trust_env=not local), channel.clock.monotonic, channel.known_engine
    )
