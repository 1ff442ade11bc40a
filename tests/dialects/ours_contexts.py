"""How a caller of ours says what the official clients were recorded to say of contexts."""

from sessionbay.core.http import HttpRequest
from sessionbay.dialects.base import Dialect
from sessionbay.models.context_sync import ContextSync, SyncPolicy
from sessionbay.operations.context import (
    BIND_CONTEXTS,
    CONTEXT_INFO,
    INTERNAL_CONTEXTS,
    LIST_BINDINGS,
    SYNC_CONTEXT,
    BindRequest,
    ContextInfoRequest,
    InternalRequest,
    SyncRequest,
)
from sessionbay.operations.contexts import (
    CLEAR_CONTEXT,
    DELETE_CONTEXT,
    DELETE_FILE,
    DOWNLOAD_URL,
    GET_CONTEXT,
    LIST_CONTEXTS,
    LIST_FILES,
    MODIFY_CONTEXT,
    UPLOAD_URL,
    ContextRef,
    FileRef,
    FilesRequest,
    GetContextRequest,
    ListContextsRequest,
    ModifyContextRequest,
)
from sessionbay.operations.mounts import sync_item
from sessionbay.operations.session import SessionRef

from ..support import STAMP
from .saying import AGB_SESSION, BAY_CONTEXT, BAY_SESSION, TRANSFER, Said, asks

_bay = SessionRef(session_id=BAY_SESSION)
_bay_context = ContextRef(id=BAY_CONTEXT)
_bay_file = FileRef(context_id=BAY_CONTEXT, file_path="/tmp/data/a.txt")


def binds(session_id: str, *syncs: ContextSync) -> Said:
    """Say that contexts are bound to a session, as ``session.context.bind`` does."""

    def payload(dialect: Dialect) -> HttpRequest:
        items = [sync_item(sync, dialect) for sync in syncs]
        return dialect.encode(BIND_CONTEXTS, BindRequest(session_id=session_id, persistence_data_list=items), STAMP)

    return payload


def _sync(**fields: str) -> Said:
    return asks(SYNC_CONTEXT, SyncRequest(session_id=AGB_SESSION, **fields))


def _context_info(**fields: str) -> Said:
    return asks(CONTEXT_INFO, ContextInfoRequest(session_id=AGB_SESSION, **fields))


def _file(path: str, context_id: str = "SdkCtx-example") -> FileRef:
    return FileRef(context_id=context_id, file_path=path)


def _files(path: str, size: int) -> Said:
    request = FilesRequest(context_id="SdkCtx-example", parent_folder_path=path, page_number=1, page_size=size)
    return asks(LIST_FILES, request)


