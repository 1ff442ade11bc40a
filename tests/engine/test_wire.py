"""The engine's wire: what other clients send, and what nobody should."""

import json
import socket

import httpx
import pytest

from sessionbay.engine import LocalEngine, request_body

from .conftest import Raw
from .processes import ENOUGH


def test_an_unknown_action_is_named(raw: Raw) -> None:
    answer = raw.agentbay("MakeCoffee")
    assert (answer.status_code, answer.json()["Code"]) == (400, "ActionNotSupportedLocally")
    assert "MakeCoffee" in answer.json()["Message"]


def test_an_unknown_path_is_named(raw: Raw) -> None:
    answer = raw.agb("/mcp/makeCoffee")
    assert (answer.status_code, answer.json()["code"]) == (400, "ActionNotSupportedLocally")
    assert "/mcp/makeCoffee" in answer.json()["message"]


def test_an_action_that_only_the_cloud_has_is_refused_with_the_reason(raw: Raw) -> None:
    answer = raw.agentbay("GetAdbLink", SessionId="session-1", Option="{}")
    assert (answer.status_code, answer.json()["Code"]) == (400, "ActionNotSupportedLocally")
    assert "phone" in answer.json()["Message"]


def test_a_path_that_only_the_cloud_has_is_refused_with_the_reason(raw: Raw) -> None:
    answer = raw.agb("/mcp/releaseSession")
    assert "/mcp/releaseSessionAsync" in answer.json()["message"]


@pytest.mark.parametrize("key", ["", "akm-wrong", "\u540d"])
def test_a_wrong_key_is_refused_by_both_wires(raw: Raw, key: str) -> None:
    assert raw.agentbay("ListSession", key=key, Labels="{}").json()["Code"] == "NOT_LOGIN"
    header = b"Bearer " + key.encode() if key else b"Bearer"
    answer = raw.post("/mcp/getSession", json={"sessionId": "x"}, headers={"authorization": header})
    assert answer.json()["code"] == "NOT_LOGIN"


def test_a_key_may_stand_in_the_query(raw: Raw) -> None:
    key = raw.engine.api_key.reveal()
    answer = raw.post(f"/?Action=ListSession&Authorization=Bearer+{key}", data={"Labels": "{}"})
    assert answer.json()["Success"] is True


def test_the_action_may_stand_in_its_header_alone(raw: Raw) -> None:
    data = {"Authorization": f"Bearer {raw.engine.api_key.reveal()}", "Labels": "{}"}
    answer = raw.post("/?Format=json", data=data, headers={"x-acs-action": "ListSession"})
    assert answer.json()["Success"] is True


@pytest.mark.parametrize("word", ["True", "true", "False", "false"])
def test_booleans_are_read_in_any_case(raw: Raw, word: str) -> None:
    answer = raw.agentbay("CallMcpTool", SessionId="session-x", Name="shell", Args="{}", AutoGenSession=word)
    assert answer.json()["Code"] == "InvalidMcpSession.NotFound"


def test_unknown_fields_are_ignored(raw: Raw) -> None:
    assert raw.agentbay("ListSession", Labels="{}", Invented="x").json()["Success"] is True


