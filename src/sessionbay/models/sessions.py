"""Sessions, and the results of session operations."""

import json
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, NoReturn, SupportsIndex, TypeVar, cast

from ..core.attribute_hint import no_attribute
from ..core.public import public
from ..core.result import Delegated, MappingResult, PageResult, Result
from ..core.value import Record, Value

S = TypeVar("S")
T = TypeVar("T")


@public
class SessionStatus(StrEnum):
    """The known states of a session. A status is a plain string, so that new states of the clouds pass through."""

    RUNNING = "RUNNING"
    PAUSING = "PAUSING"
    PAUSED = "PAUSED"
    RESUMING = "RESUMING"
    DELETING = "DELETING"
    DELETED = "DELETED"
    FINISH = "FINISH"


@public
class SessionInfo(Record):
    """The details of a session and of its screen, as attributes and as keys.

    ``resource_url``, ``auth_code`` and ``ticket`` grant access, so the repr omits them.
    """

    session_id: str = ""
    resource_url: str = field(default="", repr=False)
    app_id: str = ""
    auth_code: str = field(default="", repr=False)
    connection_properties: str = ""
    resource_id: str = ""
    resource_type: str = ""
    ticket: str = field(default="", repr=False)

    @property
    def connection(self) -> dict[str, Any]:
        """The parsed ``connection_properties``; empty if they are not a JSON object."""
        try:
            found = json.loads(self.connection_properties)
        except ValueError:
            return {}
        return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


@public
class SessionReference(Value):
    """A reference to a session, without the API key, to send to another process.

    Attributes:
        session_id: The session's id.
        cloud: The cloud that runs it.
        endpoint: The endpoint of its client.
        region_id: AgentBay's region, or None.
    """

    session_id: str
    cloud: Literal["agentbay", "agb"]
    endpoint: str
    region_id: str | None = None


@public
class SessionEntry(Record):
    """One session in a list.

    Attributes:
        labels: The user's labels; empty if the cloud does not list them.
        created_at: The creation time in ISO 8601, or an empty string if the cloud does not list it.
    """

    session_id: str
    status: str = ""
    image_id: str = ""
    app_instance_id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    created_at: str = ""


class _ListedId(str):
    """A session's id, with the keys ``sessionId`` and ``sessionStatus``, as in AgentBay's own client."""

    __slots__ = ("_status",)
    _status: str

    @classmethod
    def of(cls, entry: SessionEntry) -> "_ListedId":
        listed = cls(entry.session_id)
        listed._status = entry.status
        return listed

    def __getitem__(self, key: SupportsIndex | slice | str) -> str:
        if isinstance(key, str):
            return {"sessionId": str(self), "sessionStatus": self._status}[key]
        return super().__getitem__(key)

    def __reduce__(self) -> tuple[object, ...]:
        return str, (str(self),)


@public
class OperationResult(Result[T]):
    """The result of a general operation."""


@public
class SessionResult(Result[S], Generic[S]):
    """The result of ``create`` and ``get``: a session that is ready for use.

    Attributes:
        context_error: Why the contexts of a new session could not be copied to it; the session exists nevertheless.
        mobile_error: Why settings of a new phone could not be applied, each by its name; the session exists
            nevertheless.
    """

    context_error: str = ""
    mobile_error: str = ""

    @property
    def session(self) -> S:
        """The session; raises on failure."""
        return self.unwrap()

    if not TYPE_CHECKING:  # for people: type checkers know what is here

        def __getattr__(self, name: str) -> NoReturn:
            of_session = hasattr(type(self.__dict__.get("data")), name)
            hint = " (it is one of the session: take .session first)" if of_session else ""
            raise no_attribute(self, name, hint)


class WaitResult(Result[None]):
    """The result of an operation that waits for a state.

    Attributes:
        status: The last known state, or an empty string.
        timed_out: Whether the wait timed out, rather than the request failing.
    """

    status: str = ""
    timed_out: bool = False


@public
class DeleteResult(WaitResult):
    """The result of ``delete``.

    Attributes:
        sync_error: Why the contexts could not be synchronised first; the session was deleted nevertheless.
    """

    sync_error: str = ""


@public
class SessionPauseResult(WaitResult):
    """The result of ``pause``."""


@public
class SessionResumeResult(WaitResult):
    """The result of ``resume``."""


@public
class SessionWaitResult(WaitResult):
    """The result of ``wait_for_status``."""


@public
class SessionStatusResult(Result[str]):
    """The result of ``get_status``."""

    @property
    def status(self) -> str:
        """The session's state, e.g. ``RUNNING``; see ``SessionStatus``."""
        return self.unwrap()


@public
class InfoResult(MappingResult[SessionInfo, str], OperationResult[SessionInfo]):
    """The result of ``info``. The fields of ``data`` are also attributes and keys of the result."""

    session_id = Delegated[str]()
    resource_url = Delegated[str]()
    app_id = Delegated[str]()
    auth_code = Delegated[str]()
    connection_properties = Delegated[str]()
    resource_id = Delegated[str]()
    resource_type = Delegated[str]()
    ticket = Delegated[str]()


@public
class LinkResult(OperationResult[str]):
    """The result of ``get_link``. ``str(result)`` is the link. It grants access, so the repr omits it."""

    data: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.unwrap()


@public
class LabelsResult(MappingResult[Mapping[str, str], str], OperationResult[Mapping[str, str]]):
    """The result of ``get_labels``. It reads like a dict of the labels."""

    def __str__(self) -> str:
        return str(dict(self.unwrap()))


@public
class SessionListResult(PageResult[SessionEntry]):
    """One page of the list of sessions."""

    @property
    def sessions(self) -> tuple[SessionEntry, ...]:
        """The sessions of this page."""
        return self.unwrap()

    @property
    def session_ids(self) -> list[str]:
        """The ids of the sessions of this page."""
        return [_ListedId.of(entry) for entry in self.unwrap()]
