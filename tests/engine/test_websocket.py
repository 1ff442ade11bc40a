"""The hub of a session: who may connect, what frames it takes, what it survives."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.ws import file_watch

from .conftest import Raw, client_of
from .hubs import FILES, PATIENCE, TERMINALS, HubClient, access_of, hub_of


@pytest.fixture
def hub(engine: LocalEngine, session: Session) -> Iterator[HubClient]:
    with hub_of(engine, session) as client:
        yield client


def refusal(url: str, **headers: str) -> int:
    """Return the status with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refused:
        connect(url, additional_headers=headers, proxy=None, open_timeout=PATIENCE)
    return refused.value.response.status_code


def test_both_clouds_are_reported_the_address(engine: LocalEngine, session: Session) -> None:
    url, token = access_of(engine, session)
    answer = Raw(engine).agb("/mcp/getSession", sessionId=session.session_id).json()["data"]
    assert (answer["wsUrl"], answer["token"]) == (url, token)
    assert url == f"{engine.endpoint.replace('http', 'ws')}/ws/{session.session_id}"


def test_without_the_direct_route_there_is_no_hub_to_be_told_of(engine_without_direct_route: LocalEngine) -> None:
    with client_of(engine_without_direct_route) as bay, bay.session() as session:
        assert access_of(engine_without_direct_route, session) == ("", "")


@pytest.mark.parametrize("headers", [{}, {"X-Access-Token": ""}, {"X-Access-Token": "wrong"}])
def test_without_its_token_the_handshake_is_refused(
    engine: LocalEngine, session: Session, headers: dict[str, str]
) -> None:
    assert refusal(access_of(engine, session)[0], **headers) == 401


def test_another_sessions_token_opens_nothing(engine: LocalEngine, session: Session) -> None:
    with client_of(engine) as bay, bay.session() as other:
        assert refusal(access_of(engine, session)[0], **{"X-Access-Token": access_of(engine, other)[1]}) == 401


def test_a_session_that_there_is_not_is_refused_like_a_wrong_token(engine: LocalEngine, session: Session) -> None:
    url, token = access_of(engine, session)
    assert refusal(url.replace(session.session_id, "session-none"), **{"X-Access-Token": token}) == 401


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_page_of_the_web_is_refused_though_it_has_the_token(
    engine: LocalEngine, session: Session, headers: dict[str, str]
) -> None:
    url, token = access_of(engine, session)
    assert refusal(url, **{"X-Access-Token": token}, **headers) == 403


def test_another_hosts_name_is_refused_though_it_has_the_token(engine: LocalEngine, session: Session) -> None:
    url, token = access_of(engine, session)
    port = urlsplit(url).port
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock, pytest.raises(InvalidStatus) as refused:
        evil = url.replace("127.0.0.1", "evil.example")
        connect(evil, sock=sock, additional_headers={"X-Access-Token": token}, proxy=None)
    assert refused.value.response.status_code == 403


def test_an_address_that_is_no_hub_is_refused(engine: LocalEngine) -> None:
    assert refusal(f"{engine.endpoint.replace('http', 'ws')}/elsewhere") in (403, 404)


def test_a_server_that_there_is_not_is_reported_with_those_that_are(hub: HubClient) -> None:
    call = hub.say("wuying_elsewhere", "x")
    frame = hub.frame(lambda frame: frame["invocationId"] == call)
    assert frame["source"] == "WEBSOCKET_SERVER"
    assert all(name in frame["error"] for name in ("wuying_elsewhere", TERMINALS, FILES))


def test_a_method_that_there_is_not_is_reported_with_those_that_are(hub: HubClient) -> None:
    error = hub.call(TERMINALS, "pty.fly")["error"]
    assert "pty.fly" in error
    assert "pty.create" in error


