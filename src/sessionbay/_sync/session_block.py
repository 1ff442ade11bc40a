# Generated from src/sessionbay/_async/session_block.py by scripts/generate_sync.py. Do not edit.
"""The context manager of a session, and the deletion that no cancellation interrupts."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn

from .._concurrency._sync import UnaryCall, shielded
from ..core.adaptive_rate import AdaptiveRate
from ..core.attribute_hint import no_attribute
from ..core.block_hint import BlockHint
from ..core.errors import AgentBayError, SessionError
from ..core.public import public
from ..models.sessions import SessionResult
from .deletion import RECORDING_TIMEOUT
from .session import DELETE_TIMEOUT, Session

CLEANUP_TIMEOUT = DELETE_TIMEOUT + RECORDING_TIMEOUT + 5.0
"""Seconds for a deletion that cancellation must not interrupt."""

Create = UnaryCall[AdaptiveRate | None, SessionResult[Session]]
"""Creates a session; the rate records whether the service throttled the creation."""


@public
class SessionBlock(BlockHint):
    """The context manager of a session: creates it on entering, deletes it on leaving.

    It is not a generator: the garbage collector would finalize one that is never left, and must not wait for a network.
    """

    def __init__(self, create: Create) -> None:
        self._create = create
        self._session: Session | None = None

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> NoReturn:
            hint = ": enter the block by 'with', which gives the session" if hasattr(Session, name) else ""
            raise no_attribute(self, name, hint)

    def __enter__(self) -> Session:
        if self._session is not None:
            raise SessionError.usage("this block has been entered before: call session() for each")
        self._session = (self._create(None)).raise_for_error().session
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            delete_shielded(self._session)


def delete_shielded(session: Session) -> None:
    """Delete a session even if the task is cancelled.

    A failure is raised, or added as a note to the exception in flight. A fork that leaves its parent's block does not
    delete the session.
    """
    if session.connection.is_inherited:
        return
    try:
        (shielded(session.delete, CLEANUP_TIMEOUT)).raise_for_error()
    except AgentBayError as exc:
        error = exc
    except TimeoutError:
        error = SessionError.of("timeout", f"its deletion took over {CLEANUP_TIMEOUT:g} s")
    else:
        return
    if (raised := sys.exception()) is None:
        raise error
    raised.add_note(f"and session {session.session_id} could not be deleted: {error}")
