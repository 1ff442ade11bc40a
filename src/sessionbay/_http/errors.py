"""Why there is no complete response. The names of httpx's exceptions are in ``httpx_errors``."""

from typing import cast


class TransportError(Exception):
    """There is no complete response."""


class ConnectError(TransportError):
    """No connection was made, so nothing was sent."""


class NotTheEngineError(ConnectError):
    """The server is not the local engine that the client started with."""


class ConnectTimeoutError(TransportError):
    """No connection was made in time, so nothing was sent."""


class PoolTimeoutError(TransportError):
    """All connections stayed busy, so nothing was sent."""


class ProxyError(TransportError):
    """The proxy refused to connect, so nothing was sent."""


class SendError(TransportError):
    """The connection broke while the request was sent."""


class SendTimeoutError(TransportError):
    """The peer did not take the request in time."""


class ReceiveError(TransportError):
    """The connection broke while the response was received."""


class ReceiveTimeoutError(TransportError):
    """The response did not come in time."""


class InvalidRequestError(TransportError):
    """The request cannot be expressed in HTTP."""


class TruncatedResponseError(TransportError):
    """The peer closed the connection before its response ended."""


class NotHttpError(TransportError):
    """The peer sent something that is not HTTP."""


NOT_SENT_ERRORS = (ConnectError, ConnectTimeoutError, PoolTimeoutError, ProxyError)
TIMEOUT_ERRORS = (ConnectTimeoutError, PoolTimeoutError, SendTimeoutError, ReceiveTimeoutError)


def is_refused(error: BaseException) -> bool:
    """Return whether a connection failed because nothing listens at its address."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_refused, cast("BaseExceptionGroup[BaseException]", error).exceptions))
    return isinstance(error, ConnectionRefusedError) or (error.__cause__ is not None and is_refused(error.__cause__))
