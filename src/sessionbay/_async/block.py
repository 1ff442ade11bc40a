"""A session for the length of a block."""

from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from ..core.absent import no_attribute
from ..core.errors import SessionError
from ..models.creation import CreateSessionParams
from .cleanup import delete_shielded
from .desk import AsyncDesk
from .session import AsyncSession


class AsyncSessionBlock:
    """Makes a session on entering, and deletes it on leaving.

    It is no generator: the garbage collector would leave one that nobody leaves, and must not wait for a network.
    """

    def __init__(self, desk: AsyncDesk, params: CreateSessionParams) -> None:
        self._desk = desk
        self._params = params
        self._session: AsyncSession | None = None

    if not TYPE_CHECKING:  # for people: type checkers know what is here

        def __getattr__(self, name: str) -> NoReturn:
            hint = ": enter the block by 'with', which gives the session" if hasattr(AsyncSession, name) else ""
            raise no_attribute(self, name, hint)

    async def __aenter__(self) -> AsyncSession:
        if self._session is not None:
            raise SessionError.usage("this block has been entered before: call session() for each")
        self._session = (await self._desk.create(self._params)).raise_for_error().session
        return self._session

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await delete_shielded(self._session)
