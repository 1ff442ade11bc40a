"""What the engine hears: the clouds' own clients in all languages word the same request in more ways than ours."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.http import HttpRequest, InvalidRequest
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.base import ParsedRequest
from sessionbay.models.mobile_config import AppManagerRule, ExtraConfigs, MobileConfig
from sessionbay.operations.context import BindRequest, InternalRequest, SyncRequest
from sessionbay.operations.contexts import FilesRequest
from sessionbay.operations.labels import SetLabelsRequest
from sessionbay.operations.mounts import PersistenceItem
from sessionbay.operations.registry import OPERATIONS
from sessionbay.operations.session import CreateRequest, ListRequest, SessionRef
from sessionbay.operations.tools import CallRequest

from ..support import AGB, BAY, json_values, some, texts

PHONE = ExtraConfigs(
    mobile=MobileConfig(
        lock_resolution=True, app_manager_rule=AppManagerRule(rule_type="White", app_package_name_list=("com.a",))
    )
)


def ask_bay(form: dict[str, str], query: dict[str, str] | None = None, action: str = "") -> ParsedRequest:
    """Let the engine hear a request in AgentBay's words; ``action`` stands in the header."""
    url = f"https://gw.invalid/?{urlencode(query or {})}"
    return BAY.parse_request(HttpRequest("POST", url, {"x-acs-action": action}, urlencode(form).encode()), OPERATIONS)


def ask_agb(path: str, body: bytes = b"", query: dict[str, str] | None = None) -> ParsedRequest:
    """Let the engine hear a request in AGB's words."""
    url = f"https://gw.invalid{path}?{urlencode(query or {})}"
    return AGB.parse_request(HttpRequest("POST", url, {"authorization": "Bearer akm-1"}, body), OPERATIONS)


@pytest.mark.parametrize(
    ("form", "query", "action"),
    [
        ({"SessionId": "s"}, {"Action": "GetSession"}, ""),
        ({}, {"Action": "GetSession", "SessionId": "s"}, ""),
        ({"Action": "GetSession", "SessionId": "s"}, {}, ""),
        ({"SessionId": "s"}, {"Format": "json"}, "GetSession"),
    ],
    ids=["the usual way", "all in the query", "all in the form", "the action in the header"],
)
def test_a_parameter_is_heard_wherever_it_stands(form: dict[str, str], query: dict[str, str], action: str) -> None:
    accepted = ask_bay(form, query, action)
    assert (accepted.op.action, accepted.request) == ("GetSession", SessionRef(session_id="s"))


def test_agb_parameters_are_heard_in_body_and_query() -> None:
    accepted = ask_agb("/sdk/SyncContext", b'{"path": "/p"}', {"sessionId": "s", "contextId": "c"})
    assert accepted.request == SyncRequest(session_id="s", context_id="c", path="/p")


def test_a_form_of_very_many_fields_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="more than 4096 fields"):
        ask_bay({f"field-{number}": "" for number in range(5000)})


@pytest.mark.parametrize(("word", "meant"), [("True", True), ("true", True), ("FALSE", False), ("False", False)])
def test_a_yes_or_no_is_heard_in_any_case(word: str, meant: bool) -> None:
    received = ask_bay({"Action": "CreateMcpSession", "EnableRecord": word}).request
    assert received == CreateRequest(enable_record=meant)


@pytest.mark.parametrize(
    "form",
    [
        {
            "ExtraConfigs.Mobile.LockResolution": "True",
            "ExtraConfigs.Mobile.AppManagerRule.RuleType": "White",
            "ExtraConfigs.Mobile.AppManagerRule.AppPackageNameList.1": "com.a",
        },
        {
            "ExtraConfigs": '{"mobile": {"lock_resolution": true,'
            ' "app_manager_rule": {"rule_type": "White", "app_package_name_list": ["com.a"]}}}'
        },
        {
            "ExtraConfigs": '{"Mobile": {"LockResolution": true,'
            ' "AppManagerRule": {"RuleType": "White", "AppPackageNameList": ["com.a"]}}}'
        },
    ],
    ids=["dotted", "JSON in Go's case", "JSON in PascalCase"],
)
def test_the_settings_of_a_phone_are_heard_dotted_and_as_json(form: dict[str, str]) -> None:
    assert ask_bay({"Action": "CreateMcpSession", **form}).request == CreateRequest(extra_configs=PHONE)


