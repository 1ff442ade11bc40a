"""The direct route: what opens it, what it answers, what it refuses."""

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sessionbay import Session
from sessionbay.engine import LocalEngine

from .conftest import Raw, client_of
from .processes import ENOUGH


@dataclass
class Direct:
    """A session's direct route, and the token that opens it."""

    url: str
    token: str

    def post(self, body: object, *, header: str | None = None) -> httpx.Response:
        """Send any body."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"x-access-token": self.token if header is None else header}
        return httpx.post(f"{self.url}/callTool", content=content, headers=headers, trust_env=False, timeout=ENOUGH)

    def call(self, tool: str, **args: Any) -> httpx.Response:
        """Call a tool as the clouds' own clients do."""
        call = {"args": args, "server": "wuying_shell", "requestId": "link-1-2", "tool": tool, "token": self.token}
        return self.post(call)


def direct_of(engine: LocalEngine, session: Session) -> Direct:
    data = Raw(engine).agentbay("GetSession", SessionId=session.session_id).json()["Data"]
    return Direct(data["LinkUrl"], data["Token"])


@pytest.fixture
def direct(engine: LocalEngine, session: Session) -> Direct:
    return direct_of(engine, session)


def test_the_answer_is_shaped_as_both_clouds_clients_read_it(direct: Direct) -> None:
    answer = direct.call("shell", command="echo hi")
    body = answer.json()
    assert (answer.status_code, body["success"], body["requestId"]) == (200, True, "link-1-2")
    rpc = json.loads(body["data"])
    assert (rpc["jsonrpc"], rpc["id"], rpc["result"]["isError"]) == ("2.0", "link-1-2", False)
    assert json.loads(rpc["result"]["content"][0]["text"])["stdout"] == "hi\n"


def test_a_tools_own_failure_is_an_answer(direct: Direct) -> None:
    result = json.loads(direct.call("read_file", path="/no/such").json()["data"])["result"]
    assert (result["isError"], "/no/such" in result["content"][0]["text"]) == (True, True)


def test_both_clouds_name_the_same_route(engine: LocalEngine, session: Session, direct: Direct) -> None:
    data = Raw(engine).agb("/mcp/getSession", sessionId=session.session_id).json()["data"]
    assert (data["linkUrl"], data["token"]) == (direct.url, direct.token)


@pytest.mark.parametrize("header", ["", "wrong", "%E4"])
def test_without_its_token_in_the_header_it_is_shut(direct: Direct, header: str) -> None:
    answer = direct.post(
        {"tool": "shell", "args": {"command": "true"}}, header=header.encode("latin-1").decode("latin-1")
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")


def test_a_wrong_token_in_the_body_shuts_it_too(direct: Direct) -> None:
    answer = direct.post({"tool": "shell", "args": {"command": "true"}, "requestId": "r", "token": "wrong"})
    assert (answer.status_code, answer.json()["requestId"]) == (401, "r")


def test_the_engines_own_key_does_not_open_it(engine: LocalEngine, direct: Direct) -> None:
    answer = direct.post({"tool": "shell", "args": {}}, header=engine.api_key.reveal())
    assert answer.status_code == 401


def test_the_token_of_another_session_does_not_open_it(engine: LocalEngine, direct: Direct) -> None:
    with client_of(engine) as bay, bay.session() as other:
        answer = direct.post({"tool": "shell", "args": {}}, header=direct_of(engine, other).token)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"args": {}}', b'{"tool": "shell", "args": "{}"}']
)
def test_what_is_no_call_is_reported(direct: Direct, body: bytes) -> None:
    answer = direct.post(body)
    assert (answer.status_code, answer.json()["code"], answer.json()["success"]) == (400, "InvalidParameter", False)


def test_a_body_that_is_too_large_is_reported(direct: Direct) -> None:
    answer = direct.post(b" " * (64 * 2**20 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "RequestTooLarge")


def test_a_paused_session_refuses(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session() as session:
        direct = direct_of(engine, session)
        session.pause(poll_interval=0.01)
        answer = direct.call("shell", command="true")
        assert (answer.status_code, answer.json()["code"]) == (409, "InvalidSessionStatus")
        assert "PAUSED" in answer.json()["message"]


def test_the_token_ends_with_its_session(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session() as session:
        direct = direct_of(engine, session)
    answer = direct.call("shell", command="true")
    assert (answer.status_code, answer.json()["code"]) == (401, "Unauthorized")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_old_route_with_everything_in_the_address_is_not_served(direct: Direct, method: str) -> None:
    query = {"server": "wuying_shell", "tool": "shell", "args": "{}", "token": direct.token, "requestId": "vpc-1-a"}
    answer = httpx.request(method, f"{direct.url}/callTool", params=query, trust_env=False, timeout=ENOUGH)
    assert answer.status_code in (400, 404, 405), answer.text


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}])
def test_it_is_for_programs_on_this_machine_only(direct: Direct, headers: dict[str, str]) -> None:
    headers = {"x-access-token": direct.token, **headers}
    answer = httpx.post(f"{direct.url}/callTool", json={}, headers=headers, trust_env=False, timeout=ENOUGH)
    assert answer.status_code == 403
