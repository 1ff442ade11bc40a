"""The forms in which users of the official clients write programs: only the import differs."""

from pathlib import Path
from typing import Any

import pytest

import sessionbay
from sessionbay import (
    AGBError,
    AsyncAGB,
    AsyncAgentBay,
    AsyncOss,
    AsyncSession,
    BWList,
    ClearanceTimeoutError,
    Config,
    Context,
    ContextListParams,
    ContextMount,
    ContextStatusData,
    ContextSync,
    ContextTimeoutError,
    CreateSessionParams,
    DeletePolicy,
    DownloadPolicy,
    ExtractPolicy,
    FileChangeEvent,
    FileChangeResult,
    GitConflictError,
    GitDoneResult,
    Lifecycle,
    LifecyclePolicy,
    MappingPolicy,
    PtyNotConnectedError,
    RecyclePolicy,
    SessionUsageError,
    SyncPolicy,
    UploadMode,
    UploadPolicy,
    WhiteList,
    WsCancelledError,
    load_config,
)
from sessionbay.engine import LocalEngine

from ..fake_cloud import KEY, FakeCloud, no, session_data, yes
from ..raw_server import BOUND
from .conftest import connect

POLICIES = (UploadPolicy, DownloadPolicy, DeletePolicy, ExtractPolicy, RecyclePolicy, MappingPolicy, BWList, SyncPolicy)
CREATED = yes(
    session_data(AppInstanceId="app-1", LinkUrl="https://link.example", Token="t-1", WsUrl="wss://ws.example")
)


@pytest.mark.parametrize("policy", POLICIES)
def test_each_policy_has_its_defaults(policy: Any) -> None:
    assert policy.default() == policy()
    assert policy.default() is not policy.default()


def test_policies_are_built_with_the_official_words() -> None:
    policy = SyncPolicy(
        upload_policy=UploadPolicy(upload_mode=UploadMode.ARCHIVE),
        extract_policy=ExtractPolicy(extract_current_folder=True),  # type: ignore[call-arg]
        recycle_policy=RecyclePolicy(lifecycle=Lifecycle.LIFECYCLE_1DAY, paths=("/logs",)),
        bw_list=BWList(white_lists=(WhiteList(path="/src", exclude_paths=("/src/cache",)),)),
    )
    assert (policy.upload_policy.upload_mode.value, policy.upload_policy.upload_mode) == ("Archive", "Archive")  # type: ignore[union-attr]
    assert policy.extract_policy.extract_to_current_folder
    assert policy.recycle_policy.lifecycle == "Lifecycle_1Day"
    sync = ContextSync.new("SdkCtx-1", "/tmp/data", policy, beta_wait_for_completion=False)
    same = ContextSync(context_id="SdkCtx-1", path="/tmp/data", policy=policy, beta_wait_for_completion=False)  # type: ignore[call-arg]
    assert (sync, sync.wait) == (same, False)
    changed: Any = sync
    changed.beta_wait_for_completion = True
    assert (sync.wait, changed.beta_wait_for_completion) == (True, True)
    with pytest.raises(ValueError, match="wait or beta_wait_for_completion"):
        ContextSync(context_id="c", path="/p", wait=True, beta_wait_for_completion=False)  # type: ignore[call-arg]


def test_what_callers_build_can_be_changed_and_stays_valid() -> None:
    policy = SyncPolicy.default()
    policy.upload_policy.upload_mode = "Archive"
    policy.upload_policy.archive_exclude_paths = ("node_modules",)
    assert policy.upload_policy.upload_mode.value == "Archive"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="upload_mode"):
        policy.upload_policy.upload_mode = "Zip"  # type: ignore[assignment]
    page = ContextListParams()
    page.max_results, page.next_token = 5, "next"
    assert page == ContextListParams(max_results=5, next_token="next")


async def test_params_are_assigned_and_passed_by_name() -> None:
    cloud = FakeCloud(CreateMcpSession=CREATED)
    params = CreateSessionParams()
    params.image_id = "linux_latest"
    params.labels = {"project": "demo"}
    params.beta_network_id = "network-1"
    params.enable_browser_replay = False
    params.lifecycle_policy = LifecyclePolicy(idle_release_timeout=120, max_runtime=600)
    await AsyncAgentBay(api_key=KEY, transport=cloud, tag_sessions=False).create(params=params)
    sent = cloud.forms[0]
    assert (sent["ImageId"], sent["Labels"], sent["NetworkId"]) == ("linux_latest", '{"project": "demo"}', "network-1")
    assert (sent["EnableRecord"], sent["Timeout"], sent["MaxRuntime"]) == ("False", "2", "10")


