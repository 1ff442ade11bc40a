# Generated from tests/_async/test_tools.py by scripts/generate_sync.py. Do not edit.
"""Calling tools: by name, on both routes, within their limits."""

import json
import time
import traceback
from typing import Any

import httpx
import pytest

from sessionbay import AGB, AgentBay, Session, SessionError, SessionTimeoutError
from sessionbay.engine import LocalEngine

from ..fake_cloud import KEY, FakeCloud, no, session_data, yes
from ..raw_server import BOUND
from ..requirements import promise
from .conftest import IMAGE, connect

LINK = "https://machine.example/request_ai/x/path/"


def answered(text: str, *, is_error: bool = False) -> dict[str, Any]:
    """Return a tool's answer as both routes carry it."""
    return {"content": [{"type": "text", "text": text}], "isError": is_error}


class DirectCloud(FakeCloud):
    """A cloud whose machine answers on the direct route too."""

    def __init__(self, answer: httpx.Response, **fields: Any) -> None:
        data = session_data(**{"LinkUrl": LINK, "Token": "tok-1", **fields})
        tool = yes(answered("through the control plane"))
        super().__init__(CreateMcpSession=yes(data), GetSession=yes(data), CallMcpTool=tool)
        self._direct = answer
        self.calls: list[httpx.Request] = []

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "machine.example":
            return super()._answer(request)
        self.calls.append(request)
        return httpx.Response(self._direct.status_code, content=self._direct.content)


def session_on(cloud: FakeCloud) -> Session:
    return (AgentBay(api_key=KEY, transport=cloud).create()).session


@promise("agb.call_mcp_tool")
def test_a_tool_is_called_by_its_name(session: Session) -> None:
    result = session.call_mcp_tool("shell", {"command": "echo hi", "timeout_ms": 60_000})
    assert json.loads(result.unwrap()) == {"stdout": "hi\n", "stderr": "", "exit_code": 0}
    assert result.content[0].text == result.data


@pytest.mark.parametrize("make", [AgentBay, AGB])
def test_a_tool_is_called_through_the_control_plane_where_there_is_no_link(
    engine_without_direct_route: LocalEngine, make: type[AgentBay]
) -> None:
    client = connect(engine_without_direct_route, make)
    with client, client.session(image_id=IMAGE) as session:
        assert session.get_token() == ""
        assert (session.command.run("echo hi")).output == "hi\n"


def test_an_unknown_tool_is_refused_by_the_machine(session: Session) -> None:
    result = session.call_mcp_tool("tap", {"x": 100, "y": 200})
    assert (result.success, result.is_error) == (False, True)
    assert "no tool 'tap'" in result.error_message


def test_wrong_arguments_are_refused_by_the_machine(session: Session) -> None:
    result = session.call_mcp_tool("shell", {"timeout_ms": 5})
    assert "shell: command: Field required" in result.error_message


@promise("agb.list_mcp_tools.fields")
def test_the_tools_of_an_image_are_listed_with_their_schemas(session: Session) -> None:
    tools = {tool.name: tool for tool in (session.list_mcp_tools()).tools}
    assert tools["shell"].input_schema["required"] == ["command"]
    assert (tools["shell"].server, tools["shell"].tool) == ("wuying_shell", "shell")
    assert tools["write_file"].description


@pytest.mark.parametrize("make", [AgentBay, AGB])
@promise("agb.list_mcp_tools", "pages.list_mcp_tools")
def test_tools_are_listed_of_the_clouds_common_image_where_none_is_known(
    engine: LocalEngine, make: type[AgentBay]
) -> None:
    with connect(engine, make) as client:
        assert (Session(client, "session-1").list_mcp_tools()).success


@promise("agb.get_metrics")
def test_metrics_are_the_sessions_own(session: Session) -> None:
    metrics = (session.get_metrics()).metrics
    assert metrics.cpu_count > 0
    assert 0 < metrics.mem_used < metrics.mem_total
    assert 0 <= metrics.disk_used < metrics.disk_total


def test_metrics_show_a_busy_processor(session: Session) -> None:
    session.command.run("nohup sh -c 'while :; do :; done' >/dev/null 2>&1 &")
    give_up = time.monotonic() + BOUND
    while (result := session.get_metrics()).cpu_used_pct <= 1:  # the loop waits for its turn on a busy machine
        assert time.monotonic() < give_up
    assert result.raw["cpu_used_pct"] == result.cpu_used_pct


def test_a_call_goes_straight_to_the_machine_where_it_can() -> None:
    body = {"data": json.dumps({"result": answered("straight")}), "requestId": "link-1"}
    cloud = DirectCloud(httpx.Response(200, json=body))
    session = session_on(cloud)
    assert (session.call_mcp_tool("shell", {"command": "x"})).data == "straight"
    sent = cloud.calls[0]
    assert (str(sent.url), sent.headers["x-access-token"]) == (f"{LINK}callTool", "tok-1")
    assert "authorization" not in sent.headers
    assert json.loads(sent.content)["args"] == {"command": "x"}


