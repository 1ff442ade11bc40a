"""From what a caller asks for to what the wire says."""

import json
from typing import Any

import pytest

from sessionbay import __version__
from sessionbay.core.errors import SessionUsageError
from sessionbay.dialects.base import Dialect
from sessionbay.models.browser_context import BrowserContext, BrowserFingerprintContext, ExtensionOption
from sessionbay.models.context_sync import BWList, ContextMount, ContextSync, SyncPolicy, UploadPolicy, WhiteList
from sessionbay.models.creation import CreateSessionParams
from sessionbay.operations.creation import COOKIE_PATHS, LOGIN_PATHS, awaited_context_ids, create_request, sdk_stats
from sessionbay.operations.mounts import policy_text

from ..support import AGB, BAY, either_dialect

DEFAULT = {
    "uploadPolicy": {
        "autoUpload": True,
        "uploadStrategy": "UploadBeforeResourceRelease",
        "uploadMode": "File",
    },
    "downloadPolicy": {"autoDownload": True, "downloadStrategy": "DownloadAsync"},
    "deletePolicy": {"syncLocalFile": True},
    "extractPolicy": {"extract": True, "deleteSrcFile": True, "extractToCurrentFolder": False},
    "recyclePolicy": {"lifecycle": "Lifecycle_Forever", "paths": [""]},
}
EVERYTHING = {"path": "", "excludePaths": [], "isPathRegex": False, "isExcludeRegex": False}


def policies(dialect: Dialect, **fields: Any) -> list[Any]:
    """Return path and policy of each context that goes along with a new session."""
    items = create_request(CreateSessionParams(**fields), dialect).persistence_data_list or []
    return [(item.path, item.policy and json.loads(item.policy)) for item in items]


def white_paths(policy: dict[str, Any]) -> list[str]:
    return [entry["path"] for entry in policy["bwList"]["whiteLists"]]


@pytest.mark.parametrize(("dialect", "white"), [(BAY, [EVERYTHING]), (AGB, [])], ids=["agentbay", "agb"])
def test_the_default_policy_spells_out_what_the_cloud_assumes(dialect: Dialect, white: list[Any]) -> None:
    assert json.loads(policy_text(SyncPolicy(), dialect)) == {**DEFAULT, "bwList": {"whiteLists": white}}


@either_dialect
def test_no_white_list_at_all_stays_none(dialect: Dialect) -> None:
    policy = SyncPolicy(bw_list=BWList(white_lists=()))
    assert json.loads(policy_text(policy, dialect))["bwList"] == {"whiteLists": []}


@pytest.mark.parametrize(
    ("dialect", "entry"),
    [
        (BAY, {"path": "/a", "excludePaths": ["/b"], "isPathRegex": False, "isExcludeRegex": False}),
        (AGB, {"path": "/a", "excludePaths": ["/b"]}),
    ],
    ids=["agentbay", "agb"],
)
def test_a_white_list_is_worded_as_the_cloud_does(dialect: Dialect, entry: dict[str, Any]) -> None:
    policy = SyncPolicy(bw_list=BWList(white_lists=(WhiteList(path="/a", exclude_paths=("/b",)),)))
    assert json.loads(policy_text(policy, dialect))["bwList"] == {"whiteLists": [entry]}


def test_a_policy_keeps_what_is_not_ascii() -> None:
    policy = SyncPolicy(bw_list=BWList(white_lists=(WhiteList(path="/文"),)))
    assert "/文" in policy_text(policy, BAY)


@pytest.mark.parametrize("white", [WhiteList(path=".*", is_path_regex=True), WhiteList(is_exclude_regex=True)])
def test_agb_has_no_regular_expressions(white: WhiteList) -> None:
    with pytest.raises(SessionUsageError, match="AGB has no regular expressions in white lists"):
        policy_text(SyncPolicy(bw_list=BWList(white_lists=(white,))), AGB)


def test_agb_has_no_excluded_paths_of_an_archive() -> None:
    policy = SyncPolicy(upload_policy=UploadPolicy(upload_mode="Archive", archive_exclude_paths=("logs",)))
    with pytest.raises(SessionUsageError):
        policy_text(policy, AGB)


def test_excluded_paths_of_an_archive_go_with_an_archive() -> None:
    with pytest.raises(ValueError, match='upload_mode="Archive" only'):
        UploadPolicy(archive_exclude_paths=("logs",))


def test_agentbay_fills_in_a_missing_policy_itself() -> None:
    assert policies(BAY, context_syncs=[ContextSync(context_id="c", path="/p")]) == [("/p", None)]


def test_agb_is_sent_the_default_in_place_of_a_missing_policy() -> None:
    [(path, policy)] = policies(AGB, context_syncs=[ContextSync(context_id="c", path="/p")])
    assert (path, policy) == ("/p", {**DEFAULT, "bwList": {"whiteLists": []}})


@pytest.mark.parametrize(
    ("dialect", "mode", "kept"),
    [
        (BAY, None, COOKIE_PATHS + LOGIN_PATHS),
        (BAY, "standard", COOKIE_PATHS + LOGIN_PATHS),
        (BAY, "minimal", COOKIE_PATHS),
        (AGB, None, COOKIE_PATHS),
        (AGB, "minimal", COOKIE_PATHS),
    ],
)
def test_a_browser_keeps_as_much_of_its_profile_as_is_asked_for(
    dialect: Dialect, mode: Any, kept: tuple[str, ...]
) -> None:
    [(_, policy)] = policies(dialect, browser_context=BrowserContext("c", sync_mode=mode))
    assert white_paths(policy) == list(kept)


