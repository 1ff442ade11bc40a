"""Tools by their names, and links."""

import json
import urllib.request
from typing import Any

import pytest


def test_the_tools_are_listed_with_their_arguments(session: Any) -> None:
    tools = {tool.name: tool for tool in session.list_mcp_tools().tools}
    assert tools.keys() >= {"shell", "read_file", "write_file", "list_directory", "get_file_info", "move_file"}
    assert set(tools["shell"].input_schema["properties"]) >= {"command", "timeout_ms", "cwd", "envs"}
    assert (tools["shell"].server, bool(tools["shell"].description)) == ("wuying_shell", True)


def test_a_tool_is_called_by_its_name(machine: Any) -> None:
    result = machine.call_mcp_tool("shell", {"command": "echo named", "timeout_ms": 30_000})
    assert (result.success, json.loads(result.data)["stdout"]) == (True, "named\n")


def test_an_unknown_tool_is_refused_by_its_name(machine: Any) -> None:
    result = machine.call_mcp_tool("make_coffee", {})
    assert (result.success, "make_coffee" in result.error_message) == (False, True)


def test_an_argument_that_is_missing_is_named(machine: Any) -> None:
    result = machine.call_mcp_tool("read_file", {})
    assert (result.success, "path" in result.error_message) == (False, True)


def test_a_tool_of_a_session_that_is_gone_is_refused(make: Any) -> None:
    session = make()
    session.delete()
    session.link_url = ""
    result = session.call_mcp_tool("shell", {"command": "true"})
    assert (result.success, "not found" in result.error_message) == (False, True)


def test_a_link_leads_to_a_port(session: Any, folder: str) -> None:
    session.file.write(f"{folder}/page.txt", "served")
    command = (
        "nohup python3 -u -m http.server 0 >log 2>&1 & echo $!; until grep -q port log; do sleep 0.02; done; cat log"
    )
    process, _, output = session.command.execute(command, timeout_ms=60_000, cwd=folder).stdout.partition("\n")
    result = session.get_link("https", int(output.split("port ")[1].split()[0]))
    assert result.success
    with urllib.request.urlopen(f"{result.data}page.txt", timeout=60) as page:
        assert page.read() == b"served"
    session.command.execute(f"kill {process}", timeout_ms=60_000)


@pytest.mark.defect("It loses the reason why a link is refused.")
def test_a_refused_link(session: Any) -> None:
    assert session.get_link("https", 8080).data
    result = session.get_link("http", 30100)
    assert (result.success, "InvalidProtocolType" in result.error_message) == (False, False)
    assert "https" not in result.error_message
