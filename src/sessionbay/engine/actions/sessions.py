"""The operations on sessions and their labels."""

from ...core.operation import OperationReply
from ...operations import labels, session
from .. import images, tool_dispatch
from ..api_errors import ApiError
from ..contexts.mounts import Mounts
from ..contexts.scheduler import SyncScheduler
from ..desktop.requirements import unmet
from ..paging import MAX_PAGE_SIZE, Pages
from ..sandbox.backends import session_uid
from ..session import EngineSession
from ..session_registry import SessionRegistry
from .base import Action, page_of

UNSUPPORTED = {"network_id": "networks", "load_skill": "skills"}


class SessionActions:
    """The operations on sessions and their labels."""

    def __init__(self, sessions: SessionRegistry, copies: SyncScheduler, url: str) -> None:
        self._sessions = sessions
        self._copies = copies
        self._pages = Pages()
        self._url = url
        self.served: dict[str, Action] = {
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
        }

    async def _create(self, request: session.CreateRequest) -> OperationReply[session.SessionAnswer]:
        image = request.image_id or images.DEFAULT_IMAGE
        images.check(image)
        if images.kind_of(image) == "computer":
            await self._require_desktop()
        for name, feature in UNSUPPORTED.items():
            if getattr(request, name):
                raise ApiError(
                    "NotSupportedLocally", f"The local engine has no {feature} yet: create the session without them."
                )
        path_problem = self._sessions.backend.path_problem
        bindings = await self._copies.bindings(request.persistence_data_list or [], path_problem)
        Mounts().add(bindings)  # reject invalid bindings before a session is started
        await self._copies.record_use(bindings)
        created = await self._sessions.create(image, request.labels or {}, request.timeout, request.max_runtime)
        self._copies.attach(created, bindings)
        return OperationReply(data=self._answer(created).model_copy(update={"success": True}))

    async def _require_desktop(self) -> None:
        """Raise ApiError when sessions here can have no desktop."""
        backend = self._sessions.backend
        if missing := await unmet(backend.isolation, backend.python, session_uid()):
            raise missing

    async def _get(self, request: session.SessionRef) -> OperationReply[session.SessionAnswer]:
        return OperationReply(data=self._answer(self._sessions.get(request.session_id)))

    def _answer(self, found: EngineSession) -> session.SessionAnswer:
        direct = self._sessions.config.direct_route
        return session.SessionAnswer(
            session_id=found.id,
            status=found.status,
            image_id=found.image,
            app_instance_id=found.app_instance,
            resource_id=found.app_instance,
            resource_url=page_of(self._url, found),
            token=found.token if direct else "",
            link_url=f"{self._url}/direct/{found.id}" if direct else "",
            ws_url=f"{self._url.replace('http:', 'ws:', 1)}/ws/{found.id}" if direct else "",
            tool_list=tool_dispatch.entries(found.image),
            vpc_resource=False,
            network_interface_ip="",
            http_port="",
        )

    async def _detail(self, request: session.DetailRequest) -> OperationReply[session.DetailAnswer]:
        found = self._sessions.remembered(request.session_id)
        answer = session.DetailAnswer(status=found.status, image_id=found.image, end_reason=found.end_reason)
        return OperationReply(data=answer)

    async def _list(self, request: session.ListRequest) -> OperationReply[list[session.EntryAnswer]]:
        found = [entry for entry in self._sessions.listed() if _matches(entry, request)]
        size = min(request.max_results, MAX_PAGE_SIZE)
        page, next_token = self._pages.page(found, size, request.next_token)
        entries = [
            session.EntryAnswer(
                session_id=entry.id,
                session_status=entry.status,
                app_instance_id=entry.app_instance,
                image_id=entry.image,
                labels=entry.labels,
                create_time=entry.created_at,
            )
            for entry in page
        ]
        return OperationReply(data=entries, next_token=next_token, max_results=size, total_count=len(found))

    async def _delete(self, request: session.SessionRef) -> OperationReply[None]:
        self._sessions.delete(self._sessions.get(request.session_id))
        return OperationReply()

    async def _pause(self, request: session.SessionRef) -> OperationReply[None]:
        self._sessions.pause(self._sessions.get(request.session_id))
        return OperationReply()

    async def _resume(self, request: session.SessionRef) -> OperationReply[None]:
        self._sessions.resume(self._sessions.get(request.session_id))
        return OperationReply()

    async def _keep_alive(self, request: session.SessionRef) -> OperationReply[None]:
        self._sessions.get(request.session_id).used()
        return OperationReply()

    async def _set_labels(self, request: labels.SetLabelsRequest) -> OperationReply[None]:
        self._sessions.get(request.session_id).labels = dict(request.labels)
        return OperationReply()

    async def _get_labels(self, request: session.SessionRef) -> OperationReply[labels.LabelsAnswer]:
        return OperationReply(data=labels.LabelsAnswer(labels=self._sessions.get(request.session_id).labels))


def _matches(found: EngineSession, request: session.ListRequest) -> bool:
    """Return whether a session matches the filters of a list request."""
    return (
        request.labels.items() <= found.labels.items()
        and request.status in (None, "", found.status)
        and request.image_id in (None, "", found.image)
    )
