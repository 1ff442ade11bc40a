"""JSON that the official clients read is read: with a byte order mark, with lone surrogates."""

import json

import pytest
from hypothesis import given, strategies as st

from sessionbay.core.http import HttpResponse
from sessionbay.core.json_text import readable
from sessionbay.core.secrets import Secret
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.operations import direct_route, frames, session


class Named(Wire):
    name: str


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('\ufeff{"name": "a"}', "a"),
        (r'{"name": "a\ud800b"}', "a\ufffdb"),
        (r'{"name": "\uDFFF"}', "\ufffd"),
        (r'{"name": "\ud83d\ude00"}', "\U0001f600"),
        (r'{"name": "\ud800\ud83d\ude00\udc00"}', "\ufffd\U0001f600\ufffd"),
        (r'{"name": "\\ud800"}', r"\ud800"),
        (r'{"name": "\\\ud800"}', "\\\ufffd"),
    ],
)
def test_a_mark_is_skipped_and_a_lone_surrogate_replaced(text: str, name: str) -> None:
    assert Named.model_validate_json(text).name == Named.model_validate_json(text.encode()).name == name


@given(st.text())
def test_valid_json_is_left_as_it_is(text: str) -> None:
    for encoded in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        assert readable(encoded) == encoded
        assert readable(encoded.encode("utf-8", "surrogatepass")) == encoded.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("dialect", [AgentBayDialect, AGBDialect])
def test_a_session_in_such_a_response_is_read(dialect: type[AgentBayDialect | AGBDialect]) -> None:
    body = '\ufeff{"success": true, "code": "ok", "data": {"sessionId": "session-1", "errMsg": "\\ud800"}}'
    cloud = dialect(endpoint="https://gw.invalid", api_key=Secret("akm-x"))
    result = cloud.decode(session.CREATE, HttpResponse(200, {}, body.encode()))
    assert (result.success, result.unwrap().session_id, result.unwrap().err_msg) == (True, "session-1", "\ufffd")


def test_an_answer_of_the_direct_route_and_a_frame_are_read_too() -> None:
    rpc = json.dumps({"result": {"content": [{"type": "text", "text": "a"}]}}).replace('"a"', r'"\ud800"')
    body = json.dumps({"success": True, "data": rpc})
    assert direct_route.parse_response(HttpResponse(200, {}, b"\xef\xbb\xbf" + body.encode())).data == "\ufffd"
    assert frames.read(r'{"target": "t", "requestId": "r", "data": {"text": "\ud800"}}').data == {"text": "\ufffd"}
