"""Errors that httpx does not distinguish."""

import httpx


class NotHttpError(httpx.RemoteProtocolError):
    """The peer sent something that is not HTTP. A connection closed early raises its base class instead."""
