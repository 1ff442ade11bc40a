"""Calling the tools of a session's machine: the two routes, chosen in one place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ..core import validation
from ..core.config import base_url
from ..core.errors import AgentBayError, SessionError
from ..core.http import Call
from ..core.result import Result
from ..core.secrets import Secret, without
from ..core.tool import Tool
from ..core.wire_model import Wire
from ..models.tools import McpToolResult, McpToolsResult, SessionMetricsResult
from ..operations import direct_route
from ..operations.tools import CALL_TOOL, LIST_TOOLS, CallRequest, ToolsRequest, outcome, secrets_of
from .api_client import CallTimeout
from .reference import AsyncReference

Q = TypeVar("Q", bound=Wire)
R = TypeVar("R", bound=Result[Any])


class AsyncToolbox(AsyncReference):
    """The part of a session that calls tools."""

    async def call_mcp_tool(
        self,
        tool_name: str,
        args: Mapping[str, Any],
        read_timeout: float | None = None,
        connect_timeout: float | None = None,
        auto_gen_session: bool = False,
    ) -> McpToolResult:
        """Call a tool of the session's machine by its name.

        It goes straight to the machine where the cloud gave a direct link and names the tool's server, else through
        the control plane. Tool calls are not repeated unless the request surely never left, or the service said that
        there were too many.

        Args:
            tool_name: The tool's name, e.g. ``shell``; ``list_mcp_tools`` lists them.
            args: Its arguments, as JSON values.
            read_timeout: How long the answer may take; seconds on AgentBay, milliseconds on AGB, as their documents
                have it. The client's ``timeout`` if not given.
            connect_timeout: How long the making of a connection may take, in the same unit.
            auto_gen_session: Whether the cloud may make a new session if this one is gone; on the control plane only.

        Returns:
            ``data`` is the text that the tool answered, ``content`` all of it; ``success`` is False and
            ``error_message`` the tool's text when the tool failed.

        Raises:
            SessionUsageError: An argument is wrong; nothing was sent.

        Example:
            ```python
            result = await session.call_mcp_tool("shell", {"command": "ls", "timeout_ms": 1000})
            if result.success:
                print(result.data)
            ```
        """
        validation.text("tool_name", tool_name, SessionError)
        plain = validation.json_object("args", args, SessionError)
        limits = self._limits(read_timeout, connect_timeout)
        result = await self._call_tool(tool_name, plain, limits, auto_gen_session=auto_gen_session)
        return self._channel.told(result)

    async def list_mcp_tools(self, image_id: str | None = None) -> McpToolsResult:
        """List the tools that sessions of an image offer.

        Args:
            image_id: The image; the session's own if not given, else the cloud's common one (``linux_latest`` on
                AgentBay, ``agb-code-space-1`` on AGB).

        Returns:
            ``tools``, each with ``name``, ``description``, ``input_schema``, ``server`` and ``tool``.

        Example:
            ```python
            result = await session.list_mcp_tools()
            for tool in result.tools:
                print(f"{tool.name}: {tool.description}")
            ```
        """
        if image_id is not None:
            validation.text("image_id", image_id, SessionError)
        image = image_id or self.image_id or self._channel.dialect.default_image
        return await self._ask(LIST_TOOLS, ToolsRequest(image_id=image))

    async def get_metrics(
        self, read_timeout: float | None = None, connect_timeout: float | None = None
    ) -> SessionMetricsResult:
        """Tell the load of the session's machine: processor, memory, disk, network.

        Args:
            read_timeout: How long the answer may take; seconds on AgentBay, milliseconds on AGB.
            connect_timeout: How long the making of a connection may take, in the same unit.

        Returns:
            ``metrics`` (also ``data``): memory and disk in bytes, the processor in percent; ``raw`` is what was sent.

        Raises:
            SessionError: There was no answer, or it does not read as metrics.

        Example:
            ```python
            metrics = (await session.get_metrics()).metrics
            print(f"{metrics.cpu_used_pct} % of {metrics.cpu_count} processors")
            ```
        """
        from ..operations.metrics import METRICS, NoArgs

        return await self._use(METRICS, NoArgs(), self._limits(read_timeout, connect_timeout))

    def find_server_for_tool(self, tool_name: str) -> str:
        """Return the MCP server that has a tool, empty when the cloud did not say.

        Args:
            tool_name: The tool's name.

        Example:
            ```python
            print(session.find_server_for_tool("shell"))
            ```
        """
        tools = self._details.tool_list or ()
        return next((tool.server or "" for tool in tools if tool.name == tool_name), "")

    def _has_direct_route(self, tool_name: str) -> bool:
        details = self._details
        return bool(details.link_url and details.token and self.find_server_for_tool(tool_name))

    def _limits(self, read: float | None, connect: float | None) -> CallTimeout:
        unit = self._channel.dialect.call_limit_unit
        whole = self._channel.options.timeout
        if read is not None:
            whole = validation.seconds("read_timeout", read, SessionError) * unit
        if connect is not None:
            connect = validation.seconds("connect_timeout", connect, SessionError) * unit
        return CallTimeout(whole, connect)

    async def _use(self, tool: Tool[Q, R], args: Q, limits: CallTimeout | None = None, *, strict: bool = True) -> R:
        """Call ``tool`` and return its own result; a strict client raises what was refused, unless told not to."""
        errors, dialect = tool.result.error_type, self._channel.dialect
        if tool.only not in ("", dialect.name):
            raise errors.usage(f"{dialect.title} has no tool {tool.name}: its machines offer none of the kind")
        secrets = secrets_of(args)
        answer = await self._call_tool(tool.name, args.dump(), limits, errors=errors, secrets=secrets)
        try:
            result = outcome(tool, answer)
        except ValueError as exc:
            message = without(f"{tool.name}: the answer is not the tool's: {exc}", *secrets)
            raise errors.of("invalid_response", message, request_id=answer.request_id) from exc
        if secrets and not result.success:
            result = replace(result, error_message=without(result.error_message, *secrets))
        return self._channel.told(result) if strict else result

    async def _call_tool(
        self,
        name: str,
        args: dict[str, Any],
        limits: CallTimeout | None,
        *,
        auto_gen_session: bool = False,
        errors: type[AgentBayError] = SessionError,
        secrets: tuple[Secret, ...] = (),
    ) -> McpToolResult:
        """Call a tool on the route that there is."""
        self._refuse_if_deleted()
        server = self.find_server_for_tool(name)
        if self._has_direct_route(name):
            return await self._channel.exchange(self._direct_call(name, server, args, errors, secrets), limits)
        request = CallRequest(
            session_id=self.session_id,
            name=name,
            args=args,
            server=server if self._channel.dialect.sends_server else None,
            auto_gen_session=auto_gen_session,
        )
        return await self._channel.call(CALL_TOOL, request, limits=limits, errors=errors, secrets=secrets)

    def _direct_call(
        self, name: str, server: str, args: dict[str, Any], errors: type[AgentBayError], secrets: tuple[Secret, ...]
    ) -> Call[McpToolResult]:
        link = base_url(self._details.link_url or "", allow_http=self._channel.options.allow_http)
        token = Secret(self._details.token or "")
        if not token.is_header_safe():
            message = f"{name} (direct): the session's token holds characters that no token has"
            raise errors.of("invalid_response", message, outcome="not_sent")
        return Call(
            f"{name} (direct)",
            lambda stamp: direct_route.encode(link, token, name, server, args, stamp),
            direct_route.decode,
            errors,
            secrets=(token, *secrets),
        )
