"""Bindings as the engine reads them off the wire."""

import json

import pytest
from hypothesis import given, strategies as st

from sessionbay.dialects.base import Dialect
from sessionbay.models.context_sync import (
    BWList,
    ContextMount,
    ContextSync,
    DownloadPolicy,
    MappingPolicy,
    RecyclePolicy,
    SyncPolicy,
    UploadPolicy,
    WhiteList,
)
from sessionbay.operations.mounts import PersistenceItem, mount_item, policy_text, sync_item

from ..support import AGB, BAY, either_dialect, some

paths = st.text(st.characters(codec="utf-8", exclude_characters="*?[]"), max_size=8)
white_lists = st.builds(WhiteList, path=paths, exclude_paths=st.lists(paths, max_size=2).map(tuple))
policies = st.builds(
    SyncPolicy,
    upload_policy=st.builds(UploadPolicy, auto_upload=st.booleans(), upload_mode=st.sampled_from(["File", "Archive"])),
    download_policy=st.builds(DownloadPolicy, auto_download=st.booleans()),
    recycle_policy=st.builds(RecyclePolicy, paths=st.lists(paths, max_size=2).map(tuple)),
    bw_list=st.builds(BWList, white_lists=st.lists(white_lists, max_size=2).map(tuple)),
    mapping_policy=st.none() | st.builds(MappingPolicy, path=paths),
)


def parsed(policy: str | None) -> SyncPolicy:
    """Return the policy of an item that says ``policy``."""
    return PersistenceItem(context_id="c", path="/p", policy=policy).sync_policy()


@either_dialect
@some
@given(policy=policies)
def test_a_policy_is_heard_as_it_was_said(dialect: Dialect, policy: SyncPolicy) -> None:
    text = policy_text(policy, dialect)
    assert policy_text(parsed(text), dialect) == text


@pytest.mark.parametrize("text", [None, "", " ", "null", "{}"])
def test_no_policy_is_the_default_one(text: str | None) -> None:
    assert parsed(text) == SyncPolicy()


def test_what_a_policy_leaves_out_or_says_null_to_is_the_default() -> None:
    policy = parsed('{"uploadPolicy": {"autoUpload": false, "uploadMode": null}, "deletePolicy": null}')
    assert policy == SyncPolicy(upload_policy=UploadPolicy(auto_upload=False))


def test_what_a_policy_says_beyond_ours_is_passed_over() -> None:
    text = '{"newPolicy": {"x": 1}, "bwList": {"whiteLists": [{"path": "/a", "more": 1, "excludePaths": null}]}}'
    assert parsed(text) == SyncPolicy(bw_list=BWList(white_lists=(WhiteList(path="/a"),)))


@pytest.mark.parametrize(
    "policy",
    [
        {"recyclePolicy": {"paths": ["/a*"]}},
        {"recyclePolicy": {"lifecycle": "Lifecycle_2Days"}},
        {"bwList": {"whiteLists": [{"path": "/[a]"}]}},
        {"uploadPolicy": {"uploadMode": "Tar"}},
        ["x"],
        "text",
    ],
    ids=str,
)
def test_a_policy_that_makes_no_sense_is_reported(policy: object) -> None:
    with pytest.raises(ValueError, match=r"wildcard|Input should be"):
        parsed(json.dumps(policy))


def test_a_policy_that_is_no_json_is_reported() -> None:
    with pytest.raises(ValueError, match="key must be a string"):
        parsed("{uploadPolicy")


def test_a_path_that_is_a_regular_expression_may_hold_what_others_may_not() -> None:
    white = WhiteList(path="/a.*", is_path_regex=True)
    received = parsed(policy_text(SyncPolicy(bw_list=BWList(white_lists=(white,))), BAY))
    assert [white.path for white in received.bw_list.white_lists or ()] == ["/a.*"]


def test_a_mount_is_reported_from_a_copy() -> None:
    mount = mount_item(ContextMount(context_id="c", path="/p"), BAY)
    sync = sync_item(ContextSync(context_id="c", path="/p"), BAY)
    assert (mount.is_mount, sync.is_mount) == (True, False)


def test_a_binding_without_a_policy_gets_one_only_where_the_cloud_needs_it() -> None:
    sync = ContextSync(context_id="c", path="/p")
    assert (sync_item(sync, BAY).policy, sync_item(sync, AGB).policy is None) == (None, False)
