"""The operations on sessions: create, get, list, pause, resume, keep alive, delete."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AliasChoices, Field, ValidatorFunctionWrapHandler, WrapValidator

from ..core import reserved_labels
from ..core.encoding import (
    DOTTED,
    JSON,
    ONLY_AGENTBAY,
    TEXT_ASCII,
    TEXT_COMPACT,
    DialectField,
    Encoder,
    NamingConvention,
    ParameterLocation,
    Params,
)
from ..core.error_codes import ErrorCode
from ..core.errors import SessionError
from ..core.operation import NOTHING, Operation, Route
from ..core.polling import PollOutcome
from ..core.transitions import ENDED, Transition
from ..core.wire_model import JsonText, NullableStr, Wire
from ..models.mobile_config import ExtraConfigs
from ..models.sessions import (
    DeleteResult,
    OperationResult,
    SessionEntry,
    SessionListResult,
    SessionPauseResult,
    SessionResumeResult,
    SessionStatusResult,
    WaitResult,
)
from .mounts import PersistenceItem

if TYPE_CHECKING:
    from ..models.tools import McpTool

W = TypeVar("W", bound=WaitResult)


class SessionRef(Wire):
    """The request of the operations that need nothing but the session's id."""

    session_id: str


class DetailRequest(Wire):
    session_id: Annotated[str, DialectField("agentbay", place="query")]


class Minutes(Encoder):
    """Encodes seconds as whole minutes."""

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        minutes, rest = divmod(value, 60)
        if rest:
            raise SessionError.usage(f"Invalid time of {value} s: with max_runtime, AgentBay takes whole minutes.")
        return super().write(name, minutes, request, convention, place)

    def read(self, name: str, params: Params) -> Any:
        value = super().read(name, params)
        return None if value is None else int(value) * 60


class IdleTime(Minutes):
    """Encodes seconds as they are, or as minutes if the request has a maximum run time."""

    def write(
        self, name: str, value: Any, request: Wire, convention: NamingConvention, place: ParameterLocation
    ) -> Iterable[tuple[str, Any]]:
        if isinstance(request, CreateRequest) and request.max_runtime:
            return super().write(name, value, request, convention, place)
        return Encoder.write(self, name, value, request, convention, place)

    def read(self, name: str, params: Params) -> Any:
        return super().read(name, params) if "MaxRuntime" in params else params.get(name)


class CreateRequest(Wire):
    """Times are seconds."""

    image_id: Annotated[str | None, DialectField("agb", place="query")] = None
    labels: Annotated[dict[str, str] | None, TEXT_ASCII] = None
    mcp_policy_id: str | None = None
    timeout: Annotated[int | None, IdleTime()] = None
    max_runtime: Annotated[int | None, Minutes(), ONLY_AGENTBAY] = None
    manual_release: Annotated[bool | None, ONLY_AGENTBAY] = None
    network_id: Annotated[str | None, ONLY_AGENTBAY] = None
    enable_record: Annotated[bool | None, ONLY_AGENTBAY] = None
    load_skill: Annotated[bool | None, ONLY_AGENTBAY] = None
    skills: Annotated[list[str] | None, TEXT_COMPACT, ONLY_AGENTBAY] = None
    persistence_data_list: Annotated[list[PersistenceItem] | None, TEXT_COMPACT, DialectField("agb", form=JSON)] = None
    extra_configs: Annotated[ExtraConfigs | None, DOTTED, ONLY_AGENTBAY] = None
    sdk_stats: Annotated[dict[str, Any] | None, TEXT_COMPACT, DialectField("agb", place="query")] = None
    login_region_id: Annotated[str | None, ONLY_AGENTBAY] = None
    context_id: str | None = None
    session_id: str | None = None
    external_user_id: Annotated[str | None, ONLY_AGENTBAY] = None
    vpc_resource: Annotated[bool | None, ONLY_AGENTBAY] = None
    direct_link: Annotated[bool | None, ONLY_AGENTBAY] = None


class ToolEntry(Wire):
    """A tool in the clouds' lists."""

    name: str
    description: str | None = None
    input_schema: dict[str, Any] | None = None
    server: str | None = Field(
        default=None, validation_alias=AliasChoices("server", "Server", "serverName", "server_name")
    )
    tool: str | None = None

    def to_tool(self) -> "McpTool":
        """Return the tool as callers see it."""
        from ..models.tools import McpTool

        return McpTool(**self.dump())


