# Generated from src/sessionbay/_async/reference.py by scripts/generate_sync.py. Do not edit.
"""What a session object is made of: its id, its client, what the cloud said of it, and whether it is still there."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from ..core import validation
from ..core.errors import SessionError
from ..core.operation import Operation
from ..core.result import Result
from ..core.wire_model import Wire
from ..environment import process_id
from ..models.sessions import DeleteResult, SessionReference
from ..operations.session import SessionAnswer, SessionRef
from .api_client import ApiClient
from .attaching import attached

if TYPE_CHECKING:
    from .client import Client

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])


class Reference:
    """A session by its id."""

    def __init__(self, agent_bay: "Client", session_id: str) -> None:
        self._agent_bay = agent_bay
        self._channel: ApiClient = agent_bay._channel
        self._home = process_id()
        self._details = SessionAnswer(session_id=validation.text("session_id", session_id, SessionError))
        self._tags: dict[str, str] = {}
        self._deleted: DeleteResult | None = None
        self.image_id = ""

    @property
    def agent_bay(self) -> "Client":
        """The client that this session belongs to."""
        return self._agent_bay

    @property
    def ref(self) -> SessionReference:
        """What names this session, and no key: pickles of the session hold it, ``attach`` of a client takes it."""
        dialect = self._channel.dialect
        return SessionReference(self.session_id, dialect.name, dialect.endpoint, dialect.region_id)

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self._details.session_id

    def __reduce__(self) -> tuple[Any, ...]:
        return attached, (type(self), self.ref)

    def __copy__(self) -> Self:
        return self  # a copy of the object would be no copy of the machine

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.session_id!r})"

    @property
    def _ref(self) -> SessionRef:
        return SessionRef(session_id=self.session_id)

    def _ask(self, op: Operation[Q, A, R], request: Q) -> R:
        """Send an operation of this session; a strict client raises what was refused."""
        return self._channel.told(self._call(op, request))

    def _call(self, op: Operation[Q, A, R], request: Q, limit: float | None = None) -> R:
        """Send an operation of this session, within ``limit`` seconds or the client's own limit."""
        self._refuse_if_deleted()
        return self._channel.call(op, request, limits=self._channel.limits(limit))

    @property
    def _is_parents(self) -> bool:
        """Whether this process is a fork's child, and its parent made this object."""
        return self._home != process_id()

    def _refuse_if_deleted(self) -> None:
        if self._deleted:
            raise SessionError.usage(f"session {self.session_id} was deleted: create a new one")
