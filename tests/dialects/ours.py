"""How a caller of ours says what the official clients were recorded to say."""

from collections.abc import Mapping
from typing import Any

from sessionbay.core.tool import NoArgs
from sessionbay.core.wire_model import Wire
from sessionbay.models.browser_context import (
    BrowserContext,
    BrowserFingerprintContext,
    BrowserSyncMode,
    ExtensionOption,
)
from sessionbay.models.context_sync import (
    BWList,
    ContextMount,
    ContextSync,
    MappingPolicy,
    RecyclePolicy,
    SyncPolicy,
    UploadPolicy,
    WhiteList,
)
from sessionbay.models.mobile_config import AppManagerRule, ExtraConfigs, MobileConfig
from sessionbay.operations.command import ShellArgs
from sessionbay.operations.files import MoveArgs, PathArgs, ReadArgs, WriteArgs
from sessionbay.operations.labels import GET_LABELS, SET_LABELS, SetLabelsRequest
from sessionbay.operations.links import GET_LINK, INFO, LinkRequest
from sessionbay.operations.session import (
    CREATE,
    DELETE,
    GET,
    GET_DETAIL,
    KEEP_ALIVE,
    LIST,
    PAUSE,
    RESUME,
    CreateRequest,
    DetailRequest,
    ListRequest,
    SessionRef,
)
from sessionbay.operations.tools import LIST_TOOLS, ToolsRequest

from . import ours_contexts
from .saying import (
    AGB_LINK,
    AGB_SESSION,
    AGB_TOKEN,
    BAY_CONTEXT,
    BAY_LABELS,
    BAY_LINK,
    BAY_SESSION,
    BAY_TOKEN,
    Said,
    asks,
    calls,
    calls_straight,
    creates,
)

_bay = SessionRef(session_id=BAY_SESSION)
_FULL = SyncPolicy(
    upload_policy=UploadPolicy(upload_mode="Archive", archive_exclude_paths=("logs",)),
    recycle_policy=RecyclePolicy(lifecycle="Lifecycle_30Days", paths=("/cache",)),
    bw_list=BWList(white_lists=(WhiteList(path="/src", exclude_paths=("/node_modules",)),)),
    mapping_policy=MappingPolicy(path="C:\\Users\\x"),
)
_PHONE = MobileConfig(
    lock_resolution=True,
    hide_navigation_bar=False,
    app_manager_rule=AppManagerRule(rule_type="White", app_package_name_list=("com.a", "com.b")),
    uninstall_blacklist=("com.c",),
)