@pytest.mark.parametrize("auto_upload", [True, False])
@either_dialect
def test_a_browser_uploads_its_profile_as_asked(dialect: Dialect, auto_upload: bool) -> None:
    [(_, policy)] = policies(dialect, browser_context=BrowserContext(context_id="c", auto_upload=auto_upload))
    assert policy["uploadPolicy"]["autoUpload"] is auto_upload


@pytest.mark.parametrize(
    ("dialect", "paths"),
    [
        (BAY, ["/sync", "/tmp/extensions/", "/tmp/browser_fingerprint", "/mount", "/tmp/agentbay_browser"]),
        (AGB, ["/sync", "/tmp/extensions/", "/tmp/agb_browser_fingerprint", "/tmp/agb_browser_data"]),
    ],
    ids=["agentbay", "agb"],
)
def test_contexts_go_along_in_the_clouds_own_order(dialect: Dialect, paths: list[str]) -> None:
    mounts = [ContextMount(context_id="m", path="/mount")] if dialect.mounts else []
    browser = BrowserContext(
        "b", extension_option=ExtensionOption("e", ["x.zip"]), fingerprint_context=BrowserFingerprintContext("f")
    )
    sync = ContextSync(context_id="s", path="/sync")
    found = policies(dialect, context_syncs=[sync], context_mounts=mounts, browser_context=browser)
    assert [path for path, _ in found] == paths


@either_dialect
def test_extensions_are_only_brought_in(dialect: Dialect) -> None:
    browser = BrowserContext("b", extension_option=ExtensionOption("e", ["x.zip", "y.zip"]))
    (_, policy), _ = policies(dialect, browser_context=browser)
    assert (policy["uploadPolicy"]["autoUpload"], policy["deletePolicy"]["syncLocalFile"]) == (False, False)
    assert white_paths(policy) == ["x.zip", "y.zip"]


@either_dialect
def test_a_fingerprint_is_only_brought_in(dialect: Dialect) -> None:
    (_, policy), _ = policies(
        dialect, browser_context=BrowserContext("b", fingerprint_context=BrowserFingerprintContext("f"))
    )
    assert (policy["uploadPolicy"]["autoUpload"], white_paths(policy)) == (False, [])


def test_agb_has_no_mounts() -> None:
    params = CreateSessionParams(context_mounts=[ContextMount(context_id="m", path="/mount")])
    with pytest.raises(SessionUsageError, match="AGB has no mounts: use context_syncs"):
        create_request(params, AGB)


@pytest.mark.parametrize(
    ("dialect", "framework", "stats"), [(BAY, "", {"framework": ""}), (BAY, "x", {"framework": "x"}), (AGB, "", {})]
)
def test_the_statistics_say_who_calls(dialect: Dialect, framework: str, stats: dict[str, str]) -> None:
    known = {"source": "sdk", "sdk_language": "python", "sdk_version": __version__, "is_release": True}
    assert sdk_stats(framework, dialect) == known | stats


def test_agb_takes_no_framework() -> None:
    with pytest.raises(SessionUsageError, match="AGB has no framework"):
        create_request(CreateSessionParams(framework="langchain"), AGB)


@pytest.mark.parametrize(
    ("given", "timeout", "max_runtime"),
    [
        ({}, None, None),
        ({"idle_release_timeout": 90}, 90, None),
        ({"idle_release_timeout": 120, "max_runtime": 3600}, 120, 3600),
        ({"max_runtime": 3600}, 300, 3600),
    ],
    ids=str,
)
def test_a_maximum_run_time_brings_an_idle_time_along(
    given: dict[str, Any], timeout: int | None, max_runtime: int | None
) -> None:
    request = create_request(CreateSessionParams(**given), BAY)
    assert (request.timeout, request.max_runtime) == (timeout, max_runtime)


@pytest.mark.parametrize("field", ["labels", "manual_release", "load_skill", "skills", "persistence_data_list"])
def test_what_was_not_asked_for_is_left_out(field: str) -> None:
    assert getattr(create_request(CreateSessionParams(), BAY), field) is None


@pytest.mark.parametrize(("dialect", "region"), [(BAY, "cn-hangzhou"), (AGB, None)], ids=["agentbay", "agb"])
def test_the_region_of_the_client_goes_along(dialect: Dialect, region: str | None) -> None:
    assert create_request(CreateSessionParams(), dialect).login_region_id == region


def test_a_new_session_waits_for_the_contexts_that_are_to_be_waited_for() -> None:
    params = CreateSessionParams(
        context_syncs=[ContextSync(context_id="a", path="/a"), ContextSync(context_id="b", path="/b", wait=False)],
        context_mounts=[ContextMount(context_id="m", path="/m")],
        browser_context=BrowserContext(
            "c", True, "minimal", ExtensionOption("e", ["x.zip"]), BrowserFingerprintContext("f")
        ),
    )
    assert awaited_context_ids(params) == {"a", "c", "e", "f"}