async def test_params_that_the_caller_changes_later_were_copied() -> None:
    cloud = FakeCloud(CreateMcpSession=CREATED)
    sync, labels = ContextSync(context_id="SdkCtx-1", path="/tmp/data", wait=False), {"a": "1"}
    params = CreateSessionParams(labels=labels, context_syncs=[sync])
    block = AsyncAgentBay(api_key=KEY, transport=cloud, tag_sessions=False).session(params=params)
    labels["a"], sync.path, params.image_id = "2", "/elsewhere", "other"
    await block.__aenter__()
    assert (cloud.forms[0]["Labels"], "elsewhere" in cloud.forms[0]["PersistenceDataList"]) == ('{"a": "1"}', False)
    assert "ImageId" not in cloud.forms[0]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"network_id": "a", "beta_network_id": "b"}, "network_id is given twice"),
        ({"max_runtime": 60, "lifecycle_policy": LifecyclePolicy(max_runtime=60)}, "max_runtime is given twice"),
        ({"lifecycle_policy": LifecyclePolicy(max_runtime=60, manual_release=True)}, "manual_release goes without"),
        (
            {"beta_context_mounts": [ContextMount.new("c", "/p")], "context_mounts": [ContextMount.new("c", "/p")]},
            "twice",
        ),
    ],
)
async def test_settings_that_contradict_each_other_are_refused(fields: Any, message: str) -> None:
    cloud = FakeCloud()
    with pytest.raises(SessionUsageError, match=message):
        await AsyncAgentBay(api_key=KEY, transport=cloud).create(CreateSessionParams(**fields))
    assert cloud.requests == []


async def test_a_session_has_the_official_attributes() -> None:
    session = (await AsyncAgentBay(api_key=KEY, transport=FakeCloud(CreateMcpSession=CREATED)).create()).session
    assert session.get_link_url() == session.link_url == "https://link.example"
    assert (session.ws_url, session.token, session.app_instance_id) == ("wss://ws.example", "t-1", "app-1")
    assert [(tool.name, tool.server) for tool in session.mcpTools] == [("shell", "wuying_shell")]
    bare = AsyncSession(session.agent_bay, "session-2")
    assert (bare.link_url, bare.ws_url, bare.token, bare.app_instance_id, bare.mcpTools) == ("", "", "", "", [])
    assert AsyncOss(session)._connection is session.connection


async def test_results_have_a_message_and_a_request_id() -> None:
    cloud = FakeCloud(CreateMcpSession=no("Quota", "too many"))
    result = await AsyncAgentBay(api_key=KEY, transport=cloud).create()
    assert (result.message, result.get_request_id()) == (result.error_message, "REQ-2") == ("[Quota] too many", "REQ-2")


def test_changes_of_files_are_read_by_kind() -> None:
    events = [FileChangeEvent(kind, f"/{kind}") for kind in ("create", "modify", "delete")]
    changes = FileChangeResult(success=True, data=(*events, FileChangeEvent("create", "/folder", "directory")))
    assert changes.has_changes()
    assert changes.get_created_files() == ["/create"]
    assert (changes.get_modified_files(), changes.get_deleted_files()) == (["/modify"], ["/delete"])
    assert not FileChangeResult(success=True, data=()).has_changes()


async def test_listed_ids_are_strings_and_read_as_the_official_dicts() -> None:
    entry = {"SessionId": "session-1", "SessionStatus": "RUNNING"}
    cloud = FakeCloud(ListSession=yes([entry], TotalCount=1))
    (found,) = (await AsyncAgentBay(api_key=KEY, transport=cloud).list()).session_ids
    read: Any = found.__getitem__
    assert (found, read("sessionId"), read("sessionStatus"), found[:7]) == (
        "session-1",
        "session-1",
        "RUNNING",
        "session",
    )


def test_errors_have_the_official_names() -> None:
    assert AGBError is sessionbay.AgentBayError
    error = GitDoneResult(exit_code=1, stderr="CONFLICT", reason="conflict", error_message="x")
    with pytest.raises(GitConflictError) as caught:
        error.raise_for_error()
    assert (caught.value.exit_code, caught.value.stderr) == (1, "CONFLICT")
    assert (GitConflictError("x").exit_code, GitConflictError("x").stderr) == (None, "")
    timed_out = sessionbay.ClearContextResult(timed_out=True, error_message="still clearing")
    with pytest.raises(ClearanceTimeoutError) as raised:
        timed_out.raise_for_error()
    assert isinstance(raised.value, ContextTimeoutError)
    assert ContextStatusData(context_id="SdkCtx-1", path="/p", status="Success").status == "Success"