AGENTBAY: dict[str, Said] = {
    "SyncContext.all": asks(SYNC_CONTEXT, SyncRequest(session_id=BAY_SESSION)),
    "SyncContext.one": asks(
        SYNC_CONTEXT,
        SyncRequest(session_id=BAY_SESSION, context_id=BAY_CONTEXT, path="/tmp/data", mode="download"),
    ),
    "GetContextInfo.filtered": asks(
        CONTEXT_INFO,
        ContextInfoRequest(session_id=BAY_SESSION, context_id=BAY_CONTEXT, path="/tmp/data", task_type="upload"),
    ),
    "GetContextInfo in CreateMcpSession.context_syncs": asks(CONTEXT_INFO, ContextInfoRequest(session_id=BAY_SESSION)),
    "GetContextInfo in SyncContext.one": asks(
        CONTEXT_INFO, ContextInfoRequest(session_id=BAY_SESSION, context_id=BAY_CONTEXT, path="/tmp/data")
    ),
    "ListContexts.default": asks(LIST_CONTEXTS, ListContextsRequest(max_results=10)),
    "ListContexts.paged": asks(
        LIST_CONTEXTS, ListContextsRequest(max_results=20, next_token="TOK", session_id=BAY_SESSION)
    ),
    "ListContexts.type": asks(LIST_CONTEXTS, ListContextsRequest(context_type="file_transfer")),
    "GetContext.by_name": asks(GET_CONTEXT, GetContextRequest(name="my-ctx")),
    "GetContext.create": asks(
        GET_CONTEXT, GetContextRequest(name="my-ctx", allow_create=True, login_region_id="cn-hangzhou")
    ),
    "GetContext.by_id": asks(GET_CONTEXT, GetContextRequest(context_id=BAY_CONTEXT)),
    "ModifyContext": asks(MODIFY_CONTEXT, ModifyContextRequest(id=BAY_CONTEXT, name="my-ctx")),
    "DeleteContext": asks(DELETE_CONTEXT, _bay_context),
    "ClearContext": asks(CLEAR_CONTEXT, _bay_context),
    "BindContexts.sync": binds(BAY_SESSION, ContextSync(context_id=BAY_CONTEXT, path="/tmp/data", policy=SyncPolicy())),
    "DescribeSessionContexts in BindContexts.sync": asks(LIST_BINDINGS, _bay),
    "DescribeContextFiles.page": asks(
        LIST_FILES,
        FilesRequest(context_id=BAY_CONTEXT, parent_folder_path="/tmp/data", page_number=1, page_size=50),
    ),
    "DescribeContextFiles.token": asks(
        LIST_FILES,
        FilesRequest(context_id=BAY_CONTEXT, parent_folder_path="/tmp/data", max_results=50, next_token="TOK2"),
    ),
    "GetContextFileUploadUrl": asks(UPLOAD_URL, _bay_file),
    "GetContextFileDownloadUrl": asks(DOWNLOAD_URL, _bay_file),
    "DeleteContextFile": asks(DELETE_FILE, _bay_file),
    "GetAndLoadInternalContext": asks(
        INTERNAL_CONTEXTS, InternalRequest(session_id=BAY_SESSION, context_types=["file_transfer", "browser"])
    ),
    "GetAndLoadInternalContext in FileTransfer.upload": asks(
        INTERNAL_CONTEXTS, InternalRequest(session_id=BAY_SESSION, context_types=["file_transfer"])
    ),
}
AGB: dict[str, Said] = {
    "002-agb-create-full 2": _context_info(),
    "037-filesystem-transfer-path": asks(
        INTERNAL_CONTEXTS, InternalRequest(session_id=AGB_SESSION, context_types=["file_transfer"])
    ),
    "038-filesystem-upload 1": asks(UPLOAD_URL, _file(f"{TRANSFER}/up.bin", "SdkCtx-ft")),
    "038-filesystem-upload 3": _sync(context_id="SdkCtx-ft", path=TRANSFER, mode="download"),
    "038-filesystem-upload 4": _context_info(context_id="SdkCtx-ft", path=TRANSFER),
    "038-filesystem-upload 5": _context_info(context_id="SdkCtx-ft", path=TRANSFER, task_type="download"),
    "039-filesystem-download 1": _sync(context_id="SdkCtx-ft", path=TRANSFER, mode="upload"),
    "039-filesystem-download 3": _context_info(context_id="SdkCtx-ft", path=TRANSFER, task_type="upload"),
    "039-filesystem-download 4": asks(DOWNLOAD_URL, _file(f"{TRANSFER}/up.bin", "SdkCtx-ft")),
    "079-contextservice-list": asks(LIST_CONTEXTS, ListContextsRequest(max_results=5, next_token="t")),
    "080-contextservice-get": asks(GET_CONTEXT, GetContextRequest(name="my-ctx")),
    "081-contextservice-get-by-id": asks(
        GET_CONTEXT, GetContextRequest(context_id="SdkCtx-example", login_region_id="r")
    ),
    "082-contextservice-create": asks(GET_CONTEXT, GetContextRequest(name="my-ctx", allow_create=True)),
    "083-contextservice-update": asks(MODIFY_CONTEXT, ModifyContextRequest(id="SdkCtx-example", name="new-name")),
    "084-contextservice-delete": asks(DELETE_CONTEXT, ContextRef(id="SdkCtx-example")),
    "085-contextservice-get-file-download-url": asks(DOWNLOAD_URL, _file("/tmp/data/a.txt")),
    "086-contextservice-get-file-upload-url": asks(UPLOAD_URL, _file("/tmp/data/a.txt")),
    "087-contextservice-delete-file": asks(DELETE_FILE, _file("/tmp/data/a.txt")),
    "088-contextservice-list-files": _files("/tmp/data", 50),
    "089-contextservice-clear 1": asks(CLEAR_CONTEXT, ContextRef(id="SdkCtx-example")),
    "089-contextservice-clear 2": asks(GET_CONTEXT, GetContextRequest(context_id="SdkCtx-example")),
    "090-contextmanager-info": _context_info(context_id="SdkCtx-example", path="/tmp/data", task_type="upload"),
    "091-contextmanager-sync 1": _sync(),
    "092-contextmanager-sync-specific 1": _sync(context_id="SdkCtx-example", path="/tmp/data", mode="upload"),
    "092-contextmanager-sync-specific 2": _context_info(context_id="SdkCtx-example", path="/tmp/data"),
    "093-extensionsservice": asks(GET_CONTEXT, GetContextRequest(name="my-exts", allow_create=True)),
    "094-extensionsservice-create 1": asks(
        UPLOAD_URL, _file("/tmp/extensions/ext_b68bee0f5ea54e768af450cdc86001ca.zip")
    ),
    "095-extensionsservice-list": _files("/tmp/extensions", 100),
    "096-extensionsservice-update 2": asks(UPLOAD_URL, _file("/tmp/extensions/ext_1.zip")),
    "097-extensionsservice-delete": asks(DELETE_FILE, _file("/tmp/extensions/ext_1.zip")),
}