def _if_readable(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Return an optional value, or None if it is malformed: the session exists all the same."""
    try:
        return read(value)
    except ValueError:
        return None


class SessionAnswer(Wire):
    """The response of ``create`` and ``get``; ``success`` and ``err_msg`` are the inner outcome."""

    session_id: NullableStr = ""
    success: bool | None = None
    err_msg: str | None = None
    status: str | None = None
    image_id: str | None = None
    app_instance_id: str | None = None
    resource_id: str | None = None
    resource_url: str | None = Field(default=None, repr=False)
    token: str | None = Field(default=None, repr=False)
    link_url: str | None = Field(default=None, repr=False)
    ws_url: str | None = Field(default=None, repr=False)
    tool_list: Annotated[JsonText[list[ToolEntry] | None], WrapValidator(_if_readable)] = Field(
        default=None, repr=False
    )
    vpc_resource: bool | None = None
    network_interface_ip: str | None = None
    http_port: str | None = None

    def refusal(self) -> str | None:
        no_reason = "the cloud could not create the session, for an unknown reason"
        return (self.err_msg or no_reason) if self.success is False else None

    def to_fields(self) -> dict[str, Any]:
        """Return the fields of the result; raise ValueError if there is no session id."""
        if not self.session_id and self.success is not False:
            raise ValueError("the response has no session id")
        return {"data": self}


class DetailAnswer(Wire):
    status: str
    image_id: str | None = None
    end_reason: str | None = None


class ListRequest(Wire):
    labels: Annotated[dict[str, str], TEXT_ASCII] = Field(default_factory=dict)
    max_results: int = 10
    next_token: str | None = None
    status: Annotated[str | None, ONLY_AGENTBAY] = None
    image_id: Annotated[str | None, ONLY_AGENTBAY] = None


class EntryAnswer(Wire):
    session_id: str
    session_status: str | None = None
    app_instance_id: str | None = None
    image_id: str | None = None
    labels: Annotated[JsonText[dict[str, str] | None], WrapValidator(_if_readable)] = None
    create_time: str | None = None

    def entry(self) -> SessionEntry:
        """Return the public value. The reserved labels hold the creation time if the cloud does not list it."""
        return SessionEntry(
            self.session_id,
            self.session_status or "",
            self.image_id or "",
            self.app_instance_id or "",
            reserved_labels.own(self.labels or {}),
            self.create_time or reserved_labels.created_at(self.labels or {}),
        )


CREATE = Operation(
    action="CreateMcpSession",
    agb=Route("POST", "/mcp/createSession", "body"),
    request=CreateRequest,
    answer=SessionAnswer,
    result=OperationResult[SessionAnswer],
    fields=SessionAnswer.to_fields,
)
GET = Operation(
    action="GetSession",
    agb=Route("POST", "/mcp/getSession", "body"),
    request=SessionRef,
    answer=SessionAnswer,
    result=OperationResult[SessionAnswer],
    fields=SessionAnswer.to_fields,
    idempotent=True,
)
GET_STATUS = Operation(
    action=GET.action,
    agb=GET.agb,
    request=SessionRef,
    answer=SessionAnswer,
    result=SessionStatusResult,
    fields=lambda session: {"data": session.status or ""},
    idempotent=True,
)
"""GetSession, reduced to the state; it shows the states of a pause at once."""
GET_DETAIL = Operation(
    action="GetSessionDetail",
    agb=Route("POST", "/mcp/getSessionInfo", "body"),
    request=DetailRequest,
    answer=DetailAnswer,
    result=SessionStatusResult,
    fields=lambda detail: {"data": detail.status},
    idempotent=True,
)
LIST = Operation(
    action="ListSession",
    agb=Route("GET", "/sdk/ListSession"),
    request=ListRequest,
    answer=list[EntryAnswer],
    result=SessionListResult,
    fields=lambda entries: {"data": tuple(entry.entry() for entry in entries)},
    paged=True,
    idempotent=True,
)
DELETE = Operation(
    action="DeleteSessionAsync",
    agb=Route("POST", "/mcp/releaseSessionAsync", "body"),
    request=SessionRef,
    answer=NOTHING,
    result=DeleteResult,
    idempotent=True,
)
PAUSE = Operation(action="PauseSessionAsync", agb=None, request=SessionRef, answer=NOTHING, result=SessionPauseResult)
RESUME = Operation(
    action="ResumeSessionAsync", agb=None, request=SessionRef, answer=NOTHING, result=SessionResumeResult
)
KEEP_ALIVE = Operation(
    action="RefreshSessionIdleTime",
    agb=Route("POST", "/mcp/refreshSessionIdleTime"),
    request=SessionRef,
    answer=NOTHING,
    result=OperationResult[None],
    idempotent=True,
)


def wait_result(
    kind: type[W], outcome: PollOutcome[SessionStatusResult], transition: Transition, target: str, timeout: float
) -> W:
    """Return the result of a wait for a state."""
    last = SessionStatusResult() if outcome.last is None else outcome.last
    if outcome.verdict == "done":
        return kind(
            success=True,
            status=transition.last_state,
            request_id=last.request_id,
            http_status_code=last.http_status_code,
        )
    if outcome.verdict == "refused":
        return replace(last.as_failure(kind), status=transition.last_state, outcome_unknown=True)
    gone = outcome.verdict == "failed" and transition.last_state in ENDED
    return kind(
        status=transition.last_state,
        code=ErrorCode.SESSION_GONE.value if gone else "",
        outcome_unknown=True,
        timed_out=outcome.verdict in ("timeout", "request"),
        error_message=outcome.describe(target, transition.last_state, timeout),
        request_id=last.request_id,
    )
