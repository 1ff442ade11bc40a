# Generated from src/sessionbay/_async/module.py by scripts/generate_sync.py. Do not edit.
"""The base class of a session's modules."""

from .session_connection import SessionConnection


class Module:
    """A group of a session's tools."""

    def __init__(self, connection: SessionConnection) -> None:
        self._connection = connection
