# Generated from src/sessionbay/_async/block.py by scripts/generate_sync.py. Do not edit.
"""A session for the length of a block."""

from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from ..core.absent import no_attribute
from ..core.errors import SessionError
from ..models.creation import CreateSessionParams
from .cleanup import delete_shielded
from .desk import Desk
from .session import Session


class SessionBlock:
    """Makes a session on entering, and deletes it on leaving.

    It is no generator: the garbage collector would leave one that nobody leaves, and must not wait for a network.
    """

    def __init__(self, desk: Desk, params: CreateSessionParams) -> None:
        self._desk = desk
        self._params = params
        self._session: Session | None = None

    if not TYPE_CHECKING:  # for people: type checkers know what is here

        def __getattr__(self, name: str) -> NoReturn:
            hint = ": enter the block by 'with', which gives the session" if hasattr(Session, name) else ""
            raise no_attribute(self, name, hint)

    def __enter__(self) -> Session:
        if self._session is not None:
            raise SessionError.usage("this block has been entered before: call session() for each")
        self._session = (self._desk.create(self._params)).raise_for_error().session
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            delete_shielded(self._session)
