"""The base class of a session's modules."""

from typing import Protocol

from ..core.text import escape_line
from .session_connection import AsyncSessionConnection


class HasConnection(Protocol):
    """A session."""

    connection: AsyncSessionConnection


class AsyncModule:
    """A group of a session's tools; ``AsyncOss(session)`` is ``session.oss``, and so on."""

    def __init__(self, session: AsyncSessionConnection | HasConnection) -> None:
        self._session_connection = session if isinstance(session, AsyncSessionConnection) else session.connection

    @property
    def _connection(self) -> AsyncSessionConnection:
        """The session's connection; a module that a cloud does not have raises its usage error here."""
        return self._session_connection

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {escape_line(self._session_connection.session_id)}>"