@pytest.mark.parametrize("text", ["", "x", "[]", "null", '{"a":1}', "[" * 100_000, '{"invocationId":""}', "\ud7ff"])
def test_what_is_no_frame_is_refused_and_the_connection_goes_on(hub: HubClient, text: str) -> None:
    hub.socket.send(text)
    assert hub.frame(lambda frame: frame["source"] == "WEBSOCKET_SERVER")["error"]
    assert "result" in hub.call(TERMINALS, "pty.list")


def test_a_frame_may_come_as_bytes(hub: HubClient) -> None:
    frame = {"requestId": "by-another-name", "target": TERMINALS, "data": '{"method": "pty.list"}'}
    hub.socket.send(json.dumps(frame).encode())
    assert "result" in hub.frame(lambda frame: frame["invocationId"] == "by-another-name")["data"]


def test_a_message_that_is_too_large_ends_the_connection(engine: LocalEngine, session: Session) -> None:
    with hub_of(engine, session) as hub, pytest.raises(ConnectionClosed) as closed:
        hub.socket.send("x" * 2**20 * 5)
        hub.socket.recv(PATIENCE)
    # What the server did not read any more may end the connection before its last word has arrived.
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    target=st.sampled_from([TERMINALS, FILES, "?"]),
    method=st.sampled_from(["pty.connect", "pty.input", "pty.resize", "subscribe_file_change", ""]) | st.text(),
    params=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["ptySessionId", "cols", "rows", "data", "encoding", "path"]) | st.text(),
                inner,
                max_size=4,
            )
        ),
        max_leaves=10,
    ),
)
def test_no_frame_brings_the_hub_down(hub: HubClient, target: str, method: str, params: object) -> None:
    frame = {"invocationId": "odd", "source": "SDK", "target": target, "data": {"method": method, "params": params}}
    hub.socket.send(json.dumps(frame))
    assert hub.frame(lambda frame: frame["invocationId"] == "odd")
    assert "result" in hub.call(TERMINALS, "pty.list")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(message=st.text() | st.binary())
def test_no_message_brings_the_hub_down(hub: HubClient, message: str | bytes) -> None:
    hub.socket.send(message if isinstance(message, bytes) else message.encode("utf-8", "replace").decode())
    assert "result" in hub.call(TERMINALS, "pty.list")


