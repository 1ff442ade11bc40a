"""How sessions are created, and what is refused before sending."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import ValidationError

from sessionbay.core.errors import SessionUsageError
from sessionbay.core.wire_model import Wire
from sessionbay.models.browser_context import BrowserContext
from sessionbay.models.context_sync import (
    ContextMount,
    ContextSync,
    DownloadPolicy,
    Lifecycle,
    RecyclePolicy,
    SyncPolicy,
    UploadPolicy,
    WhiteList,
)
from sessionbay.models.creation import CreateSessionFields, CreateSessionParams
from sessionbay.models.mobile_config import AppManagerRule


def test_the_keyword_arguments_are_the_fields_of_the_params() -> None:
    assert [field.name for field in fields(CreateSessionParams)] == list(CreateSessionFields.__annotations__)


def test_the_keyword_arguments_have_the_types_of_the_fields() -> None:
    assert get_type_hints(CreateSessionFields) == get_type_hints(CreateSessionParams)


def test_no_keyword_argument_is_required() -> None:
    assert not CreateSessionFields.__required_keys__


def test_params_without_a_word_are_right() -> None:
    assert CreateSessionParams() == CreateSessionParams(labels={}, manual_release=False)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labels": {"": "a"}}, "labels must have no blank key"),
        ({"labels": {"a": 1}}, "labels must map strings to strings"),
        ({"labels": "a=b"}, "labels must be a dict of strings"),
        ({"idle_release_timeout": 0}, "idle_release_timeout must be above 0 seconds"),
        ({"idle_release_timeout": "5m"}, "idle_release_timeout must be a number of seconds"),
        ({"idle_release_timeout": 1.5}, "idle_release_timeout must be whole seconds, not 1.5"),
        ({"max_runtime": -60}, "max_runtime must be above 0 seconds"),
        ({"max_runtime": True}, "max_runtime must be a number of seconds"),
        ({"manual_release": True, "max_runtime": 60}, "manual_release goes without"),
        ({"manual_release": True, "idle_release_timeout": 60}, "manual_release goes without"),
        ({"skill_names": ["pdf"]}, "skill_names needs load_skills=True"),
        ({"image_id": 5}, "image_id must be a string, not int"),
        ({"browser_context": "SdkCtx-1"}, "browser_context must be of the class sessionbay.BrowserContext"),
        ({"policy_id": "\ud83d"}, "policy_id contains a lone surrogate"),
    ],
    ids=str,
)
def test_params_that_are_wrong_are_reported(given: dict[str, Any], message: str) -> None:
    with pytest.raises(SessionUsageError, match=message):
        CreateSessionParams(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"idle_release_timeout": 90.0},
        {"idle_release_timeout": 60, "max_runtime": 3600},
        {"manual_release": True},
        {"load_skills": True, "skill_names": ["pdf"]},
    ],
    ids=str,
)
def test_params_that_go_together_are_taken(given: Any) -> None:
    assert CreateSessionParams(**given) == CreateSessionParams.of(None, given)


def test_keyword_arguments_take_the_place_of_the_fields_of_params() -> None:
    params = CreateSessionParams(image_id="a", policy_id="p")
    assert CreateSessionParams.of(params, {"image_id": "b"}) == CreateSessionParams(image_id="b", policy_id="p")


def test_a_dict_in_place_of_params_is_reported_what_is_right() -> None:
    params: Any = {"image_id": "any"}
    with pytest.raises(SessionUsageError, match=r"CreateSessionParams, not dict: use create\(\*\*params\)"):
        CreateSessionParams.of(params, {})


def test_params_and_keyword_arguments_are_checked_together() -> None:
    with pytest.raises(SessionUsageError, match="manual_release goes without"):
        CreateSessionParams.of(CreateSessionParams(max_runtime=60), {"manual_release": True})


def test_an_unknown_keyword_argument_is_reported_with_those_that_are_known() -> None:
    unknown: Any = {"image": "a", "imageid": "b"}
    with pytest.raises(
        SessionUsageError, match="Unknown image, imageid: the parameters of a session are image_id, labels"
    ):
        CreateSessionParams.of(None, unknown)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (ContextSync, {"context_id": "", "path": "/p"}),
        (ContextSync, {"context_id": "c", "path": ""}),
        (ContextSync, {"context_id": "c"}),
        (ContextMount, {"context_id": "c", "path": ""}),
        (ContextMount, {"context_id": "c", "path": "/p", "access_mode": "write"}),
        (BrowserContext, {"context_id": ""}),
        (BrowserContext, {"context_id": "c", "sync_mode": "all"}),
        (UploadPolicy, {"upload_mode": "Zip"}),
        (UploadPolicy, {"upload_strategy": "Never"}),
        (DownloadPolicy, {"download_strategy": "Sync"}),
        (RecyclePolicy, {"lifecycle": "Lifecycle_2Days"}),
        (AppManagerRule, {"rule_type": "Grey", "app_package_name_list": ()}),
    ],
)
def test_a_value_that_no_cloud_knows_is_a_value_error(model: type[Wire], given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        model.model_validate(given)


@pytest.mark.parametrize("policy", [UploadPolicy, DownloadPolicy, RecyclePolicy, SyncPolicy, WhiteList, ContextSync])
def test_a_misspelt_field_of_a_policy_is_reported(policy: type[Wire]) -> None:
    with pytest.raises(ValidationError, match="autoUplaod"):
        policy.model_validate({"autoUplaod": True, "context_id": "c", "path": "/p"})


@pytest.mark.parametrize("lifecycle", get_args(Lifecycle))
def test_every_lifecycle_of_the_clouds_is_taken(lifecycle: Lifecycle) -> None:
    assert RecyclePolicy(lifecycle=lifecycle, paths=("/cache",)).lifecycle == lifecycle


@pytest.mark.parametrize("path", ["*.log", "a?", "[ab]", "a]"])
@pytest.mark.parametrize(
    "make",
    [
        lambda path: RecyclePolicy(paths=("/ok", path)),
        lambda path: WhiteList(path=path),
        lambda path: WhiteList(exclude_paths=("/ok", path)),
        lambda path: WhiteList(path=path, is_exclude_regex=True),
        lambda path: WhiteList(exclude_paths=(path,), is_path_regex=True),
    ],
)
def test_a_wildcard_in_a_path_is_refused(make: Callable[[str], object], path: str) -> None:
    with pytest.raises(ValidationError, match="holds a wildcard"):
        make(path)


def test_a_regular_expression_may_hold_what_looks_like_a_wildcard() -> None:
    white = WhiteList(path="a.*", is_path_regex=True, exclude_paths=("[ab]?",), is_exclude_regex=True)
    assert (white.path, white.exclude_paths) == ("a.*", ("[ab]?",))


def test_a_policy_without_a_word_is_the_clouds_default() -> None:
    assert SyncPolicy() == SyncPolicy(
        upload_policy=UploadPolicy(auto_upload=True, upload_mode="File"),
        download_policy=DownloadPolicy(auto_download=True),
        recycle_policy=RecyclePolicy(lifecycle="Lifecycle_Forever", paths=("",)),
    )


def test_a_context_is_waited_for_unless_said_otherwise() -> None:
    assert ContextSync(context_id="c", path="/p").wait


def test_a_binding_is_built_by_position_too() -> None:
    policy = SyncPolicy(upload_policy=UploadPolicy(auto_upload=False))
    built = ContextSync.new("c", "/p").with_policy(policy)
    assert built == ContextSync.new("c", "/p", policy) == ContextSync(context_id="c", path="/p", policy=policy)
