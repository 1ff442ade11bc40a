# Generated from src/sessionbay/_async/lease.py by scripts/generate_sync.py. Do not edit.
"""A lease of a pooled session."""

from types import TracebackType

from ..core.errors import SessionError
from ..core.public import public
from .pooled_sessions import PooledSessions, PoolMember
from .session import Session


@public
class Lease:
    """The context manager of a leased session. It is not a generator, for the reason of ``SessionBlock``."""

    def __init__(self, sessions: PooledSessions, timeout: float | None) -> None:
        self._sessions = sessions
        self._timeout = timeout
        self._member: PoolMember | None = None

    def __enter__(self) -> Session:
        if self._member is not None:
            raise SessionError.usage("this block has been entered before: call lease() for each")
        self._member = self._sessions.acquire(self._timeout)
        return self._member.session

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is not None:
            self._sessions.release(self._member, reusable=exc is None)
