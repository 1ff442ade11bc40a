"""The operations for access to a session: its page, its links, its tools."""

import json
from dataclasses import asdict

from ...core.operation import OperationReply
from ...operations import links, session, tools
from .. import tool_dispatch
from ..api_errors import ApiError
from ..images import DEFAULT_IMAGE
from ..port_forward.port_forwards import Kind
from ..session_registry import SessionRegistry
from .base import Action, page_of

DEFAULT_LINK_PORT = 30100  # the first port that AgentBay opens
LINK_KINDS: dict[str, Kind] = {"https": "http", "wss": "ws", "": "ws"}  # the clouds default to WebSockets


class AccessActions:
    """Serves the operations for access to a session."""

    def __init__(self, sessions: SessionRegistry, url: str) -> None:
        self._sessions = sessions
        self._url = url
        self.served: dict[str, Action] = {
            links.INFO.action: self._info,
            links.GET_LINK.action: self._link,
            tools.CALL_TOOL.action: self._call,
            tools.LIST_TOOLS.action: self._tools,
        }

    async def _info(self, request: session.SessionRef) -> OperationReply[links.InfoAnswer]:
        found = self._sessions.get(request.session_id)
        capabilities = asdict(found.sandbox.capabilities)
        desktop = links.DesktopInfo(
            app_id="",
            auth_code="",
            connection_properties=json.dumps({"engine": "sessionbay", **capabilities, "limits": found.sandbox.kept}),
            resource_id=found.app_instance,
            resource_type="local",
            ticket="",
        )
        return OperationReply(
            data=links.InfoAnswer(session_id=found.id, resource_url=page_of(self._url, found), desktop_info=desktop)
        )

    async def _link(self, request: links.LinkRequest) -> OperationReply[links.LinkAnswer]:
        found = self._sessions.get(request.session_id)
        kind = LINK_KINDS.get(request.protocol_type or "")
        if kind is None:
            raise ApiError("InvalidProtocolType", f"Invalid protocol {request.protocol_type!r}: use https or wss.")
        found.running_agent()
        port = request.port or DEFAULT_LINK_PORT
        url = await found.links.open(port, kind, devtools=found.browser.path_on(port))
        return OperationReply(data=links.LinkAnswer(url=url))

    async def _call(self, request: tools.CallRequest) -> OperationReply[tools.CallAnswer]:
        found = self._sessions.get(request.session_id)
        return OperationReply(data=await tool_dispatch.call(found, request.name, request.args, self._sessions.config))

    async def _tools(self, request: tools.ToolsRequest) -> OperationReply[tools.ToolsAnswer]:
        return OperationReply(data=tools.ToolsAnswer(tools=tool_dispatch.entries(request.image_id or DEFAULT_IMAGE)))
