"""A lease of a pooled session."""

from types import TracebackType

from ..core.errors import SessionError
from ..core.public import public
from .pooled_sessions import AsyncPooledSessions, PoolMember
from .session import AsyncSession


@public
class AsyncLease:
    """The context manager of a leased session. It is not a generator, for the reason of ``AsyncSessionBlock``."""

    def __init__(self, sessions: AsyncPooledSessions, timeout: float | None) -> None:
        self._sessions = sessions
        self._timeout = timeout
        self._member: PoolMember | None = None

    async def __aenter__(self) -> AsyncSession:
        if self._member is not None:
            raise SessionError.usage("this block has been entered before: call lease() for each")
        self._member = await self._sessions.acquire(self._timeout)
        return self._member.session

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is not None:
            await self._sessions.release(self._member, reusable=exc is None)