AGENTBAY: dict[str, Said] = {
    **ours_contexts.AGENTBAY,
    "CreateMcpSession.default": creates(),
    "CreateMcpSession.labels_image_policy": creates(
        image_id="linux_latest",
        labels=BAY_LABELS,
        policy_id="pg-04bdvx0p76nbwhdt5",
        enable_record=False,
        framework="langchain",
    ),
    "CreateMcpSession.idle_seconds": creates(idle_release_timeout=600),
    "CreateMcpSession.lifecycle": creates(idle_release_timeout=600, max_runtime=3600),
    "CreateMcpSession.manual_release": creates(manual_release=True, enable_record=True),
    "CreateMcpSession.context_syncs": creates(
        context_syncs=[ContextSync(context_id=BAY_CONTEXT, path="/tmp/data", policy=SyncPolicy())]
    ),
    "CreateMcpSession.context_syncs_full_policy": creates(
        context_syncs=[ContextSync(context_id=BAY_CONTEXT, path="/tmp/data", policy=_FULL)]
    ),
    "CreateMcpSession.context_sync_no_policy_no_wait": creates(
        context_syncs=[ContextSync(context_id=BAY_CONTEXT, path="/tmp/data", wait=False)]
    ),
    "CreateMcpSession.context_mount": creates(
        image_id="aio-ubuntu-2404",
        context_mounts=[ContextMount(context_id=BAY_CONTEXT, path="/mnt/d", source_path="sub")],
    ),
    "CreateMcpSession.browser_context": creates(
        image_id="browser_latest",
        browser_context=BrowserContext(
            context_id="SdkCtx-browser",
            sync_mode=BrowserSyncMode.MINIMAL,
            extension_option=ExtensionOption("SdkCtx-ext", ["ext_1.zip"]),
            fingerprint_context=BrowserFingerprintContext("SdkCtx-fp"),
        ),
    ),
    "CreateMcpSession.browser_context_standard": creates(
        image_id="browser_latest", browser_context=BrowserContext(context_id="SdkCtx-browser")
    ),
    "CreateMcpSession.network": creates(image_id="imgc-12345678", network_id="network-example-0001"),
    "CreateMcpSession.skills": creates(load_skills=True, skill_names=["pdf", "技能"]),
    "CreateMcpSession.extra_configs": creates(
        image_id="mobile_latest",
        extra_configs=ExtraConfigs(mobile=_PHONE),
        context_syncs=[ContextSync(context_id="SdkCtx-msim", path="/data/agentbay_mobile_info")],
    ),
    "CreateMcpSession.for_browser": creates(image_id="browser_latest", enable_record=False),
    "CreateMcpSession.lowlevel": asks(
        CREATE,
        CreateRequest(context_id=BAY_CONTEXT, external_user_id="eu-1", session_id="session-mine", vpc_resource=True),
    ),
    "GetSession": asks(GET, _bay),
    "GetSessionDetail": asks(GET_DETAIL, DetailRequest(session_id=BAY_SESSION)),
    "ListSession.default": asks(LIST, ListRequest()),
    "ListSession.filtered": asks(
        LIST, ListRequest(labels=BAY_LABELS, max_results=1, status="RUNNING", image_id="linux_latest")
    ),
    "ListSession.page2": asks(LIST, ListRequest(max_results=1, next_token="AAAAAVu6Rl0page2token")),
    "DeleteSessionAsync": asks(DELETE, _bay),
    "PauseSessionAsync": asks(PAUSE, _bay),
    "ResumeSessionAsync": asks(RESUME, _bay),
    "RefreshSessionIdleTime": asks(KEEP_ALIVE, _bay),
    "SetLabel": asks(SET_LABELS, SetLabelsRequest(session_id=BAY_SESSION, labels=BAY_LABELS)),
    "GetLabel": asks(GET_LABELS, _bay),
    "GetLabel.paged": asks(GET_LABELS, _bay),
    "GetMcpResource": asks(INFO, _bay),
    "GetLink.default": asks(GET_LINK, LinkRequest(session_id=BAY_SESSION)),
    "GetLink.https_port": asks(GET_LINK, LinkRequest(session_id=BAY_SESSION, protocol_type="https", port=30150)),
    "GetLink.wss_port_options": asks(
        GET_LINK, LinkRequest(session_id=BAY_SESSION, protocol_type="wss", port=30199, option='{"k":"v"}')
    ),
    "CallMcpTool.api": calls(BAY_SESSION, "shell", ShellArgs(command="echo 你好", timeout_ms=1000), ""),
    "CallMcpTool.auto_gen_session": calls(BAY_SESSION, "shell", {"command": "x"}, "", auto=True),
    "CallMcpTool.api_with_server": calls(BAY_SESSION, "shell", {"command": "x"}, "wuying_shell"),
    "CallMcpTool.get_metrics": calls(BAY_SESSION, "get_metrics", NoArgs(), ""),
    "CallMcpTool.lowlevel": calls(BAY_SESSION, "shell", {}, "wuying_shell", auto=True),
    "ListMcpTools": asks(LIST_TOOLS, ToolsRequest(image_id="linux_latest")),
    "direct shell": calls_straight(
        BAY_LINK, BAY_TOKEN, "wuying_shell", "shell", ShellArgs(command="echo hi", timeout_ms=50000)
    ),
    "direct get_file_change": calls_straight(
        BAY_LINK, BAY_TOKEN, "wuying_filesystem", "get_file_change", {"path": "/tmp/w"}
    ),
}

_agb = SessionRef(session_id=AGB_SESSION)
_ARCHIVE = SyncPolicy(upload_policy=UploadPolicy(upload_mode="Archive"), mapping_policy=MappingPolicy(path="/old/path"))
_BROWSER = BrowserContext(
    context_id="SdkCtx-browser",
    extension_option=ExtensionOption("SdkCtx-ext", ["ext_1.zip"]),
    fingerprint_context=BrowserFingerprintContext("SdkCtx-fp"),
)


def _runs(**args: Any) -> Said:
    return calls(AGB_SESSION, "shell", ShellArgs(**args))


def _reads(**args: Any) -> Said:
    return calls(AGB_SESSION, "read_file", ReadArgs(path="/tmp/a.txt", **args))


def _writes(**args: Any) -> Said:
    return calls(AGB_SESSION, "write_file", WriteArgs(path="/tmp/a.txt", **args))


def _straight(server: str, name: str, args: Wire | Mapping[str, Any]) -> Said:
    return calls_straight(AGB_LINK, AGB_TOKEN, server, name, args)


