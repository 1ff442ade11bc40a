"""The requests that delete a session after a signal: what the client itself would send, over plain sockets."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from sessionbay._http.plain_connection import Server
from sessionbay.core.challenge import KnownEngine
from sessionbay.core.http import HttpRequest
from sessionbay.core.secrets import Secret
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.exit_requests import ExitRequests
from sessionbay.operations.registry import OPERATIONS
from sessionbay.shutdown import DELETED, Outcome

from .certificates import client_context, server_context
from .raw_server import Peer, RawServer, Script, always, answer, once
from .support import key_of

KEY = Secret("akm-key")
DIALECTS = {"agentbay": AgentBayDialect, "agb": AGBDialect}


def reply(**fields: Any) -> bytes:
    return answer(json.dumps({"Success": True, "RequestId": "R", **fields}).encode())


def in_turn(*replies: bytes) -> Script:
    """Return the script that answers one request after the other."""

    def script(peer: Peer) -> None:
        for each in replies:
            peer.read()
            peer.write(each)
        peer.wait_for_end()

    return script


def requests(server: RawServer, cloud: str = "agentbay", **settings: Any) -> ExitRequests:
    settings = {"tls": None, "proxy": None, "known": None} | settings
    target = Server.of(server.url, **settings)
    assert target
    return ExitRequests(DIALECTS[cloud](server.url, KEY), target)


def attempt(deletion: Any) -> Outcome:
    outcome: Outcome = deletion(time.monotonic() + 60)
    return outcome


def parsed(request: bytes) -> tuple[str, Mapping[str, Any], str]:
    """Return the operation, the fields and the key of a request, as the engine reads them."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    dialect = AGBDialect if "authorization" in headers else AgentBayDialect
    sent = HttpRequest(method, f"http://{headers['host']}{target}", headers, body)
    found = dialect.parse_request(sent, OPERATIONS)
    return found.op.action, found.request.model_dump(), key_of(dialect, sent)


@pytest.mark.parametrize("tls", [None, client_context], ids=["plain", "tls"])
@pytest.mark.parametrize("cloud", DIALECTS)
def test_a_deletion_is_sent_over_plain_sockets(cloud: str, tls: Any) -> None:
    with RawServer(always(reply()), tls=tls and server_context()) as server:
        assert attempt(requests(server, cloud, tls=tls and tls()).deletion("session-1")) == DELETED
    assert [parsed(request) for request in server.requests] == [
        ("DeleteSessionAsync", {"session_id": "session-1"}, KEY.reveal())
    ]


@pytest.mark.parametrize("cloud", DIALECTS)
def test_an_id_that_needs_an_encoding_gets_it(cloud: str) -> None:
    with RawServer(always(reply())) as server:
        attempt(requests(server, cloud).deletion('a&b="c"'))
    assert parsed(server.requests[0])[1] == {"session_id": 'a&b="c"'}


def test_a_request_of_agentbay_has_a_new_nonce_and_the_time() -> None:
    with RawServer(always(reply())) as server:
        deletion = requests(server).deletion("session-1")
        attempt(deletion)
        attempt(deletion)
    first, second = (request.split(b" ", 2)[1] for request in server.requests)
    assert first.rpartition(b"=")[2] != second.rpartition(b"=")[2]
    assert b"1970" not in first
    assert b"here" not in first


def test_a_paused_session_is_resumed_before_it_is_deleted() -> None:
    refused = reply(Success=False, Code="InvalidSessionStatus")
    scripts = in_turn(refused, reply(Data={"Status": "PAUSED"}), reply()), in_turn(reply())
    with RawServer(*scripts) as server:
        deletion = requests(server).deletion("session-1")
        assert attempt(deletion) == Outcome("it was PAUSED", final=False)
        assert attempt(deletion) == DELETED
    actions = [parsed(request)[0] for request in server.requests]
    assert actions == ["DeleteSessionAsync", "GetSession", "ResumeSessionAsync", "DeleteSessionAsync"]


@pytest.mark.parametrize(
    ("labels", "outcome"),
    [("attempt-1", DELETED), ("another", Outcome("its creation was under way", final=False))],
)
def test_only_the_session_of_the_attempt_itself_is_deleted(labels: str, outcome: Outcome) -> None:
    answers = (
        reply(Data=[{"SessionId": "session-1"}]),
        reply(Data={"Labels": json.dumps({"sessionbay.attempt": labels})}),
        reply(),
    )
    with RawServer(in_turn(*answers)) as server:
        assert attempt(requests(server).undo("attempt-1")) == outcome


def test_what_is_refused_or_broken_is_tried_three_times_and_shows_no_key() -> None:
    replies = (
        reply(Success=False, Code="Forbidden", Message=f"no {KEY.reveal()}"),
        answer(b"no JSON"),
        answer(b"{}", status="503 Busy"),
    )
    with RawServer(*(in_turn(each, reply(Data={"Status": "RUNNING"})) for each in replies)) as server:
        deletion = requests(server).deletion("session-1")
        assert [attempt(deletion) for _ in replies] == [
            ("[Forbidden] no ***", False),
            ("the response with HTTP status 200 is not JSON", False),
            ("refused with HTTP 503", True),
        ]


def test_an_http_proxy_is_used() -> None:
    with RawServer(once(reply())) as proxy, RawServer() as server:
        target = requests(server, proxy=proxy.url.replace("//", "//user:word@")).deletion("session-1")
        assert attempt(target) == DELETED
        assert server.requests == []
    assert proxy.requests[0].startswith(f"POST {server.url}/?".encode())
    assert b"Proxy-Authorization: Basic dXNlcjp3b3Jk\r\n" in proxy.requests[0]


def test_a_tunnel_that_a_proxy_refuses_is_a_failure() -> None:
    with RawServer(once(answer(status="407 Login"))) as proxy, RawServer(tls=server_context()) as server:
        target = requests(server, proxy=proxy.url, tls=client_context()).deletion("session-1")
        assert attempt(target).reason == "the proxy refused the connection: HTTP/1.1 407 Login"
    assert proxy.requests[0].startswith(f"CONNECT 127.0.0.1:{server.port} HTTP/1.1\r\n".encode())


def test_plain_requests_leave_other_proxies_to_the_client() -> None:
    assert Server.of("https://cloud.example", client_context(), "socks5://127.0.0.1:1080", None) is None


def test_a_stranger_on_the_port_of_an_engine_gets_no_key() -> None:
    with RawServer(always(reply())) as server:
        target = requests(server, known=KnownEngine(KEY, server.port)).deletion("session-1")
        assert "not the engine" in attempt(target).reason
    assert KEY.reveal().encode() not in b"".join(server.requests)