def test_a_list_that_travels_dotted_keeps_its_order_beyond_nine() -> None:
    names = [f"com.{number}" for number in range(12)]
    form = {f"ExtraConfigs.Mobile.UninstallBlacklist.{at}": name for at, name in enumerate(names, start=1)}
    received: Any = ask_bay({"Action": "CreateMcpSession", **form}).request
    assert received.extra_configs.mobile.uninstall_blacklist == tuple(names)


def test_labels_are_heard_as_text_and_as_an_object() -> None:
    wanted = SetLabelsRequest(session_id="s", labels={"a": "b"})
    as_text = ask_agb("/sdk/SetLabel", b"{}", {"sessionId": "s", "Labels": '{"a": "b"}'}).request
    as_object = ask_agb("/sdk/SetLabel", b'{"sessionId": "s", "Labels": {"a": "b"}}').request
    assert (as_text, as_object) == (wanted, wanted)


def test_arguments_of_a_tool_are_heard_as_an_object_too() -> None:
    received = ask_agb("/mcp", b'{"sessionId": "s", "name": "shell", "args": {"command": "ls"}}').request
    assert received == CallRequest(session_id="s", name="shell", args={"command": "ls"})


def test_a_list_without_parameters_is_the_first_ten_of_all() -> None:
    assert ask_bay({"Action": "ListSession"}).request == ListRequest(labels={}, max_results=10)


@pytest.mark.parametrize("action", ["", "GetSessions", "getsession"])
def test_an_unknown_action_is_not_found(action: str) -> None:
    with pytest.raises(InvalidRequest, match="Unknown operation") as failure:
        ask_bay({}, {"Action": action})
    assert (failure.value.code, failure.value.status) == ("ActionNotSupportedLocally", 400)


@pytest.mark.parametrize("path", ["/", "/mcp/", "/mcp/createsession"])
def test_an_unknown_path_is_not_found(path: str) -> None:
    with pytest.raises(InvalidRequest, match="Unknown operation") as failure:
        ask_agb(path)
    assert (failure.value.code, failure.value.status) == ("ActionNotSupportedLocally", 400)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"Action": "GetSession"}, "session_id"),
        ({"Action": "SetLabel", "SessionId": "s", "Labels": "a=b"}, "neither JSON nor"),
        ({"Action": "SetLabel", "SessionId": "s", "Labels": '["a"]'}, "labels"),
        ({"Action": "CallMcpTool", "SessionId": "s", "Name": "shell", "Args": "[" * 100_000}, "neither JSON nor"),
        ({"Action": "CreateMcpSession", "Timeout": "soon"}, "timeout"),
        ({"Action": "CreateMcpSession", "Timeout": "5", "MaxRuntime": "long"}, "long"),
        ({"Action": "CreateMcpSession", "EnableRecord": "perhaps"}, "enable_record"),
        ({"Action": "CreateMcpSession", "ExtraConfigs": "{"}, "neither JSON nor"),
        ({"Action": "CreateMcpSession", "ExtraConfigs.Mobile": "x"}, "extra_configs"),
        ({"Action": "GetLink", "SessionId": "s", "Port": "http"}, "port"),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_wrong_parameter_is_refused_with_its_name(form: dict[str, str], why: str) -> None:
    with pytest.raises(InvalidRequest, match=why) as failure:
        ask_bay(form)
    assert (failure.value.code, failure.value.status) == ("InvalidParameter", 400)


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b"5", b"\xff", b"[" * 100_000], ids=lambda body: repr(body[:9]))
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"CreateMcpSession: The request body is not (a JSON object|JSON)"):
        ask_agb("/mcp/createSession", body)