AGB: dict[str, Said] = {
    **ours_contexts.AGB,
    "001-agb-create-minimal": creates(image_id="agb-code-space-1"),
    "002-agb-create-full 1": creates(
        image_id="agb-browser-use-1",
        labels={"project": "demo"},
        policy_id="pol-1",
        idle_release_timeout=300,
        context_syncs=[
            ContextSync(context_id="SdkCtx-1", path="/tmp/data", policy=_ARCHIVE),
            ContextSync(context_id="SdkCtx-2", path="/tmp/data2"),
        ],
        browser_context=_BROWSER,
    ),
    "003-agb-list": asks(LIST, ListRequest(labels={"project": "demo"})),
    "004-agb-list-page-2 1": asks(LIST, ListRequest(max_results=5)),
    "004-agb-list-page-2 2": asks(LIST, ListRequest(max_results=5, next_token="tok-2")),
    "005-agb-get-session": asks(GET, _agb),
    "007-session-set-labels": asks(
        SET_LABELS, SetLabelsRequest(session_id=AGB_SESSION, labels={"project": "demo", "名": "值"})
    ),
    "008-session-get-labels": asks(GET_LABELS, _agb),
    "009-session-info": asks(INFO, _agb),
    "010-session-get-link": asks(GET_LINK, LinkRequest(session_id=AGB_SESSION)),
    "011-session-get-link-https-port": asks(
        GET_LINK, LinkRequest(session_id=AGB_SESSION, protocol_type="https", port=30150)
    ),
    "012-session-get-status": asks(GET_DETAIL, DetailRequest(session_id=AGB_SESSION)),
    "013-session-keep-alive": asks(KEEP_ALIVE, _agb),
    "014-session-list-mcp-tools": asks(LIST_TOOLS, ToolsRequest(image_id="agb-code-space-1")),
    "015-session-call-mcp-tool": calls(AGB_SESSION, "shell", {"command": "echo hi"}),
    "016-session-get-metrics": calls(AGB_SESSION, "get_metrics", NoArgs()),
    "017-command-execute": _runs(command="echo hi", timeout_ms=1000, cwd="/tmp", envs={"A": "1"}),
    "018-command-execute-non-zero-exit": _runs(command="ls /nope", timeout_ms=1000),
    "019-command-execute-tool-error": _runs(command="x", timeout_ms=1000),
    "021-filesystem-mkdir": calls(AGB_SESSION, "create_directory", PathArgs(path="/tmp/w")),
    "023-filesystem-info": calls(AGB_SESSION, "get_file_info", PathArgs(path="/tmp/a.txt")),
    "024-filesystem-list": calls(AGB_SESSION, "list_directory", PathArgs(path="/tmp")),
    "025-filesystem-move": calls(AGB_SESSION, "move_file", MoveArgs(source="/tmp/a", destination="/tmp/b")),
    "026-filesystem-remove": calls(AGB_SESSION, "delete_file", PathArgs(path="/tmp/a")),
    "027-filesystem-read-text 2": _reads(length=11),
    "028-filesystem-read-bytes 2": _reads(length=11, format="binary"),
    "029-filesystem-read-chunked 2": _reads(length=8),
    "029-filesystem-read-chunked 3": _reads(offset=8, length=3),
    "030-filesystem-write-chunked 1": _writes(content="01234567"),
    "030-filesystem-write-chunked 2": _writes(content="89abcdef", mode="append"),
    "030-filesystem-write-chunked 3": _writes(content="ghij", mode="append"),
    "031-filesystem-write": _writes(content="hello"),
    "032-filesystem-write-append": _writes(content="hello", mode="append"),
    "102-client-refresh-session-idle-time-async-low-level": asks(KEEP_ALIVE, _agb),
    "103-agb-create-with-linkurl": creates(image_id="agb-code-space-2"),
    "104-linkurl-command-execute": _straight("wuying_shell", "shell", ShellArgs(command="echo hi", timeout_ms=1000)),
    "105-linkurl-session-get-metrics": _straight("wuying_filesystem", "get_metrics", NoArgs()),
    "106-linkurl-filesystem-read 1": _straight("wuying_filesystem", "get_file_info", PathArgs(path="/tmp/a.txt")),
    "106-linkurl-filesystem-read 2": _straight(
        "wuying_filesystem", "read_file", ReadArgs(path="/tmp/a.txt", length=11)
    ),
    "108-linkurl-screen-beta-take-screenshot": _straight("wuying_filesystem", "screenshot", {"format": "jpeg"}),
    "110-linkurl-filesystem-watch-dir 1": _straight("wuying_filesystem", "get_file_change", {"path": "/tmp/w"}),
    "114-session-delete 1": asks(DELETE, _agb),
    "138-error-linkurl-iserror-call": _straight("wuying_shell", "shell", {}),
}
