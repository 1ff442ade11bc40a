"""The operations on contexts, their files, and their mounts in sessions."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from ...core.operation import OperationReply
from ...core.wire_model import as_text
from ...operations import context, contexts
from ...operations.session import SessionRef
from ..api_errors import ApiError
from ..contexts.data_folder import Entry
from ..contexts.mounts import Mounts
from ..contexts.paths import BadPath, Parts, file_parts, folder_parts, joined
from ..contexts.scheduler import SyncScheduler
from ..contexts.signing import Method, Signer
from ..contexts.store import Record
from ..contexts.sync_task import Mode
from ..contexts.threads import run_in_threads
from ..paging import MAX_PAGE_SIZE, Pages
from ..session import new_id
from ..session_registry import SessionRegistry
from .base import Action

MAX_NAME_LENGTH = 255  # characters
PAGE_SIZE = 10
FILES_PAGE_SIZE = 50
MAX_FILES_PAGE_SIZE = 1000


class ContextActions:
    """The operations on contexts and their files."""

    def __init__(self, sessions: SessionRegistry, copies: SyncScheduler, signer: Signer, url: str) -> None:
        self._sessions = sessions
        self._copies = copies
        self._store = copies.store
        self._signer = signer
        self._url = url
        self._pages = Pages()
        self.served: dict[str, Action] = {
            contexts.LIST_CONTEXTS.action: self._list,
            contexts.GET_CONTEXT.action: self._get,
            contexts.MODIFY_CONTEXT.action: self._modify,
            contexts.DELETE_CONTEXT.action: self._delete,
            contexts.CLEAR_CONTEXT.action: self._clear,
            contexts.LIST_FILES.action: self._files,
            contexts.UPLOAD_URL.action: partial(self._address, "PUT"),
            contexts.DOWNLOAD_URL.action: partial(self._address, "GET"),
            contexts.DELETE_FILE.action: self._delete_file,
            **SessionContextActions(sessions, copies).served,
        }

    async def _list(self, request: contexts.ListContextsRequest) -> OperationReply[list[contexts.ContextAnswer]]:
        size = min(max(request.max_results or PAGE_SIZE, 1), MAX_PAGE_SIZE)
        after = self._pages.number(request.next_token)
        bound = None
        if request.session_id:
            attached = self._sessions.get(request.session_id).attached
            bound = [binding.context_id for binding in attached.bindings]
        found, count = await run_in_threads(partial(self._store.page, after, size + 1, bound))
        page = found[:size]
        next_token = self._pages.token_of(page[-1].number) if len(found) > size else ""
        answers = [_answer(record) for record in page]
        return OperationReply(data=answers, next_token=next_token, max_results=size, total_count=count)

    async def _get(self, request: contexts.GetContextRequest) -> OperationReply[contexts.ContextAnswer]:
        if request.context_id:
            find: Callable[[], Record] = partial(self._store.get, request.context_id)
        elif request.allow_create:
            find = partial(self._store.get_or_create, new_id("SdkCtx"), _name(request.name))
        else:
            find = partial(self._store.get_by_name, _name(request.name))
        return OperationReply(data=_answer(await run_in_threads(find)))

    async def _modify(self, request: contexts.ModifyContextRequest) -> OperationReply[None]:
        await run_in_threads(partial(self._store.rename, request.id, _name(request.name)))
        return OperationReply()

    async def _delete(self, request: contexts.ContextRef) -> OperationReply[None]:
        await self._copies.delete(request.id)
        return OperationReply()

    async def _clear(self, request: contexts.ContextRef) -> OperationReply[None]:
        await self._copies.clear(request.id, self._sessions.config.transition_delay)
        return OperationReply()

    async def _files(self, request: contexts.FilesRequest) -> OperationReply[list[contexts.FileAnswer]]:
        parts = _read(folder_parts, "/" + request.parent_folder_path.removeprefix("/"))
        await run_in_threads(partial(self._store.get, request.context_id))
        found = await run_in_threads(partial(self._store.files.children, request.context_id, parts))
        if request.max_results is None and not request.next_token:
            size = min(max(request.page_size or FILES_PAGE_SIZE, 1), MAX_FILES_PAGE_SIZE)
            start, next_token = (max(request.page_number or 1, 1) - 1) * size, ""
        else:
            size = min(max(request.max_results or FILES_PAGE_SIZE, 1), MAX_FILES_PAGE_SIZE)
            last = self._pages.verify(request.next_token).decode() if request.next_token else ""
            start = sum(entry.parts[-1] <= last for entry in found)
            next_token = (
                self._pages.sign(found[start + size - 1].parts[-1].encode()) if start + size < len(found) else ""
            )
        answers = [_file_answer(request.context_id, entry) for entry in found[start : start + size]]
        return OperationReply(data=answers, next_token=next_token, max_results=size, total_count=len(found))

    async def _address(self, method: Method, request: contexts.FileRef) -> OperationReply[contexts.UrlAnswer]:
        parts = _read(file_parts, request.file_path)
        await run_in_threads(
            partial(self._store.touch, (await run_in_threads(partial(self._store.get, request.context_id))).id)
        )
        if method == "GET":
            found = await run_in_threads(partial(self._store.files.find, request.context_id, parts))
            if found is None or found.is_folder:
                raise ApiError("ContextFile.NotFound", f"The context has no file {request.file_path!a}.")
        url, expires = self._signer.address(self._url, method, request.context_id, parts)
        return OperationReply(data=contexts.UrlAnswer(url=url, expire_time=expires))

    async def _delete_file(self, request: contexts.FileRef) -> OperationReply[None]:
        parts = _read(file_parts, request.file_path)
        await run_in_threads(partial(self._store.get, request.context_id))
        if not await run_in_threads(partial(self._store.remove_file, request.context_id, parts)):
            raise ApiError("ContextFile.NotFound", f"The context has no file {request.file_path!a}.")
        return OperationReply()


class SessionContextActions:
    """Serves the operations on a session's contexts."""

    def __init__(self, sessions: SessionRegistry, copies: SyncScheduler) -> None:
        self._sessions = sessions
        self._copies = copies
        self.served: dict[str, Action] = {
            context.SYNC_CONTEXT.action: self._sync,
            context.CONTEXT_INFO.action: self._info,
            context.BIND_CONTEXTS.action: self._bind,
            context.LIST_BINDINGS.action: self._bindings,
            context.INTERNAL_CONTEXTS.action: self._internal,
        }

    async def _sync(self, request: context.SyncRequest) -> OperationReply[None]:
        session = self._sessions.get(request.session_id)
        mode: dict[str, Mode] = {"": "upload", "upload": "upload", "download": "download"}
        if (request.mode or "") not in mode:
            raise ApiError("InvalidMode", f"Invalid Mode {request.mode!a}: use upload or download.")
        self._copies.sync(session, request.context_id, request.path, mode[request.mode or ""])
        return OperationReply()

    async def _info(self, request: context.ContextInfoRequest) -> OperationReply[context.ContextInfoAnswer]:
        attached = self._sessions.get(request.session_id).attached
        tasks = attached.select(request.context_id, request.path, request.task_type)
        found = [task.entry() for task in tasks]
        groups = [context.TaskGroup(type="data", data=as_text(found))] if found else []
        return OperationReply(data=context.ContextInfoAnswer(context_status=groups))

    async def _bind(self, request: context.BindRequest) -> OperationReply[None]:
        session = self._sessions.get(request.session_id)
        session.running_agent()
        bindings = await self._copies.bindings(request.persistence_data_list, session.sandbox.path_problem)
        Mounts([*session.attached.bindings]).add(bindings)  # reject invalid bindings before their use is recorded
        await self._copies.record_use(bindings)
        session.running_agent()  # it may have ended meanwhile
        self._copies.attach(session, bindings)
        return OperationReply()

    async def _bindings(self, request: SessionRef) -> OperationReply[list[context.BindingAnswer]]:
        attached = self._sessions.get(request.session_id).attached
        answers = [
            context.BindingAnswer(
                context_id=binding.context_id,
                context_name=binding.name,
                path=binding.path,
                policy=binding.text,
                bind_time=_time(binding.bound),
            )
            for binding in attached.bindings
            if not binding.internal
        ]
        return OperationReply(data=answers)

    async def _internal(self, request: context.InternalRequest) -> OperationReply[list[context.InternalAnswer]]:
        session = self._sessions.get(request.session_id)
        session.running_agent()
        for kind in request.context_types:
            if kind != context.FILE_TRANSFER:
                raise ApiError("NotSupportedLocally", f"The local engine has no internal context for {kind!a}.")
        binding = await self._copies.internal(session)
        answer = context.InternalAnswer(
            context_id=binding.context_id, context_path=binding.path, context_type=context.FILE_TRANSFER
        )
        return OperationReply(data=[answer])


def _read(read: Callable[[str], Parts], path: str) -> Parts:
    try:
        return read(path)
    except BadPath as exc:
        raise ApiError("InvalidParameter", f"Invalid path: {exc}.") from exc


def _name(name: str | None) -> str:
    """Return a valid context name; raise ApiError for others."""
    if not name or not name.strip() or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        message = f"Invalid context name {name!a:.80}: use 1 to {MAX_NAME_LENGTH} printable characters."
        raise ApiError("InvalidParameter", message)
    return name


def _answer(record: Record) -> contexts.ContextAnswer:
    return contexts.ContextAnswer(
        id=record.id,
        name=record.name,
        create_time=_time(record.created),
        last_used_time=_time(record.used),
        os_type="linux",
        state=record.state,
    )


def _file_answer(context_id: str, entry: Entry) -> contexts.FileAnswer:
    path = joined(entry.parts)
    return contexts.FileAnswer(
        file_id=f"{context_id}{path}",
        file_name=entry.parts[-1],
        file_path=path,
        file_type="FOLDER" if entry.is_folder else "FILE",
        gmt_create=_time(entry.modified),
        gmt_modified=_time(entry.modified),
        size=entry.size,
        status="available",
    )


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
