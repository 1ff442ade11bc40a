"""Tools by their names, and the direct route by hand."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from .conftest import Do

SERVED = {"shell", "read_file", "write_file", "list_directory", "get_file_info", "move_file", "get_metrics"}


def direct(session: Any, token: str) -> Any:
    """Call a tool of a session over plain HTTP."""
    call = {"args": {"command": "echo by hand"}, "server": "", "requestId": "link-1", "tool": "shell", "token": token}
    request = urllib.request.Request(
        f"{session.link_url}/callTool",
        json.dumps(call).encode(),
        {"Content-Type": "application/json", "X-Access-Token": token},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_the_tools_are_listed_with_their_arguments(session: Any, do: Do) -> None:
    tools = {tool.name: tool for tool in do(session.list_mcp_tools()).tools}
    assert tools.keys() >= SERVED
    assert {name: tools[name].server for name in ("shell", "read_file")} == {
        "shell": "wuying_shell",
        "read_file": "wuying_filesystem",
    }


def test_a_tool_is_called_by_its_name(machine: Any, do: Do) -> None:
    result = do(machine.call_mcp_tool("shell", {"command": "echo named", "timeout_ms": 30_000}))
    assert (result.success, json.loads(result.data)["stdout"]) == (True, "named\n")


def test_an_unknown_tool_is_refused_by_its_name(machine: Any, do: Do) -> None:
    result = do(machine.call_mcp_tool("make_coffee", {}))
    assert (result.success, "make_coffee" in result.error_message) == (False, True)


def test_an_argument_that_is_missing_is_named(machine: Any, do: Do) -> None:
    result = do(machine.call_mcp_tool("read_file", {}))
    assert (result.success, "path" in result.error_message) == (False, True)


def test_a_tool_of_a_session_that_is_gone_is_refused(bay: Any, do: Do) -> None:
    session = do(bay.create()).session
    do(session.delete())
    session.link_url = ""
    result = do(session.call_mcp_tool("shell", {"command": "true"}))
    assert (result.success, "InvalidMcpSession.NotFound" in result.error_message) == (False, True)


def test_the_direct_route_is_open_to_those_who_hold_the_token(session: Any) -> None:
    reply = json.loads(direct(session, session.token)["data"])["result"]
    assert (reply["isError"], json.loads(reply["content"][0]["text"])["stdout"]) == (False, "by hand\n")


def test_the_direct_route_is_shut_to_others(session: Any) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        direct(session, "another")


def test_what_the_engine_has_no_tool_for_is_refused_by_name(machine: Any, do: Do) -> None:
    result = do(machine.oss.upload_anonymous("https://example.com/a", "/tmp/a"))
    assert (result.success, "oss_upload_annon" in result.error_message) == (False, True)
