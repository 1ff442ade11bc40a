"""What answers mean: yes, no, or not the protocol; never a guess."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sessionbay.core.http import HttpResponse, InvalidResponse
from sessionbay.core.operation import NOTHING
from sessionbay.core.result import Result
from sessionbay.dialects.base import AnyOperation, Dialect
from sessionbay.models.contexts import ContextStatus
from sessionbay.models.tools import McpTool, ToolContent

from ..support import AGB, BAY, SPOKEN, either_dialect, json_answer, operation

PAYLOADS: dict[str, Any] = {
    "CreateMcpSession": {"session_id": "session-1", "success": True},
    "GetSession": {"session_id": "session-1", "status": "RUNNING"},
    "GetSessionDetail": {"status": "RUNNING"},
    "ListSession": [{"session_id": "session-1", "session_status": "RUNNING"}],
    "GetLabel": {"labels": '{"a": "b"}'},
    "GetMcpResource": {"session_id": "session-1", "desktop_info": {"app_id": "app-1"}},
    "GetLink": {"url": "wss://gw.invalid/T"},
    "CallMcpTool": {"content": [{"type": "text", "text": "hi"}]},
    "ListMcpTools": '[{"name": "shell"}]',
    "GetContextInfo": {"context_status": "[]"},
    "DescribeSessionContexts": [{"context_id": "c", "path": "/p", "policy": "{}"}],
    "GetAndLoadInternalContext": [{"context_id": "c", "context_path": "/p", "context_type": "file_transfer"}],
    "ListContexts": [{"id": "c", "name": "n", "state": "available"}],
    "GetContext": {"id": "c", "name": "n", "os_type": "linux"},
    "DescribeContextFiles": [{"file_name": "a.txt", "size": 12}],
    "GetContextFileUploadUrl": {"url": "https://store.invalid/a?sig=1", "expire_time": 3600},
    "GetContextFileDownloadUrl": {"url": "https://store.invalid/a?sig=2"},
    "InitBrowser": {"port": 9333},
    "GetCdpLink": {"url": "wss://example"},
    "GetAdbLink": {"url": "adb connect 192.0.2.1:5555"},
    "CreateNetwork": {"network_id": "n", "network_token": "t"},
    "DescribeNetwork": {"online": True},
    "GetSkillMetaData": {"skill_path": "/skills", "meta_data_list": [{"name": "pdf", "description": "reads"}]},
    "ListSkillMetaData": [{"name": "pdf", "skill_id": "builtin:pdf"}],
}
NEEDY = [(dialect, op) for dialect, op in SPOKEN if op.answer is not NOTHING]
NESTED = "[" * 100_000
NO_PROTOCOL = {
    "nothing": b"",
    "HTML": b"<html><body>502 Bad Gateway</body></html>",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"yes"',
    "half an object": b'{"Success": true',
    "no UTF-8": b'{"Success": true, "Code": "\xff"}',
    "a number as Success": b'{"Success": 1}',
    "a text as Success": b'{"Success": "true"}',
    "brackets without end": NESTED.encode(),
    "brackets in a field that nobody reads": b'{"Success": true, "X": ' + NESTED.encode() + b"]" * 100_000 + b"}",
    "a number of 5000 digits": b'{"Success": true, "Count": ' + b"9" * 5000 + b"}",
}


def cased(dialect: Dialect, value: Any) -> Any:
    """Return ``value`` with its names as ``dialect`` writes them."""
    if isinstance(value, list):
        return [cased(dialect, item) for item in value]
    if isinstance(value, dict):
        return {dialect.convention.case(name): cased(dialect, inner) for name, inner in value.items()}
    return value


def decode(
    dialect: Dialect,
    op: AnyOperation | str,
    body: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Result[Any]:
    """Return what an answer says; the names of its envelope are in snake_case here, those of its data as they are."""
    known = operation(op) if isinstance(op, str) else op
    envelope = {dialect.convention.case(name): value for name, value in body.items()}
    result: Result[Any] = dialect.decode(known, json_answer(envelope, status, headers))
    return result


def test_a_yes_is_a_success() -> None:
    for dialect, op in SPOKEN:
        data = cased(dialect, PAYLOADS.get(op.action))
        assert decode(dialect, op, {"success": True, "data": data}).success


@pytest.mark.parametrize("case", [str.capitalize, str.lower], ids=["Code", "code"])
def test_a_refusal_of_the_gateway_keeps_all_it_says(case: Any) -> None:
    for dialect, op in SPOKEN:
        body = {case("code"): "NOT_LOGIN", case("message"): "  log in ", "RequestId": "REQ-1", "HostId": "gw.invalid"}
        wanted = op.result(
            code="NOT_LOGIN",
            error_message="[NOT_LOGIN] log in: check the API key, and that it belongs to this endpoint",
            request_id="REQ-1",
            http_status_code=400,
        )
        assert dialect.decode(op, json_answer(body, 400)) == wanted


def test_a_refusal_in_an_answer_of_200_is_none_the_less_one() -> None:
    for dialect, op in SPOKEN:
        body = {
            "success": False,
            "code": "SomeCode",
            "message": "some message",
            "http_status_code": 409,
            "request_id": "REQ-1",
            "data": PAYLOADS.get(op.action, {}),
        }
        wanted = op.result(
            code="SomeCode", error_message="[SomeCode] some message", request_id="REQ-1", http_status_code=409
        )
        assert decode(dialect, op, body) == wanted


def test_a_refusal_counts_whatever_its_data() -> None:
    for dialect, op in SPOKEN:
        assert not decode(dialect, op, {"success": False, "data": 5}).success


@either_dialect
def test_a_refusal_without_a_code_is_reported_by_its_status(dialect: Dialect) -> None:
    assert decode(dialect, "GetSession", {"success": False}).error_message == "refused with HTTP 200"


@either_dialect
def test_an_error_status_is_a_refusal_whatever_the_body_claims(dialect: Dialect) -> None:
    body = {"success": True, "data": PAYLOADS["GetSession"]}
    assert not decode(dialect, "GetSession", body, status=500).success


@either_dialect
def test_an_error_status_without_a_reason_is_no_answer(dialect: Dialect) -> None:
    with pytest.raises(InvalidResponse, match="HTTP 503 without a reason"):
        decode(dialect, "GetSession", {"message": "busy"}, status=503)


@pytest.mark.parametrize(
    ("raw", "reported"),
    [({"err_msg": "no authorized app"}, "no authorized app"), ({}, "the cloud could not create the session")],
)
@either_dialect
def test_a_session_that_could_not_be_made_is_a_refusal(dialect: Dialect, raw: dict[str, str], reported: str) -> None:
    made = decode(dialect, "CreateMcpSession", {"success": True, "data": {"success": False, **raw}})
    assert (made.success, made.data) == (False, None)
    assert made.error_message.startswith(reported)


def test_a_session_that_could_not_be_made_may_have_no_id() -> None:
    body = {"success": True, "data": {"success": False, "err_msg": "no authorized app", "session_id": None}}
    assert decode(BAY, "CreateMcpSession", body).error_message == "no authorized app"


@pytest.mark.parametrize("action", ["CreateMcpSession", "GetSession"])
@either_dialect
def test_a_session_without_an_id_is_no_answer(dialect: Dialect, action: str) -> None:
    with pytest.raises(InvalidResponse, match="has no session id"):
        decode(dialect, action, {"success": True, "data": {"status": "RUNNING"}})


@pytest.mark.parametrize("data", [{}, {"data": None}], ids=["missing", "null"])
def test_an_answer_without_the_data_that_it_needs_is_invalid(data: dict[str, Any]) -> None:
    for dialect, op in NEEDY:
        with pytest.raises(InvalidResponse, match="the answer has no Data"):
            decode(dialect, op, {"success": True, **data})


@pytest.mark.parametrize("data", [None, "", "text", [], {}, {"a": 1}, 5, True], ids=json.dumps)
@either_dialect
def test_data_that_nobody_needs_does_no_harm(dialect: Dialect, data: Any) -> None:
    assert decode(dialect, "DeleteSessionAsync", {"success": True, "data": data}).data is None


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("CreateMcpSession", {"session_id": True}),
        ("GetSession", "session-1"),
        ("GetSession", []),
        ("GetSessionDetail", {}),
        ("ListSession", {}),
        ("ListSession", ["session-1"]),
        ("GetLabel", {"labels": "a=b"}),
        ("GetLabel", {"labels": '["a"]'}),
        ("GetLabel", {"labels": '{"a": []}'}),
        ("GetLabel", {"labels": NESTED}),
        ("GetMcpResource", {"resource_url": "https://page.invalid"}),
        ("GetLink", "wss://gw.invalid/T"),
        ("GetLink", "[]"),
        ("GetLink", {"url": ""}),
        ("CallMcpTool", {"content": "hi"}),
        ("CallMcpTool", "hi"),
        ("ListMcpTools", "{}"),
        ("ListMcpTools", '[{"server": "wuying_shell"}]'),
        ("GetContextInfo", {"context_status": "none"}),
        ("GetContextInfo", {"context_status": [{"type": "data", "data": "none"}]}),
        ("GetContextInfo", {"context_status": [{"type": "data", "data": NESTED}]}),
    ],
    ids=lambda value: json.dumps(value)[:40],
)
@either_dialect
def test_data_of_another_shape_is_no_answer(dialect: Dialect, action: str, data: Any) -> None:
    with pytest.raises(InvalidResponse, match=action) as failure:
        decode(dialect, action, {"success": True, "request_id": "REQ-1", "data": data})
    assert (failure.value.status, failure.value.request_id) == (200, "REQ-1")


@pytest.mark.parametrize("action", ["GetLink", "CallMcpTool"])
@either_dialect
def test_an_object_may_come_as_json_text(dialect: Dialect, action: str) -> None:
    text = json.dumps(cased(dialect, PAYLOADS[action]))
    as_text = decode(dialect, action, {"success": True, "data": text})
    assert as_text == decode(dialect, action, {"success": True, "data": PAYLOADS[action]})


@pytest.mark.parametrize("action", ["DeleteSessionAsync", "GetLabel"])
@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("body", NO_PROTOCOL.values(), ids=NO_PROTOCOL)
def test_what_is_not_the_protocol_is_no_answer(body: bytes, status: int, action: str) -> None:
    with pytest.raises(InvalidResponse, match=f"HTTP {status} and not the protocol") as failure:
        BAY.decode(operation(action), HttpResponse(status, {}, body))
    assert failure.value.status == status


def test_an_answer_that_does_not_say_whether_it_worked_is_none() -> None:
    with pytest.raises(InvalidResponse, match="does not say Success"):
        BAY.decode(operation("DeleteSessionAsync"), json_answer({"Code": "ok"}))


@pytest.mark.parametrize(
    "tools",
    [
        '[{"name": "shell", "server": "wuying_shell"}]',
        '[{"Name": "shell", "Server": "wuying_shell"}]',
        [{"name": "shell", "server": "wuying_shell"}],
        [{"name": "shell", "serverName": "wuying_shell", "inputSchema": {"type": "object"}}],
    ],
    ids=["text", "capitals", "array", "serverName"],
)
def test_a_list_of_tools_is_read_in_each_of_its_forms(tools: Any) -> None:
    made = decode(BAY, "CreateMcpSession", {"success": True, "data": {"session_id": "session-1", "ToolList": tools}})
    assert [(tool.name, tool.server) for tool in made.unwrap().tool_list] == [("shell", "wuying_shell")]


@pytest.mark.parametrize("tools", [None, "", " ", "shell", "[", [{"title": "nameless"}], {"a": 1}], ids=json.dumps)
def test_a_session_whose_tools_cannot_be_read_is_there_all_the_same(tools: Any) -> None:
    made = decode(BAY, "CreateMcpSession", {"success": True, "data": {"session_id": "session-1", "tool_list": tools}})
    assert made.unwrap().tool_list is None


def test_the_tools_of_an_image_are_read_whole() -> None:
    entry = {"name": "shell", "description": "Runs.", "inputSchema": {"type": "object"}, "server": "s", "tool": "shell"}
    listed = decode(BAY, "ListMcpTools", {"success": True, "data": json.dumps([entry])})
    assert listed.data == (McpTool("shell", "Runs.", {"type": "object"}, "s", "shell"),)


def test_tasks_of_a_context_are_read_out_of_json_inside_json() -> None:
    task = {"contextId": "SdkCtx-1", "path": "/p", "status": "Success", "taskType": "upload", "startTime": 1}
    groups = [
        {"type": "data", "data": json.dumps([task])},
        {"type": "other", "data": "?"},
        {"type": "data", "data": []},
    ]
    seen = decode(BAY, "GetContextInfo", {"success": True, "data": {"context_status": json.dumps(groups)}})
    assert seen.data == (ContextStatus("SdkCtx-1", "/p", "Success", "upload", start_time=1),)


@pytest.mark.parametrize("status", ["", None, "[]"])
def test_a_session_without_contexts_has_no_tasks(status: str | None) -> None:
    assert decode(BAY, "GetContextInfo", {"success": True, "data": {"context_status": status}}).data == ()


def test_all_texts_of_a_tool_are_its_answer() -> None:
    content = [{"type": "text", "text": "one"}, {"type": "image", "data": "aGk="}, {"type": "text", "text": "two"}]
    called = decode(BAY, "CallMcpTool", {"success": True, "data": {"content": content}})
    assert called.data == "one\ntwo"


def test_a_tool_that_answers_an_image_alone_answers_its_data() -> None:
    content = [{"type": "image", "data": "aGk=", "mimeType": "image/png"}]
    called: Any = decode(BAY, "CallMcpTool", {"success": True, "data": {"content": content}})
    assert (called.data, called.content) == ("aGk=", (ToolContent("image", "", "aGk=", "image/png"),))


@either_dialect
def test_a_tool_that_fails_is_a_refusal_with_its_text(dialect: Dialect) -> None:
    data = {"content": [{"type": "text", "text": "boom"}], "is_error": True}
    called = decode(dialect, "CallMcpTool", {"success": True, "data": data})
    assert (called.success, called.data, called.error_message) == (False, None, "boom")


@pytest.mark.parametrize(("raw", "success"), [({"success": True}, True), ({"success": False, "code": "X"}, False)])
def test_agb_may_answer_a_deletion_inside_of_body(raw: dict[str, Any], success: bool) -> None:
    deleted = decode(AGB, "DeleteSessionAsync", {"headers": {}, "status_code": 200, "body": raw | {"request_id": "R"}})
    assert (deleted.success, deleted.request_id) == (success, "R")


@pytest.mark.parametrize("op", [operation("GetSession"), operation("ListSession")], ids=lambda op: op.action)
def test_data_inside_of_body_is_read_or_no_answer(op: AnyOperation) -> None:
    body = {"body": {"success": True, "data": PAYLOADS[op.action]}}
    assert decode(AGB, op, body).data == decode(AGB, op, body["body"]).data


@pytest.mark.parametrize(("raw", "known"), [({}, "HEAD-1"), ({"request_id": "REQ-1"}, "REQ-1")])
@either_dialect
def test_the_request_id_of_the_header_stands_in_for_that_of_the_body(
    dialect: Dialect, raw: dict[str, str], known: str
) -> None:
    headers = {"x-request-id": "HEAD-1"}
    assert decode(dialect, "PauseSessionAsync", {"success": True, **raw}, headers=headers).request_id == known


@pytest.mark.parametrize(
    ("body", "status"), [(b"<html>", 502), (b'{"success": true, "data": 5}', 200)], ids=["HTML", "other data"]
)
def test_what_is_no_answer_keeps_the_request_id_of_its_header(body: bytes, status: int) -> None:
    with pytest.raises(InvalidResponse) as failure:
        AGB.decode(operation("GetSession"), HttpResponse(status, {"x-request-id": "HEAD-1"}, body))
    assert failure.value.request_id == "HEAD-1"


@pytest.mark.parametrize(
    ("raw", "reported"),
    [
        ({"next_token": "T", "max_results": 10, "total_count": 7}, ("T", 10, 7)),
        ({"next_token": "", "max_results": "10", "count": 7}, ("", 10, 7)),
        ({"next_token": None, "count": 3, "total_count": 7}, ("", None, 7)),
        ({"next_token": 5}, ("5", None, None)),
        ({"total_count": 0, "count": 3}, ("", None, 0)),
    ],
)
@either_dialect
def test_the_marks_of_a_page_are_read_in_each_clouds_words(
    dialect: Dialect, raw: dict[str, Any], reported: tuple[str, int | None, int | None]
) -> None:
    page: Any = decode(dialect, "ListSession", {"success": True, "data": [], **raw})
    assert (page.next_token, page.max_results, page.total_count) == reported


def test_fields_that_nobody_knows_are_passed_over() -> None:
    for dialect, op in SPOKEN:
        payload = PAYLOADS.get(op.action)
        more = payload | {"new_field": {"deep": [1]}} if isinstance(payload, dict) else payload
        plain = decode(dialect, op, {"success": True, "data": payload})
        extended = decode(dialect, op, {"success": True, "data": more, "new_field": 1})
        assert extended == plain


@pytest.mark.parametrize(
    ("action", "data", "read"),
    [
        ("CreateMcpSession", {"session_id": 17, "http_port": 30100}, lambda made: (made.session_id, made.http_port)),
        ("GetSessionDetail", {"status": 17}, lambda status: status),
        ("GetLabel", {"labels": {"a": 17}}, lambda labels: labels["a"]),
        ("GetMcpResource", {"session_id": 17}, lambda info: info.session_id),
    ],
)
def test_numbers_where_texts_belong_are_read_as_texts(action: str, data: dict[str, Any], read: Any) -> None:
    found = read(decode(BAY, action, {"success": True, "data": data}).unwrap())
    assert found in ("17", ("17", "30100"))


@pytest.mark.parametrize(("code", "read"), [(200, "200"), ("ok", "ok"), (None, "")])
def test_a_code_may_be_a_number(code: Any, read: str) -> None:
    assert decode(BAY, "PauseSessionAsync", {"success": True, "code": code}).code == read
