"""What the engine does for each operation of the control plane."""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from ..core.operation import Operation, Reply
from ..core.wire import Wire
from ..ops import access, context, labels, session, tools
from . import toolbox
from .paging import MOST, Pages
from .refusals import Refusal
from .sessions import EngineSession, Sessions

Action = Callable[[Any], Awaitable[Reply[Any]]]
DEFAULT_IMAGE = "linux_latest"
ELSEWHERE = {
    "mobile": "phones need the cloud: use its endpoint for images named mobile_...",
    "windows": "Windows needs the cloud: use its endpoint, or a Linux image here",
}
NOT_YET = {"persistence_data_list": "contexts", "network_id": "networks", "load_skill": "skills"}
DEFAULT_LINK_PORT = 30100  # the first port that AgentBay opens


class Actions:
    """The operations, served on one set of sessions."""

    def __init__(self, sessions: Sessions, url: str) -> None:
        self._sessions = sessions
        self._pages = Pages()
        self._url = url
        self._served: dict[str, Action] = {
            session.CREATE.action: self._create,
            session.GET.action: self._get,
            session.GET_DETAIL.action: self._detail,
            session.LIST.action: self._list,
            session.DELETE.action: self._delete,
            session.PAUSE.action: self._pause,
            session.RESUME.action: self._resume,
            session.KEEP_ALIVE.action: self._keep_alive,
            labels.SET_LABELS.action: self._set_labels,
            labels.GET_LABELS.action: self._get_labels,
            access.INFO.action: self._info,
            access.GET_LINK.action: self._link,
            tools.CALL_TOOL.action: self._call,
            tools.LIST_TOOLS.action: self._tools,
            context.SYNC_CONTEXT.action: self._sync,
            context.CONTEXT_INFO.action: self._context_info,
        }

    async def serve(self, op: Operation[Any, Any, Any], request: Wire) -> Reply[Any]:
        """Do what ``op`` asks for; a ``Refusal`` says that it is not done."""
        return await self._served[op.action](request)

    async def _create(self, request: session.CreateRequest) -> Reply[session.SessionAnswer]:
        image = request.image_id or DEFAULT_IMAGE
        for kind, instead in ELSEWHERE.items():
            if image.startswith(kind):
                raise Refusal("ImageNotSupportedLocally", f"{image} cannot run on the local engine: {instead}")
        for name, what in NOT_YET.items():
            if getattr(request, name):
                raise Refusal("NotSupportedLocally", f"the local engine has no {what} yet: create the session without")
        made = await self._sessions.create(image, request.labels or {}, request.timeout, request.max_runtime)
        return Reply(data=self._answer(made).model_copy(update={"success": True}))

    async def _get(self, request: session.SessionRef) -> Reply[session.SessionAnswer]:
        return Reply(data=self._answer(self._sessions.get(request.session_id)))

    def _answer(self, found: EngineSession) -> session.SessionAnswer:
        direct = self._sessions.config.direct_route
        return session.SessionAnswer(
            session_id=found.id,
            status=found.status,
            image_id=found.image,
            app_instance_id=found.app_instance,
            resource_id=found.app_instance,
            resource_url=self._page(found),
            token=found.token if direct else "",
            link_url=f"{self._url}/direct/{found.id}" if direct else "",
            ws_url="",
            tool_list=toolbox.entries(),
            vpc_resource=False,
            network_interface_ip="",
            http_port="",
        )

    def _page(self, found: EngineSession) -> str:
        return f"{self._url}/instance/{found.id}/dashboard?token={found.token}"

    async def _detail(self, request: session.DetailRequest) -> Reply[session.DetailAnswer]:
        found = self._sessions.remembered(request.session_id)
        answer = session.DetailAnswer(status=found.status, image_id=found.image, end_reason=found.end_reason)
        return Reply(data=answer)

    async def _list(self, request: session.ListRequest) -> Reply[list[session.EntryAnswer]]:
        found = [entry for entry in self._sessions.listed() if _matches(entry, request)]
        size = min(request.max_results, MOST)
        page, mark = self._pages.cut(found, size, request.next_token)
        entries = [
            session.EntryAnswer(
                session_id=entry.id,
                session_status=entry.status,
                app_instance_id=entry.app_instance,
                image_id=entry.image,
            )
            for entry in page
        ]
        return Reply(data=entries, next_token=mark, max_results=size, total_count=len(found))

    async def _delete(self, request: session.SessionRef) -> Reply[None]:
        self._sessions.delete(self._sessions.get(request.session_id))
        return Reply()

    async def _pause(self, request: session.SessionRef) -> Reply[None]:
        self._sessions.pause(self._sessions.get(request.session_id))
        return Reply()

    async def _resume(self, request: session.SessionRef) -> Reply[None]:
        self._sessions.resume(self._sessions.get(request.session_id))
        return Reply()

    async def _keep_alive(self, request: session.SessionRef) -> Reply[None]:
        self._sessions.get(request.session_id).last_used = time.monotonic()
        return Reply()

    async def _set_labels(self, request: labels.SetLabelsRequest) -> Reply[None]:
        self._sessions.get(request.session_id).labels = dict(request.labels)
        return Reply()

    async def _get_labels(self, request: session.SessionRef) -> Reply[labels.LabelsAnswer]:
        return Reply(data=labels.LabelsAnswer(labels=self._sessions.get(request.session_id).labels))

    async def _info(self, request: session.SessionRef) -> Reply[access.InfoAnswer]:
        found = self._sessions.get(request.session_id)
        traits = asdict(found.sandbox.traits)
        desktop = access.DesktopInfo(
            app_id="",
            auth_code="",
            connection_properties=json.dumps({"engine": "sessionbay", **traits}),
            resource_id=found.app_instance,
            resource_type="local",
            ticket="",
        )
        return Reply(data=access.InfoAnswer(session_id=found.id, resource_url=self._page(found), desktop_info=desktop))

    async def _link(self, request: access.LinkRequest) -> Reply[access.LinkAnswer]:
        found = self._sessions.get(request.session_id)
        if request.protocol_type not in (None, "", "https"):
            raise Refusal(
                "InvalidProtocolType", f"{request.protocol_type} not supported by the local engine: use https"
            )
        found.running_agent()
        return Reply(data=access.LinkAnswer(url=await found.links.open(request.port or DEFAULT_LINK_PORT)))

    async def _call(self, request: tools.CallRequest) -> Reply[tools.CallAnswer]:
        found = self._sessions.get(request.session_id)
        return Reply(data=await toolbox.call(found, request.name, request.args, self._sessions.config))

    async def _tools(self, request: tools.ToolsRequest) -> Reply[tools.ToolsAnswer]:
        return Reply(data=tools.ToolsAnswer(tools=toolbox.entries()))

    async def _sync(self, request: context.SyncRequest) -> Reply[None]:
        self._sessions.get(request.session_id)
        if request.context_id:
            raise Refusal("Context.NotFound", f"context {request.context_id} is not bound to the session")
        return Reply()

    async def _context_info(self, request: context.ContextInfoRequest) -> Reply[context.ContextInfoAnswer]:
        self._sessions.get(request.session_id)
        return Reply(data=context.ContextInfoAnswer(context_status=[]))


def _matches(found: EngineSession, request: session.ListRequest) -> bool:
    """Return whether a session is one that a list asks for: all labels given, and state and image where given."""
    return (
        request.labels.items() <= found.labels.items()
        and request.status in (None, "", found.status)
        and request.image_id in (None, "", found.image)
    )
