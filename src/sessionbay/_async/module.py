"""The base class of a session's modules."""

from .session_connection import AsyncSessionConnection


class AsyncModule:
    """A group of a session's tools."""

    def __init__(self, connection: AsyncSessionConnection) -> None:
        self._connection = connection