def test_a_tool_whose_server_is_unknown_goes_through_the_control_plane() -> None:
    session = session_on(DirectCloud(httpx.Response(500)))
    assert (session.call_mcp_tool("unlisted", {})).data == "through the control plane"


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"result": {"content": ["bare"], "isError": False}}},
        {"data": {"result": {"content": [{"text": "bare"}]}}},
        {"data": json.dumps({"result": {"content": [{"blob": "bare"}], "isError": False}})},
    ],
)
def test_the_direct_route_may_word_its_content_in_several_ways(body: dict[str, Any]) -> None:
    session = session_on(DirectCloud(httpx.Response(200, json=body)))
    assert (session.call_mcp_tool("shell", {})).data == "bare"


@pytest.mark.parametrize(
    ("answer", "reported"),
    [
        (httpx.Response(403, json={"code": "BadToken", "message": "go away"}), "[BadToken] go away"),
        (httpx.Response(200, json={"data": {"error": {"code": -32000, "message": "broken"}}}), "[-32000] broken"),
        (httpx.Response(200, json={"data": {"result": answered("it failed", is_error=True)}}), "it failed"),
    ],
)
def test_a_refusal_on_the_direct_route_keeps_its_reason(answer: httpx.Response, reported: str) -> None:
    result = (session_on(DirectCloud(answer))).call_mcp_tool("shell", {})
    assert (result.success, result.error_message) == (False, reported)


@pytest.mark.parametrize("token", ["canary\nX-Other: 1", "canary\0", " canary", "canaryé"])
def test_a_token_that_no_header_can_hold_is_neither_sent_nor_shown(token: str) -> None:
    cloud = DirectCloud(httpx.Response(200, json={}), Token=token)
    with pytest.raises(SessionError, match="characters that are not allowed in a header") as raised:
        (session_on(cloud)).call_mcp_tool("shell", {})
    assert (raised.value.kind, raised.value.outcome) == ("invalid_response", "not_sent")
    assert "canary" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("answer", [httpx.Response(200, json={}), httpx.Response(502, text="<html>bad</html>")])
def test_nonsense_on_the_direct_route_raises(answer: httpx.Response) -> None:
    with pytest.raises(SessionError) as raised:
        (session_on(DirectCloud(answer))).call_mcp_tool("shell", {})
    assert raised.value.kind == "invalid_response"


def test_a_link_over_plain_http_to_another_machine_is_not_used() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data(LinkUrl="http://machine.example/", Token="tok-1")))
    with pytest.raises(ValueError, match="allow_http=True"):
        (session_on(cloud)).call_mcp_tool("shell", {})


def test_a_tool_call_that_may_have_arrived_is_not_repeated() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), CallMcpTool=httpx.ReadError("lost"))
    with pytest.raises(SessionError):
        (session_on(cloud)).call_mcp_tool("shell", {})
    assert cloud.requests.count("CallMcpTool") == 1


@pytest.mark.parametrize(("make", "unit"), [(AgentBay, 1.0), (AGB, 0.001)])
@promise("agb.call_mcp_tool.limits", "pages.call_mcp_tool.limits")
def test_the_limits_of_a_call_are_in_the_clouds_own_unit(make: type[AgentBay], unit: float) -> None:
    seen: dict[str, float] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.update(request.extensions["timeout"])
        raise httpx.ReadTimeout("too slow")

    client = make(api_key=KEY, transport=httpx.MockTransport(answer))
    with pytest.raises(SessionTimeoutError):
        Session(client, "session-1").call_mcp_tool("shell", {}, read_timeout=4000, connect_timeout=2000)
    assert seen["read"] == pytest.approx(4000 * unit, rel=0.01)
    assert seen["connect"] == pytest.approx(2000 * unit, rel=0.01)


@pytest.mark.parametrize("args", [["a list"], {"set": {1}}, {"nan": float("nan")}])
def test_arguments_that_json_cannot_say_are_refused_before_sending(args: Any) -> None:
    cloud = FakeCloud()
    with pytest.raises(ValueError, match="args must"):
        Session(AgentBay(api_key=KEY, transport=cloud), "session-1").call_mcp_tool("shell", args)
    assert cloud.requests == []


def test_a_refused_call_keeps_code_and_reason() -> None:
    cloud = FakeCloud(CreateMcpSession=yes(session_data()), CallMcpTool=no("QuotaExceeded", "no more today"))
    result = (session_on(cloud)).call_mcp_tool("shell", {})
    assert (result.code, result.error_message) == ("QuotaExceeded", "[QuotaExceeded] no more today")
