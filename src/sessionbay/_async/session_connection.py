"""The calls of one session, shared by the session object and its modules."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ..core import validation
from ..core.config import parse_endpoint
from ..core.error_codes import ErrorCode
from ..core.errors import AgentBayError, EngineEndedError, SessionError
from ..core.http import Call
from ..core.operation import Operation
from ..core.result import Result, format_refusal
from ..core.secrets import Secret, without
from ..core.transitions import ENDED
from ..core.wire_model import Wire
from ..environment import process_id
from ..models.sessions import DeleteResult, SessionReference
from ..operations.session import GET_STATUS, SessionAnswer, SessionRef
from .api_client import AsyncApiClient, CallTimeout

if TYPE_CHECKING:
    from ..core.tool import Tool
    from ..models.tools import McpToolResult

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])

GONE_TIMEOUT = 1.0  # seconds of the check whether a session is gone, after a failure
TOKEN_REFUSED = (401, 403, 404)
"""The HTTP statuses of the direct route for an unknown session or a wrong token."""


class AsyncSessionConnection:
    """Sends the operations and tool calls of one session.

    Attributes:
        api: The API client that requests go through.
        details: What the cloud returned for the session: id, link, token, tools.
        reserved_labels: The session's own reserved labels, as far as they are known.
        records_browser: Whether the session was created to record its browser; None if that is not known.
        deletion: The result of the deletion; None while the session exists.
    """

    def __init__(self, api: AsyncApiClient, session_id: str) -> None:
        self.api = api
        self.details = SessionAnswer(session_id=validation.text("session_id", session_id, SessionError))
        self.reserved_labels: dict[str, str] = {}
        self.records_browser: bool | None = None
        self.deletion: DeleteResult | None = None
        self._process_id = process_id()

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.details.session_id

    @cached_property
    def ref(self) -> SessionRef:
        """The request body that holds the session's id and nothing else."""
        return SessionRef(session_id=self.session_id)

    @property
    def reference(self) -> SessionReference:
        """The session's address without a key."""
        dialect = self.api.dialect
        return SessionReference(self.session_id, dialect.name, dialect.endpoint, dialect.region_id)

    @property
    def is_inherited(self) -> bool:
        """Whether this process is a fork, and its parent created this object."""
        return self._process_id != process_id()

    def raise_if_deleted(self) -> None:
        """Raise SessionGoneError if the session was deleted through this object."""
        if self.deletion:
            raise SessionError.gone(self.session_id, "was deleted")

    async def request(self, op: Operation[Q, A, R], request: Q) -> R:
        """Send an operation; a strict client raises a refusal."""
        return self.api.raise_if_strict(await self.send(op, request))

    async def send(
        self, op: Operation[Q, A, R], request: Q, timeout: float | None = None, *, secrets: tuple[Secret, ...] = ()
    ) -> R:
        """Send an operation, and return a refusal even to a strict client.

        ``timeout`` (seconds) shortens the client's own. No error shows the ``secrets`` in the request.
        """
        self.raise_if_deleted()
        return await self.api.call(op, request, timeout=self.api.timeout(timeout), secrets=secrets)

    def server_of(self, tool_name: str) -> str:
        """Return the MCP server that offers a tool; empty if the cloud did not name it."""
        tools = self.details.tool_list or ()
        return next((tool.server or "" for tool in tools if tool.name == tool_name), "")

    def has_direct_route(self, tool_name: str) -> bool:
        """Return whether a tool is called on the session's machine directly, past the control plane."""
        return bool(self.details.link_url and self.details.token and self.server_of(tool_name))

    def raise_if_lacking(self, tool: "Tool[Any, Any]") -> None:
        """Raise a usage error if the cloud does not have ``tool``."""
        dialect = self.api.dialect
        if tool.only not in ("", dialect.name):
            message = f"{dialect.title} has no tool {tool.name}: use the other cloud"
            raise tool.result.error_type.usage(message)

    async def call_tool(
        self, tool: "Tool[Q, R]", args: Q, timeout: CallTimeout | None = None, *, strict: bool = True
    ) -> R:
        """Call ``tool`` and return its result; a strict client raises a refusal, unless ``strict`` is False."""
        from ..operations.tools import secret_args, to_tool_result

        self.raise_if_lacking(tool)
        errors, secrets = tool.result.error_type, secret_args(args)
        answer = await self.call_tool_by_name(tool.name, args.dump(), timeout, errors=errors, secrets=secrets)
        try:
            result = to_tool_result(tool, answer)
        except ValueError as exc:
            message = without(f"{tool.name}: invalid response: {exc}", *secrets)
            raise errors.of("invalid_response", message, request_id=answer.request_id) from exc
        if secrets and not result.success:
            result = replace(result, error_message=without(result.error_message, *secrets))
        return self.api.raise_if_strict(result) if strict else result

    async def call_tool_by_name(
        self,
        name: str,
        args: Mapping[str, Any],
        timeout: CallTimeout | None,
        *,
        auto_gen_session: bool = False,
        errors: type[AgentBayError] = SessionError,
        secrets: tuple[Secret, ...] = (),
    ) -> "McpToolResult":
        """Call a tool on the direct route where there is one, else through the control plane."""
        self.raise_if_deleted()
        if self.has_direct_route(name):
            return await self._send_directly(self._direct_call(name, args, errors, secrets), timeout)
        from ..operations.tools import CALL_TOOL, CallRequest

        request = CallRequest(
            session_id=self.session_id,
            name=name,
            args=dict(args),
            server=self.server_of(name) if self.api.dialect.sends_server else None,
            auto_gen_session=auto_gen_session,
        )
        return await self.api.call(CALL_TOOL, request, timeout=timeout, errors=errors, secrets=secrets)

    async def _send_directly(self, call: "Call[McpToolResult]", timeout: CallTimeout | None) -> "McpToolResult":
        """Send a call on the direct route. On failure, ask the control plane whether the session is gone."""
        try:
            result = await self.api.send(call, timeout)
        except AgentBayError as exc:
            if exc.kind == "unreachable":
                await self.raise_if_gone()
            raise
        if result.success or result.http_status_code not in TOKEN_REFUSED:
            return result
        gone = await self._gone()
        return result if gone is None else gone.as_failure(type(result))

    async def raise_if_gone(self) -> None:
        """Raise SessionGoneError if the session does not exist any more, by the control plane's report or its end."""
        if await self._gone() is not None:
            raise SessionError.gone(self.session_id)

    async def _gone(self) -> Result[Any] | None:
        """Return the control plane's refusal if it reports that the session does not exist any more."""
        try:
            look = await self.api.call(GET_STATUS, self.ref, timeout=self.api.timeout(GONE_TIMEOUT))
        except EngineEndedError:
            raise
        except AgentBayError:
            return None
        if look.success and look.data in ENDED:
            message = format_refusal(ErrorCode.SESSION_GONE, f"The session is {look.data}.")
            return replace(look, success=False, code=ErrorCode.SESSION_GONE.value, error_message=message)
        return look if look.kind == "gone" else None

    def _direct_call(
        self, name: str, args: Mapping[str, Any], errors: type[AgentBayError], secrets: tuple[Secret, ...]
    ) -> "Call[McpToolResult]":
        from ..operations import direct_route

        link = parse_endpoint(self.details.link_url or "", allow_http=self.api.config.allow_http)
        token, server = Secret(self.details.token or ""), self.server_of(name)
        if not token.is_header_safe():
            message = f"{name} (direct): the session's token has characters that are not allowed in a header"
            raise errors.of("invalid_response", message, outcome="not_sent")
        return Call(
            f"{name} (direct)",
            lambda stamp: direct_route.encode_request(link, token, name, server, dict(args), stamp),
            direct_route.parse_response,
            errors,
            secrets=(token, *secrets),
        )
