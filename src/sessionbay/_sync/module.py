# Generated from src/sessionbay/_async/module.py by scripts/generate_sync.py. Do not edit.
"""The base class of a session's modules."""

from typing import Protocol

from ..core.text import escape_line
from .session_connection import SessionConnection


class HasConnection(Protocol):
    """A session."""

    connection: SessionConnection


class Module:
    """A group of a session's tools; ``Oss(session)`` is ``session.oss``, and so on."""

    def __init__(self, session: SessionConnection | HasConnection) -> None:
        self._session_connection = session if isinstance(session, SessionConnection) else session.connection

    @property
    def _connection(self) -> SessionConnection:
        """The session's connection; a module that a cloud does not have raises its usage error here."""
        return self._session_connection

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {escape_line(self._session_connection.session_id)}>"