def test_a_client_takes_the_official_config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    cfg = Config(region_id="ap-southeast-1", timeout_ms=1500)
    bay = AsyncAgentBay(KEY, cfg)
    assert (bay.endpoint, bay.core.api.config.timeout) == ("https://agentbay.ap-southeast-1.aliyuncs.com", 1.5)
    cfg.region_id = "us-east-1"
    assert AsyncAgentBay(KEY, cfg=cfg, region_id="cn-shanghai").region_id == "cn-shanghai"
    assert AsyncAGB(KEY, Config(endpoint="agb.example", timeout_ms=1500)).endpoint == "https://agb.example"
    with pytest.raises(ValueError, match="cfg must be of the class"):
        AsyncAgentBay(KEY, cfg={"endpoint": "local"})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout_ms"):
        AsyncAgentBay(KEY, cfg=Config(timeout_ms=-1))


def test_a_client_takes_the_env_file_that_the_program_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("API_KEY", "ENDPOINT", "TIMEOUT_MS"):
        monkeypatch.delenv(f"AGENTBAY_{name}", raising=False)
    (tmp_path / "prod.env").write_text("AGENTBAY_API_KEY=akm-file\nAGENTBAY_ENDPOINT=bay.example\n")
    bay = AsyncAgentBay(env_file=tmp_path / "prod.env")
    assert (bay.api_key, bay.endpoint) == ("akm-file", "https://bay.example")
    assert AsyncAgentBay(KEY, env_file=str(tmp_path / "prod.env")).endpoint == "https://bay.example"
    with pytest.raises(ValueError, match=r"env_file .*missing\.env' cannot be read"):
        AsyncAgentBay(env_file=tmp_path / "missing.env")
    monkeypatch.setenv("AGB_ENDPOINT", "agb.example")
    monkeypatch.chdir(tmp_path)
    assert load_config() == Config(endpoint="agb.example", timeout_ms=60_000)
    assert load_config(Config(endpoint="x")) == Config(endpoint="x")


async def test_a_context_is_renamed_by_assignment(bay: AsyncAgentBay) -> None:
    context: Context = (await bay.context.get("official-before", create=True)).context
    context.name = "official-after"
    updated = await bay.context.update(context)
    listed = await bay.context.list(ContextListParams(max_results=50))
    await bay.context.delete(context)
    assert (updated.success, context.name in [each.name for each in listed.contexts]) == (True, True)


async def test_the_client_pauses_and_resumes_a_session(bay: AsyncAgentBay, shared_bay: AsyncSession) -> None:
    paused = await bay.beta_pause(shared_bay, timeout=60, poll_interval=0.01)
    resumed = await bay.beta_resume(shared_bay, timeout=60, poll_interval=0.01)
    assert (paused.status, resumed.status) == ("PAUSED", "RUNNING")


async def test_a_watch_is_started_and_stopped_without_await(shared_bay: AsyncSession) -> None:
    seen: list[FileChangeEvent] = []
    files = shared_bay.file_system
    await files.create_directory("/tmp/watched")
    watch = files.watch_directory(path="/tmp/watched", callback=seen.extend, interval=0.05)
    watch.start()
    assert watch.ready_event.wait(timeout=BOUND)
    await files.write_file("/tmp/watched/example.txt", "hello")
    number = 0
    while not seen:
        number += 1
        await files.write_file(f"/tmp/watched/{number}", "x")
    watch.stop()
    watch.join(timeout=BOUND)
    assert not watch.is_alive()
    assert "/tmp/watched/example.txt" in [event.path for event in seen]


async def test_a_stream_that_was_left_is_cancelled(shared_bay: AsyncSession) -> None:
    async with shared_bay.code.stream("import time; print(1, flush=True); time.sleep(60)", "python") as stream:
        await anext(stream)
    with pytest.raises(WsCancelledError):
        await anext(stream)


async def test_a_terminal_that_was_disconnected_says_so(shared_bay: AsyncSession) -> None:
    async with await shared_bay.pty.create() as terminal:
        terminal.disconnect()
        with pytest.raises(PtyNotConnectedError, match="was disconnected"):
            await terminal.send_input("x")
        await (await shared_bay.pty.connect(terminal.pty_session_id)).kill()


def test_the_config_of_the_local_engine_works(engine: LocalEngine) -> None:
    cfg = Config(endpoint=engine.endpoint)
    assert AsyncAgentBay(api_key=engine.api_key.reveal(), cfg=cfg).endpoint == connect(engine, AsyncAgentBay).endpoint