@pytest.mark.parametrize("body", [b"", b"  ", b"{}"], ids=["none", "blank", "empty"])
def test_a_body_may_be_left_out(body: bytes) -> None:
    assert ask_agb("/mcp/createSession", body).request == CreateRequest()


@pytest.mark.parametrize(
    "names",
    [["ExtraConfigs.Mobile", "ExtraConfigs.Mobile.X"], ["ExtraConfigs" + ".a" * 100_000]],
    ids=["a leaf with a branch", "a deep tree"],
)
def test_dotted_names_that_make_no_tree_are_refused(names: list[str]) -> None:
    with pytest.raises(InvalidRequest):
        ask_bay({"Action": "CreateMcpSession", **dict.fromkeys(names, "1")})


@pytest.mark.parametrize("body", [{"extraConfigs": {}}, {"maxRuntime": []}], ids=json.dumps)
def test_a_field_that_agb_lacks_is_passed_over(body: dict[str, Any]) -> None:
    assert ask_agb("/mcp/createSession", json.dumps(body).encode()).request == CreateRequest()


@some
@given(body=st.binary(), action=st.sampled_from(sorted(OPERATIONS.by_action)))
def test_arbitrary_bytes_are_a_request_or_are_refused(body: bytes, action: str) -> None:
    try:
        accepted = BAY.parse_request(HttpRequest("POST", f"https://gw.invalid/?Action={action}", {}, body), OPERATIONS)
    except InvalidRequest:
        return
    assert isinstance(accepted.request, Wire)


@some
@given(
    path=st.sampled_from(sorted(OPERATIONS.by_path)),
    body=st.dictionaries(texts | st.sampled_from(["sessionId", "args", "labels", "Labels", "timeout"]), json_values),
)
def test_arbitrary_json_is_a_request_or_is_refused(path: str, body: dict[str, Any]) -> None:
    try:
        accepted = ask_agb(path, json.dumps(body).encode())
    except InvalidRequest:
        return
    assert isinstance(accepted.request, Wire)


@pytest.mark.parametrize("page", [{"PageNumber": "2", "PageSize": "5"}, {"MaxResults": "5", "NextToken": "T"}], ids=str)
@pytest.mark.parametrize("in_query", [True, False], ids=["query", "form"])
def test_a_page_of_files_is_heard_by_number_and_by_mark(page: dict[str, str], in_query: bool) -> None:
    form = {"Action": "DescribeContextFiles", "ContextId": "c", "ParentFolderPath": "/p"}
    received = ask_bay(form, page) if in_query else ask_bay(form | page)
    wanted = {"page_number": 2, "page_size": 5} if "PageSize" in page else {"max_results": 5, "next_token": "T"}
    assert received.request == FilesRequest(context_id="c", parent_folder_path="/p", **wanted)


def test_the_types_of_internal_contexts_are_heard_in_both_forms() -> None:
    wanted = InternalRequest(session_id="s", context_types=["file_transfer", "browser"])
    dotted = {"ContextTypes.1": "file_transfer", "ContextTypes.2": "browser"}
    as_form = ask_bay({"Action": "GetAndLoadInternalContext", "SessionId": "s", **dotted}).request
    query = {"sessionId": "s", "contextTypes": '["file_transfer", "browser"]'}
    as_text = ask_agb("/sdk/GetAndLoadInternalContext", b"{}", query).request
    assert (as_form, as_text) == (wanted, wanted)


@pytest.mark.parametrize(
    "item",
    [
        {"ContextId": "c", "Path": "/p", "Policy": '{"uploadPolicy": {}}'},
        {"contextId": "c", "path": "/p", "policy": '{"uploadPolicy": {}}', "unknown": 1},
    ],
    ids=["PascalCase", "camelCase"],
)
def test_bindings_are_heard_in_any_case(item: dict[str, Any]) -> None:
    form = {"Action": "BindContexts", "SessionId": "s", "PersistenceDataList": json.dumps([item])}
    bound = PersistenceItem(context_id="c", path="/p", policy='{"uploadPolicy": {}}')
    assert ask_bay(form).request == BindRequest(session_id="s", persistence_data_list=[bound])