def test_a_missing_field_is_named(raw: Raw) -> None:
    answer = raw.agentbay("GetSession")
    assert (answer.status_code, answer.json()["Code"]) == (400, "InvalidParameter")
    assert "session_id" in answer.json()["Message"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_object_is_refused(raw: Raw, body: bytes) -> None:
    headers = {"content-type": "application/json", "authorization": raw.engine.api_key.reveal()}
    answer = raw.post("/mcp/getSession", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidParameter")


def test_labels_that_are_not_json_are_refused(raw: Raw) -> None:
    assert raw.agentbay("ListSession", Labels="{").json()["Code"] == "InvalidParameter"


def test_a_mark_of_a_page_that_was_not_given_out_is_refused(raw: Raw) -> None:
    for mark in ("AAAA", "\u540d", "not base64!"):
        answer = raw.agentbay("ListSession", Labels="{}", NextToken=mark)
        assert (answer.json()["Success"], answer.json()["Code"]) == (False, "InvalidNextToken")


def test_an_unknown_session_is_refused_in_the_clouds_own_words(raw: Raw) -> None:
    answer = raw.agentbay("GetSession", SessionId="session-x")
    assert answer.status_code == 400
    assert answer.json()["Message"] == "  Resource [McpSession] is not found."
    assert raw.agb("/mcp/getSession", sessionId="session-x").json()["success"] is False


def test_every_answer_carries_a_request_id(raw: Raw) -> None:
    answers = [raw.agentbay("ListSession", Labels="{}"), raw.agentbay("Nothing"), raw.agentbay("ListSession", key="x")]
    ids = [answer.json()["RequestId"] for answer in answers]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil:1"])
def test_a_foreign_host_is_refused_before_all_else(raw: Raw, host: str) -> None:
    answer = raw.post("/?Action=ListSession", headers={"host": host})
    assert (answer.status_code, "Invalid Host" in answer.text) == (403, True)


@pytest.mark.parametrize("host", ["http://127.0.0.1:{port}", "localhost:{port}"])
def test_the_hosts_that_clients_of_the_clouds_send_are_accepted(raw: Raw, host: str) -> None:
    port = httpx.URL(raw.engine.endpoint).port
    data = {"Authorization": f"Bearer {raw.engine.api_key.reveal()}", "Labels": "{}"}
    answer = raw.post("/?Action=ListSession", headers={"host": host.format(port=port)}, data=data)
    assert answer.json()["Success"] is True


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_the_web_is_refused_even_with_the_key(raw: Raw, headers: dict[str, str]) -> None:
    data = {"Authorization": f"Bearer {raw.engine.api_key.reveal()}", "Labels": "{}"}
    assert raw.post("/?Action=ListSession", headers=headers, data=data).status_code == 403


def test_a_body_beyond_all_reason_is_refused(raw: Raw) -> None:
    answer = raw.post("/?Action=ListSession", content=b"x" * (request_body.MAX_KEYLESS_BODY + 1))
    assert (answer.status_code, answer.json()["Code"]) == (413, "RequestTooLarge")


@pytest.mark.parametrize("path", ["/?Action=ListSession", "/sdk/ListMcpSession"])
def test_a_body_that_does_not_come_to_its_end_is_given_up(raw: Raw, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setattr(request_body, "BODY_TIMEOUT", 0.2)
    key = f"Authorization: {raw.engine.api_key.reveal()}\r\n"
    port = int(raw.engine.endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 9\r\n{key}\r\nhalf".encode())
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"was not complete within 0.2 s" in answer


def test_the_direct_route_needs_the_sessions_own_token(raw: Raw) -> None:
    made = raw.agentbay("CreateMcpSession").json()["Data"]
    call = {"args": {"command": "echo hi"}, "server": "", "requestId": "r", "tool": "shell", "token": ""}
    url = f"{made['LinkUrl']}/callTool"
    answers = [
        httpx.post(url, json=call, headers={"x-access-token": token}, trust_env=False, timeout=ENOUGH).status_code
        for token in ("", raw.engine.api_key.reveal(), made["Token"])
    ]
    raw.agentbay("DeleteSessionAsync", SessionId=made["SessionId"])
    assert answers == [401, 401, 200]


def test_the_engine_reports_that_it_is_there(engine: LocalEngine) -> None:
    assert httpx.get(f"{engine.endpoint}/health", trust_env=False, timeout=ENOUGH).json()["engine"] == "sessionbay"


@pytest.mark.parametrize("image", ["mobile_latest", "windows_latest"])
def test_an_image_that_no_linux_can_run_is_refused_with_what_to_use_instead(raw: Raw, image: str) -> None:
    answer = raw.agentbay("CreateMcpSession", ImageId=image).json()
    assert (answer["Success"], answer["Code"]) == (False, "ImageNotSupportedLocally")
    assert "cloud" in answer["Message"]


@pytest.mark.parametrize("field", [{"NetworkId": "n"}, {"LoadSkill": "True"}])
def test_what_the_engine_does_not_have_yet_is_refused(raw: Raw, field: dict[str, str]) -> None:
    assert raw.agentbay("CreateMcpSession", **field).json()["Code"] == "NotSupportedLocally"


def test_changes_of_a_folder_are_reported_to_those_who_ask(raw: Raw) -> None:
    session = raw.agentbay("CreateMcpSession").json()["Data"]["SessionId"]

    def use(name: str, **args: str) -> str:
        answer = raw.agentbay("CallMcpTool", SessionId=session, Name=name, Args=json.dumps(args)).json()
        text: str = answer["Data"]["content"][0]["text"]
        return text

    use("create_directory", path="asked")
    before = use("get_file_change", path="asked")
    use("write_file", path="asked/a.txt", content="1")
    changes = json.loads(use("get_file_change", path="asked"))
    raw.agentbay("DeleteSessionAsync", SessionId=session)
    assert json.loads(before) == []
    assert {"eventType": "create", "path": "asked/a.txt", "pathType": "file"} in changes