def test_the_end_of_a_session_is_the_end_of_its_connections(engine: LocalEngine) -> None:
    with client_of(engine) as bay, contextlib.ExitStack() as stack:
        session = bay.create().session
        assert session is not None
        access = access_of(engine, session)
        hub = stack.enter_context(hub_of(engine, session))
        hub.terminal()
        session.delete()
        with pytest.raises(ConnectionClosed) as closed:
            hub.event("never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1001
        assert refusal(access[0], **{"X-Access-Token": access[1]}) == 401


def test_a_ping_is_answered(hub: HubClient) -> None:
    assert hub.socket.ping().wait(PATIENCE)


def test_there_is_a_most_of_connections(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session() as session, contextlib.ExitStack() as stack:
        url, token = access_of(engine, session)
        for _ in range(64):
            stack.enter_context(hub_of(engine, session))
        assert refusal(url, **{"X-Access-Token": token}) == 429


def test_who_has_no_token_cannot_slow_down_who_has_one(engine: LocalEngine, session: Session) -> None:
    url, _ = access_of(engine, session)
    parts = urlsplit(url)
    head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    request = (head + upgrade + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode()
    before = usual_wait(engine)
    with contextlib.ExitStack() as stack:
        for number in range(500):
            sock = stack.enter_context(socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE))
            sock.sendall(request if number % 2 else head.encode())
        assert usual_wait(engine) < max(5.0, 5 * before)


def usual_wait(engine: LocalEngine) -> float:
    """Return the seconds that a call with the key usually takes."""
    took: list[float] = []
    for _ in range(20):
        begun = time.perf_counter()
        assert Raw(engine).agentbay("ListSession").json()["Success"]
        took.append(time.perf_counter() - begun)
    return sorted(took)[10]


def test_calls_of_one_connection_do_not_wait_for_each_other(
    engine: LocalEngine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watch, "POLL_TIMEOUT", 2 * PATIENCE)  # for which the watch has nothing to say
    session.command.run("mkdir -p quiet")
    with hub_of(engine, session) as hub:
        hub.call(FILES, "subscribe_file_change", path="quiet")
        begun = time.monotonic()
        hub.call(TERMINALS, "pty.list")
        assert time.monotonic() - begun < PATIENCE


def changes_of(hub: HubClient, count: int) -> list[tuple[str, str, str]]:
    """Return the next changes, as many as asked for at the least."""
    found: list[tuple[str, str, str]] = []
    while len(found) < count:
        events = hub.event("file_change")["events"]
        found += [(event["eventType"], event["path"], event["pathType"]) for event in events]
    return found


@pytest.fixture
def watched(session: Session, hub: HubClient) -> Iterator[str]:
    folder = f"/tmp/watched-{threading.get_native_id()}-{time.monotonic_ns()}"  # inside the session
    session.command.run(f"mkdir -p {folder}/sub")
    assert hub.call(FILES, "subscribe_file_change", path=folder)["phase"] == "end"
    yield folder
    hub.call(FILES, "unsubscribe_file_change", path=folder)


def test_a_new_file_is_news_of_itself_and_of_its_folder(session: Session, hub: HubClient, watched: str) -> None:
    session.file_system.write_file(f"{watched}/a.txt", "1")
    assert changes_of(hub, 2) == [("create", f"{watched}/a.txt", "file"), ("modify", watched, "directory")]
    session.file_system.write_file(f"{watched}/a.txt", "12")
    assert changes_of(hub, 1) == [("modify", f"{watched}/a.txt", "file")]
    session.command.run(f"rm {watched}/a.txt")
    assert changes_of(hub, 2) == [("delete", f"{watched}/a.txt", "file"), ("modify", watched, "directory")]


def test_folders_below_are_watched_too(session: Session, hub: HubClient, watched: str) -> None:
    session.command.run(f"mkdir {watched}/sub/deep")
    assert ("create", f"{watched}/sub/deep", "directory") in changes_of(hub, 2)


def test_what_happened_between_two_connections_is_reported_to_the_next(
    engine: LocalEngine, session: Session, watched: str
) -> None:
    folder = f"{watched}/sub"
    with hub_of(engine, session) as first:
        first.call(FILES, "subscribe_file_change", path=folder)
    session.command.run(f"touch {folder}/meanwhile")
    with hub_of(engine, session) as second:
        assert ("create", f"{folder}/meanwhile", "file") in changes_of(second, 1)
        second.call(FILES, "unsubscribe_file_change", path=folder)


def test_after_the_subscription_nothing_is_reported(session: Session, hub: HubClient, watched: str) -> None:
    hub.call(FILES, "unsubscribe_file_change", path=watched)
    session.command.run(f"touch {watched}/later")
    with pytest.raises(TimeoutError):
        hub.event("file_change", 0.7)


@pytest.mark.parametrize("path", ["/no/such/folder", "/etc/passwd", "", "\0"])
def test_what_is_no_folder_cannot_be_watched(hub: HubClient, path: str) -> None:
    assert hub.call(FILES, "subscribe_file_change", path=path)["error"]


def test_a_client_that_reads_again_gets_the_last_pong(engine: LocalEngine, session: Session) -> None:
    url, token = access_of(engine, session)
    with connect(
        url, additional_headers={"X-Access-Token": token}, proxy=None, open_timeout=PATIENCE, max_queue=1
    ) as client:
        for _ in range(8):
            client.send(json.dumps({"invocationId": "x" * 500_000}))  # each is refused, with an answer of that size
        last = client.ping()
        for _ in range(8):
            client.recv(PATIENCE)
        assert last.wait(PATIENCE)
