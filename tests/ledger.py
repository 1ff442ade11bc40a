"""A cloud in memory that keeps books: which requests arrived, and what became of its sessions through them."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from sessionbay.core.http import HttpRequest
from sessionbay.core.operation import Operation, OperationReply
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.operations import context, contexts, direct_route, labels, links, session, tools
from sessionbay.operations.registry import OPERATIONS

LINK = "https://machine.example/direct"
STORE = "https://store.example/a"
TEXTS = {
    "shell": '{"stdout": "done", "stderr": "", "exit_code": 0}',
    "get_file_info": "isDirectory: false\nsize: 4",
}
TOOLS = [session.ToolEntry(name=name, server="machine") for name in ("shell", "read_file", "write_file")]


@dataclass
class SessionRecord:
    """A session as the cloud knows it."""

    labels: dict[str, str]
    status: str = "RUNNING"
    written: list[str] = field(default_factory=list[str])


class LedgerCloud(httpx.MockTransport):
    """Speaks both clouds' wires.

    ``arrived`` counts requests by action; ``effects`` lists what was done, and to which session. ``direct_route`` says
    whether sessions have a direct route.
    """

    def __init__(self, *, direct_route: bool = False) -> None:
        super().__init__(self._answer)
        self.arrived: Counter[str] = Counter()
        self.effects: list[tuple[str, str]] = []
        self.sessions: dict[str, SessionRecord] = {"session-0": SessionRecord({"job": "old"})}
        self.contexts: dict[str, str] = {"context-0": "old"}
        self.direct_route = direct_route
        self._serve: dict[str, Callable[[Any], OperationReply[Any]]] = {
            session.CREATE.action: self._create,
            session.GET.action: self._get,
            session.GET_DETAIL.action: self._detail,
            session.LIST.action: self._list,
            session.DELETE.action: self._delete,
            session.PAUSE.action: lambda request: self._move(session.PAUSE, request, "RUNNING", "PAUSED"),
            session.RESUME.action: lambda request: self._move(session.RESUME, request, "PAUSED", "RUNNING"),
            session.KEEP_ALIVE.action: self._keep_alive,
            labels.SET_LABELS.action: self._set_labels,
            labels.GET_LABELS.action: self._get_labels,
            links.INFO.action: self._info,
            links.GET_LINK.action: lambda request: OperationReply(data=links.LinkAnswer(url=f"{LINK}/port")),
            tools.CALL_TOOL.action: lambda request: OperationReply(
                data=self._call(request.session_id, request.name, request.args)
            ),
            tools.LIST_TOOLS.action: lambda request: OperationReply(data=tools.ToolsAnswer(tools=TOOLS)),
            context.SYNC_CONTEXT.action: lambda request: self._note(context.SYNC_CONTEXT, request.session_id),
            context.CONTEXT_INFO.action: lambda request: OperationReply(data=context.ContextInfoAnswer()),
            contexts.GET_CONTEXT.action: self._get_context,
            contexts.LIST_CONTEXTS.action: lambda request: OperationReply(
                data=[self._context(name) for name in self.contexts]
            ),
            contexts.DELETE_CONTEXT.action: self._delete_context,
            contexts.CLEAR_CONTEXT.action: lambda request: self._note(contexts.CLEAR_CONTEXT, request.id),
            contexts.LIST_FILES.action: lambda request: OperationReply(data=[contexts.FileAnswer(file_name="a")]),
            contexts.UPLOAD_URL.action: lambda request: OperationReply(data=contexts.UrlAnswer(url=STORE)),
            contexts.DELETE_FILE.action: lambda request: self._note(contexts.DELETE_FILE, request.context_id),
        }

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == STORE:
            return httpx.Response(200)
        if request.url.path.endswith("/callTool"):
            return self._answer_directly(json.loads(request.content))
        dialect = AgentBayDialect if "Action" in request.url.params else AGBDialect
        sent = dialect.parse_request(
            HttpRequest(request.method, str(request.url), dict(request.headers), request.content), OPERATIONS
        )
        self.arrived[sent.op.action] += 1
        payload = dialect.format_response(self._served(sent.op, sent.request))
        return httpx.Response(payload.status, headers=dict(payload.headers), content=payload.body)

    def _served(self, op: Operation[Any, Any, Any], request: Wire) -> OperationReply[Any]:
        known = getattr(request, "session_id", None)
        if known is not None and known not in self.sessions:
            return OperationReply(
                success=False, gateway=True, code="InvalidMcpSession.NotFound", message="gone", status=400
            )
        return self._serve[op.action](request)

    def _answer_directly(self, sent: dict[str, Any]) -> httpx.Response:
        self.arrived[tools.CALL_TOOL.action] += 1
        payload = self._call("session-0", sent["tool"], sent["args"])
        return httpx.Response(200, content=direct_route.format_response(sent["requestId"], payload))

    def _note(self, op: Operation[Any, Any, Any], name: str) -> OperationReply[Any]:
        self.effects.append((op.action, name))
        return OperationReply()

    def _context(self, name: str) -> contexts.ContextAnswer:
        return contexts.ContextAnswer(id=name, name=self.contexts[name], state="available")

    def _get_context(self, request: contexts.GetContextRequest) -> OperationReply[Any]:
        known = {title: name for name, title in self.contexts.items()}
        title = request.name or ""
        if title not in known:
            known[title] = f"context-{len(self.effects) + 1}"
            self.contexts[known[title]] = title
            self._note(contexts.GET_CONTEXT, title)
        return OperationReply(data=self._context(known[title]))

    def _delete_context(self, request: contexts.ContextRef) -> OperationReply[Any]:
        if self.contexts.pop(request.id, None) is None:
            return OperationReply(success=False, code="InvalidContext.NotFound", message="gone")
        return self._note(contexts.DELETE_CONTEXT, request.id)

    def _create(self, request: session.CreateRequest) -> OperationReply[Any]:
        name = f"session-{len(self.effects) + 1}"
        self.sessions[name] = SessionRecord(request.labels or {})
        self.effects.append((session.CREATE.action, name))
        return OperationReply(data=self._told(name))

    def _get(self, request: session.SessionRef) -> OperationReply[Any]:
        return OperationReply(data=self._told(request.session_id))

    def _told(self, name: str) -> session.SessionAnswer:
        answer = session.SessionAnswer(session_id=name, status=self.sessions[name].status, success=True)
        if not self.direct_route:
            return answer
        return answer.model_copy(update={"link_url": LINK, "token": "tok", "tool_list": TOOLS})

    def _detail(self, request: session.DetailRequest) -> OperationReply[Any]:
        return OperationReply(data=session.DetailAnswer(status=self.sessions[request.session_id].status))

    def _list(self, request: session.ListRequest) -> OperationReply[Any]:
        found = [name for name, kept in self.sessions.items() if request.labels.items() <= kept.labels.items()]
        entries = [session.EntryAnswer(session_id=name) for name in found]
        return OperationReply(data=entries, total_count=len(entries), max_results=request.max_results)

    def _delete(self, request: session.SessionRef) -> OperationReply[Any]:
        del self.sessions[request.session_id]
        self.effects.append((session.DELETE.action, request.session_id))
        return OperationReply()

    def _move(
        self, op: Operation[Any, Any, Any], request: session.SessionRef, start: str, end: str
    ) -> OperationReply[Any]:
        kept = self.sessions[request.session_id]
        if kept.status != start:
            return OperationReply(success=False, code="WrongState", message=f"it is {kept.status}")
        kept.status = end
        self.effects.append((op.action, request.session_id))
        return OperationReply()

    def _keep_alive(self, request: session.SessionRef) -> OperationReply[Any]:
        self.effects.append((session.KEEP_ALIVE.action, request.session_id))
        return OperationReply()

    def _set_labels(self, request: labels.SetLabelsRequest) -> OperationReply[Any]:
        self.sessions[request.session_id].labels = request.labels
        self.effects.append((labels.SET_LABELS.action, request.session_id))
        return OperationReply()

    def _get_labels(self, request: session.SessionRef) -> OperationReply[Any]:
        return OperationReply(data=labels.LabelsAnswer(labels=self.sessions[request.session_id].labels))

    def _info(self, request: session.SessionRef) -> OperationReply[Any]:
        return OperationReply(data=links.InfoAnswer(session_id=request.session_id, resource_url=f"{LINK}/screen"))

    def _call(self, session_id: str, tool: str, args: dict[str, Any]) -> tools.CallAnswer:
        self.effects.append((tools.CALL_TOOL.action, session_id))
        text = TEXTS.get(tool, "ok")
        if tool == "write_file":
            self.sessions[session_id].written.append(args["content"])
        return tools.CallAnswer(content=[tools.ContentAnswer(type="text", text=text)])
