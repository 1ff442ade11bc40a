"""What answers of the direct route mean."""

import json
from typing import Any

import pytest

from sessionbay.core.http import HttpResponse, InvalidResponse
from sessionbay.models.tools import ToolContent
from sessionbay.operations import direct_route

from ..support import json_answer

RESULT = {"content": [{"type": "text", "text": "hi"}], "isError": False}


@pytest.mark.parametrize(
    "data",
    [{"result": RESULT}, json.dumps({"result": RESULT}), {"jsonrpc": "2.0", "id": 1, "result": json.dumps(RESULT)}],
    ids=["object", "text", "text inside"],
)
def test_a_result_is_read_as_an_object_and_as_text(data: Any) -> None:
    result = direct_route.parse_response(
        json_answer({"code": 200, "success": True, "requestId": "link-1", "data": data})
    )
    assert (result.success, result.data, result.request_id) == (True, "hi", "link-1")


@pytest.mark.parametrize(
    ("item", "content"),
    [
        ("hi", ToolContent("text", "hi")),
        ({"text": "hi"}, ToolContent("text", "hi")),
        ({"type": "resource", "blob": "aGk="}, ToolContent("resource", "", "aGk=")),
        ({"type": "image", "data": "aGk=", "mimeType": "image/png"}, ToolContent("image", "", "aGk=", "image/png")),
    ],
)
def test_an_item_of_content_has_several_forms(item: Any, content: ToolContent) -> None:
    result = direct_route.parse_response(json_answer({"data": {"result": {"content": [item]}}}))
    assert result.content == (content,)


@pytest.mark.parametrize(
    ("body", "status", "code", "reported"),
    [
        ({"data": {"error": {"code": -32602, "message": "no such tool"}}}, 200, "-32602", "[-32602] no such tool"),
        ({"data": {"error": {}}}, 200, "", "refused with HTTP 200"),
        ({"code": "BadGateway", "message": "no machine"}, 502, "BadGateway", "[BadGateway] no machine"),
        ({"code": 403}, 403, "403", "[403] refused with HTTP 403"),
        ({"data": {"result": RESULT}}, 500, "", "refused with HTTP 500"),
    ],
)
def test_a_refusal_keeps_what_it_says(body: dict[str, Any], status: int, code: str, reported: str) -> None:
    result = direct_route.parse_response(json_answer(body, status))
    assert (result.success, result.data, result.code, result.error_message) == (False, None, code, reported)
    assert result.http_status_code == status


@pytest.mark.parametrize(
    ("content", "reported"),
    [([{"type": "text", "text": "boom"}], "boom"), ([], "the tool failed without a reason")],
)
def test_a_tool_that_fails_on_the_direct_route_is_a_refusal(content: list[Any], reported: str) -> None:
    result = direct_route.parse_response(json_answer({"data": {"result": {"isError": True, "content": content}}}))
    assert (result.success, result.is_error, result.data, result.error_message) == (False, True, None, reported)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"{}",
        b'{"data": null}',
        b'{"data": {}}',
        b'{"data": "hi"}',
        b'{"data": {"result": {"content": 5}}}',
        b'{"data": {"result": {"isError": "perhaps"}}}',
        b'{"data": "\xff"}',
        json.dumps({"data": "[" * 100_000}).encode(),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_holds_no_result_is_no_answer(body: bytes) -> None:
    with pytest.raises(InvalidResponse):
        direct_route.parse_response(HttpResponse(200, {}, body))


def test_a_refusal_of_the_route_itself_keeps_its_reason() -> None:
    result = direct_route.parse_response(
        json_answer({"success": False, "code": "TokenExpired", "message": "ask for a new one"})
    )
    assert result.error_message == "[TokenExpired] ask for a new one"


def test_a_call_shows_its_token_to_nobody() -> None:
    call = direct_route.DirectCall(
        args={}, server="wuying_shell", request_id="link-1", tool="shell", token="tok-canary"
    )
    assert "canary" not in repr(call)
