"""Where a session's line comes from."""

from ..._http import TlsSettings, is_proxied
from ...core.config import is_loopback
from ...core.secrets import Secret
from ...core.websocket import WebSocketAddress
from ..toolbox import AsyncToolbox
from .multiplexer import AsyncMultiplexer, Errors


def line_of(session: AsyncToolbox, errors: Errors) -> AsyncMultiplexer:
    """Return the session's line; raise when the session has none, or settings forbid it."""
    session._refuse_if_deleted()
    lines = session._channel.lines.get()
    if session.session_id not in lines:
        lines[session.session_id] = _made(session, errors)
    return lines[session.session_id]


def has_line(session: AsyncToolbox) -> bool:
    """Return whether the cloud told where the session's WebSocket is."""
    return bool(session._details.ws_url and session._details.token)


def _made(session: AsyncToolbox, errors: Errors) -> AsyncMultiplexer:
    options = session._channel.options
    if not has_line(session):
        raise errors.usage(
            f"this object knows of no WebSocket of session {session.session_id}: one that was attached, or made by its"
            " id, never does; get it by the client's get(session_id), and see whether its cloud offers one"
        )
    try:
        address = WebSocketAddress.of(session._details.ws_url or "", Secret(session._details.token or ""))
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
    channel = session._channel
    return AsyncMultiplexer(
        address, TlsSettings(options.verify, trust_env=not local), channel.clock.monotonic, channel.known
    )
