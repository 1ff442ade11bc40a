"""Errors that httpx does not distinguish."""

from typing import cast

import httpx


class NotTheEngineError(httpx.ConnectError):
    """The server is not the local engine that the client started with."""


class NotHttpError(httpx.RemoteProtocolError):
    """The peer sent something that is not HTTP. A connection closed early raises its base class instead."""


def is_refused(error: BaseException) -> bool:
    """Return whether a connection failed because nothing listens at its address."""
    if isinstance(error, BaseExceptionGroup):
        return all(map(is_refused, cast("BaseExceptionGroup[BaseException]", error).exceptions))
    return isinstance(error, ConnectionRefusedError) or (error.__cause__ is not None and is_refused(error.__cause__))
