"""Translation between our transport errors and httpx's."""

import httpx

from .errors import (
    ConnectError,
    ConnectTimeoutError,
    InvalidRequestError,
    NotHttpError,
    NotTheEngineError,
    PoolTimeoutError,
    ProxyError,
    ReceiveError,
    ReceiveTimeoutError,
    SendError,
    SendTimeoutError,
    TransportError,
    TruncatedResponseError,
)

_HTTPX_ERRORS: dict[type[TransportError], type[httpx.TransportError]] = {
    ConnectError: httpx.ConnectError,
    NotTheEngineError: httpx.ConnectError,
    ConnectTimeoutError: httpx.ConnectTimeout,
    PoolTimeoutError: httpx.PoolTimeout,
    ProxyError: httpx.ProxyError,
    SendError: httpx.WriteError,
    SendTimeoutError: httpx.WriteTimeout,
    ReceiveError: httpx.ReadError,
    ReceiveTimeoutError: httpx.ReadTimeout,
    InvalidRequestError: httpx.LocalProtocolError,
    TruncatedResponseError: httpx.RemoteProtocolError,
    NotHttpError: httpx.RemoteProtocolError,
}
_OUR_ERRORS = {theirs: ours for ours, theirs in reversed(_HTTPX_ERRORS.items())}


def to_httpx(exc: TransportError) -> httpx.TransportError:
    """Return the error of httpx for one of ours; raise it from that, by which ``from_httpx`` finds it again."""
    return _HTTPX_ERRORS[type(exc)](str(exc))


def from_httpx(exc: httpx.TransportError) -> TransportError:
    """Return our error for one of httpx."""
    if isinstance(exc.__cause__, TransportError):
        return exc.__cause__
    error = _OUR_ERRORS.get(type(exc), TransportError)(str(exc) or type(exc).__name__)
    error.__cause__ = exc
    return error
