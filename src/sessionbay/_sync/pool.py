# Generated from src/sessionbay/_async/pool.py by scripts/generate_sync.py. Do not edit.
"""A pool of sessions that are leased to one user at a time and reused."""

from types import TracebackType
from typing import Self

from ..core import validation
from ..core.errors import SessionError
from ..core.public import public
from .lease import Lease
from .pooled_sessions import PooledSessions


@public
class SessionPool:
    """Sessions that are reused. Leaving its block deletes all of them, the leased ones included."""

    def __init__(self, sessions: PooledSessions) -> None:
        self._sessions = sessions

    def __repr__(self) -> str:
        return f"<{type(self).__name__} size={self.size}>"

    @property
    def size(self) -> int:
        """The number of sessions, leased or idle."""
        return len(self._sessions)

    def __enter__(self) -> Self:
        self._sessions.enter("pool")
        self._sessions.fill()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.close()
        if exc is None:
            self._sessions.raise_failure()

    def lease(self, timeout: float | None = None) -> "Lease":
        """Lease a session for a block.

        The session returns to the pool at the end of the block. It is deleted if the block raises, or if the pool's
        rules require it.

        Args:
            timeout: Seconds to wait for a session while all are leased; no limit by default.

        Returns:
            A context manager that yields the session.

        Raises:
            SessionUsageError: ``timeout`` is invalid.
            SessionError: No session was free in time, or a new one could not be created.

        Example:
            ```python
            with bay.pool(max=2, reset="rm -rf work") as pool:
                with pool.lease() as session:
                    result = session.command.run("mkdir -p work && echo hello")
                    print(result.output)
            ```
        """
        limit = None if timeout is None else validation.seconds("timeout", timeout, SessionError, zero=True)
        return Lease(self._sessions, limit)
