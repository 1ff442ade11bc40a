# Generated from src/sessionbay/_async/ws/session_multiplexer.py by scripts/generate_sync.py. Do not edit.
"""The multiplexer of a session, created at its first use."""

from ..._http.proxies import is_proxied
from ..._http.tls import TlsSettings
from ...core.config import is_loopback
from ...core.secrets import Secret
from ...core.websocket import WebSocketAddress
from ..session_connection import SessionConnection
from .multiplexer import Errors, Multiplexer


def multiplexer_of(connection: SessionConnection, errors: Errors) -> Multiplexer:
    """Return the session's multiplexer; raise if it has no WebSocket, or the settings forbid it."""
    connection.raise_if_deleted()
    multiplexers = connection.api.multiplexers.get()
    if connection.session_id not in multiplexers:
        multiplexers[connection.session_id] = _new_multiplexer(connection, errors)
    return multiplexers[connection.session_id]


def has_websocket(connection: SessionConnection) -> bool:
    """Return whether the cloud has returned a WebSocket address for the session."""
    return bool(connection.details.ws_url and connection.details.token)


def _new_multiplexer(connection: SessionConnection, errors: Errors) -> Multiplexer:
    api = connection.api
    if not has_websocket(connection):
        raise errors.usage(
            f"Session {connection.session_id} has no WebSocket address, as sessions that were attached or constructed"
            " from their id: use the client's get(session_id)."
        )
    try:
        address = WebSocketAddress.of(connection.details.ws_url or "", Secret(connection.details.token or ""))
    except ValueError as exc:
        raise errors.of("invalid_response", f"the session's WebSocket: {exc}") from exc
    local = is_loopback(address.host)
    if not (address.secure or api.config.allow_http or local):
        raise errors.usage(
            "The session's WebSocket is neither wss nor on this machine: pass allow_http=True to use it."
        )
    if is_proxied(address.page, api.config.proxy, trust_env=not local):
        raise errors.usage(
            f"A proxy is set for {address.host}, but terminals, streamed code and file events do not go through"
            " proxies: add the host to NO_PROXY, or create a client without a proxy."
        )
    tls = TlsSettings(api.config.verify, trust_env=not local)
    return Multiplexer(address, tls, api.clock.monotonic, api.known_engine, connection.raise_if_gone)
