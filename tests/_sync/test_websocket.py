# Generated from tests/_async/test_websocket.py by scripts/generate_sync.py. Do not edit.
"""The line to a session over scripted hubs: whose each frame is, and what befalls a connection."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from sessionbay import AgentBay, AgentBayError, PtyError, PtyUsageError, Session
from sessionbay._http.tls import TlsSettings
from sessionbay._sync.ws import multiplexer as lines
from sessionbay._sync.ws.multiplexer import Multiplexer
from sessionbay.core.errors import Kind
from sessionbay.core.secrets import Secret
from sessionbay.core.websocket import WebSocketAddress
from sessionbay.operations import dispatcher, frames
from sessionbay.operations.dispatcher import Subscription

from ..certificates import client_context, server_context
from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_hub import RawHub, echo, hub, until_gone
from ..raw_server import BEYOND, BOUND, RawServer, Script, answer, once, once_and_close, silence
from ..threads._sync import Background, until

TOKEN = "token-that-nobody-may-see"
Frame = dict[str, Any]


@contextmanager
def line_to(server: RawServer, **options: Any) -> Iterator[Multiplexer]:
    """Give a line to a scripted hub."""
    url = server.url.replace("http", "ws", 1) + "/ws/session-1"
    tls = TlsSettings(options.get("verify", True), trust_env=False)
    line = Multiplexer(WebSocketAddress.of(url, Secret(TOKEN)), tls, time.monotonic)
    try:
        yield line
    finally:
        line.close()


def call(line: Multiplexer, limit: float = BOUND, **params: Any) -> Any:
    return line.call("SERVER", "method", params, PtyError, limit)


def failure(line: Multiplexer, limit: float = BOUND) -> PtyError:
    """Return why a call failed."""
    with pytest.raises(PtyError) as raised:
        call(line, limit)
    return raised.value


def test_the_handshake_shows_the_token_and_no_origin() -> None:
    seen: list[RawHub] = []

    def script(raw: RawHub) -> None:
        seen.append(raw)
        echo(raw)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            assert call(line, x=1) == {"x": 1}
            assert call(line, x=2) == {"x": 2}
        assert server.accepted == 1
    assert seen[0].headers[b"x-access-token"] == TOKEN.encode()
    assert not {b"origin", b"sec-websocket-protocol", b"sec-websocket-extensions"} & seen[0].headers.keys()
    assert seen[0].closed == 1000


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "429 Too Many", "503 Unavailable", "200 OK"])
def test_a_refused_handshake_is_reported_with_its_status(status: str) -> None:
    with RawServer(once(answer(TOKEN.encode(), status=status))) as server:
        with line_to(server) as line:
            error = failure(line)
    assert (error.kind, error.outcome, error.http_status_code) == ("refused", "not_sent", int(status[:3]))
    assert TOKEN not in str(error)


NO_HANDSHAKE = {
    "closed": b"",
    "garbage": b"\x00\x01\x02\xff" * 10,
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "half a head": b"HTTP/1.1 101 Switching Protocols\r\nUpg",
    "no key": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "a wrong key": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Accept: AAAA\r\n\r\n",
}


@pytest.mark.parametrize("response", NO_HANDSHAKE.values(), ids=NO_HANDSHAKE)
def test_a_handshake_that_is_none_is_an_unreachable_session(response: bytes) -> None:
    with RawServer(once_and_close(response)) as server:
        with line_to(server) as line:
            error = failure(line)
            assert (error.kind, error.outcome) == ("unreachable", "not_sent")


def test_a_handshake_that_is_not_answered_ends_in_time() -> None:
    with RawServer(silence) as server:
        with line_to(server) as line:
            begun = time.monotonic()
            error = failure(line, limit=0.2)
            assert (error.kind, error.outcome) == ("timeout", "not_sent")
            assert time.monotonic() - begun < BEYOND


def test_a_hub_that_is_not_there_is_unreachable() -> None:
    with RawServer() as server:
        pass
    with line_to(server) as line:
        assert (failure(line)).kind == "unreachable"


def test_it_speaks_tls_to_whom_it_trusts_and_to_no_other() -> None:
    with RawServer(hub(echo), tls=server_context()) as server:
        with line_to(server, verify=client_context()) as line:
            assert call(line, text="x" * 100_000) == {"text": "x" * 100_000}
        with line_to(server) as line:
            assert "certificate verify failed" in str(failure(line))


def replying(frame: Callable[[Frame], object]) -> Script:
    """Return the script that answers the first call with a frame, and all others as it should."""

    def script(raw: RawHub) -> None:
        first = raw.frame()
        response = frame(first)
        raw.text(response) if isinstance(response, str) else raw.send(response)
        echo(raw)

    return hub(script)


def to(sent: Frame, **more: Any) -> Frame:
    return {"invocationId": sent["invocationId"], "source": "SERVER", "target": "SDK", **more}


ANSWERS: dict[str, tuple[Callable[[Frame], object], Any]] = {
    "a result": (lambda sent: to(sent, data={"result": {"a": 1}}), {"a": 1}),
    "a result that is no object": (lambda sent: to(sent, data={"result": [1]}), {"result": [1]}),
    "no result": (lambda sent: to(sent, data={"status": "ok"}), {"status": "ok"}),
    "data as text": (lambda sent: to(sent, data='{"result": {"a": 1}}'), {"a": 1}),
    "a request id": (
        lambda sent: {"requestId": sent["invocationId"], "source": "S", "target": "SDK", "data": {"result": {}}},
        {},
    ),
    "the hub itself": (
        lambda sent: {"invocationId": sent["invocationId"], "source": "WEBSOCKET_SERVER", "data": {"ok": True}},
        {"ok": True},
    ),
}
FAILURES: dict[str, tuple[Callable[[Frame], object], Kind, str]] = {
    "an error": (lambda sent: to(sent, data={"error": "no such thing"}), "refused", "no such thing"),
    "an error of another kind": (lambda sent: to(sent, data={"error": {"code": 5}}), "refused", '"code": 5'),
    "the hub's error": (
        lambda sent: {"invocationId": sent["invocationId"], "source": "WEBSOCKET_SERVER", "error": "no target"},
        "refused",
        "no target",
    ),
    "the hub's error in its data": (
        lambda sent: to(sent, source="WEBSOCKET_SERVER", data={"error": "no target"}),
        "refused",
        "no target",
    ),
    "no data": (lambda sent: to(sent), "invalid_response", "not a JSON object"),
    "data that is no JSON": (lambda sent: to(sent, data="{"), "invalid_response", "not JSON"),
    "no target": (
        lambda sent: {"invocationId": sent["invocationId"], "source": "S", "data": {}},
        "invalid_response",
        "no target",
    ),
}


@pytest.mark.parametrize(("frame", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_read_in_each_of_its_forms(frame: Callable[[Frame], object], expected: Any) -> None:
    with RawServer(replying(frame)) as server:
        with line_to(server) as line:
            assert call(line) == expected


@pytest.mark.parametrize(("frame", "kind", "reason"), FAILURES.values(), ids=FAILURES)
def test_a_failure_is_reported_and_the_line_goes_on(frame: Callable[[Frame], object], kind: Kind, reason: str) -> None:
    with RawServer(replying(frame)) as server:
        with line_to(server) as line:
            error = failure(line)
            assert (error.kind, reason in str(error)) == (kind, True), error
            assert call(line, x=1) == {"x": 1}
        assert server.accepted == 1


DROPPED: dict[str, object] = {
    "no JSON": "garbage",
    "no object": "[1]",
    "no id": {"source": "S", "target": "SDK", "data": {}},
    "an id that is no text": {"invocationId": 5, "target": "SDK", "data": {}},
    "nobody's answer": {"invocationId": "unknown", "source": "S", "target": "SDK", "data": {"result": {}}},
    "nobody's push": {"invocationId": "push", "source": "S", "target": "OTHER", "data": {"eventType": "x"}},
    "a hostile depth": "[" * 100_000,
}


@pytest.mark.parametrize("frame", DROPPED.values(), ids=DROPPED)
def test_a_frame_that_is_nobodys_is_dropped(frame: object) -> None:
    def script(raw: RawHub) -> None:
        sent = raw.frame()
        raw.text(frame) if isinstance(frame, str) else raw.send(frame)
        raw.reply(sent, result={})
        echo(raw)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            assert call(line) == {}


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        ({"phase": "event", "eventType": "x"}, "event", ""),
        ({"phase": "event", "error": {"code": "x"}}, "event", ""),
        ({"phase": "event", "error": "ends it"}, "failed", "ends it"),
        ({"phase": "end"}, "end", ""),
        ({"phase": "error"}, "failed", "it failed"),
        ({"phase": "error", "error": {"why": 1}}, "failed", '"why": 1'),
        ({"phase": "later"}, "failed", "'later'"),
        ({}, "failed", "None"),
    ],
)
def test_a_stream_is_read_by_its_phases(data: Frame, kind: str, problem: str) -> None:
    with RawServer(replying(lambda sent: to(sent, data=data))) as server:
        with line_to(server) as line:
            frame = frames.call("1", "SERVER", "run", {}, "stream")
            subscription = line.request(frame, PtyError, Subscription("1", streams=True))
            message = line.next(subscription, PtyError, BOUND, "run")
            assert (message.kind, problem in message.error) == (kind, True)


def test_many_wait_and_each_gets_its_own_answer_in_whatever_order() -> None:
    def script(raw: RawHub) -> None:
        sent = [raw.frame() for _ in range(20)]
        for frame in reversed(sent):
            raw.reply(frame, result=frame["data"]["params"])
        until_gone(raw)

    found: dict[int, Any] = {}
    with RawServer(hub(script)) as server:
        with line_to(server) as line:

            def request(number: int) -> None:
                found[number] = call(line, n=number)

            with Background() as beside:
                for number in range(20):
                    beside.start(request, number)
        assert server.accepted == 1
    assert found == {number: {"n": number} for number in range(20)}


def test_whoever_gives_up_reading_hands_on() -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={})
        raw.frame()
        second = raw.frame()
        raw.peer.server.reached.wait(BOUND)
        raw.reply(second, result={"n": 2})
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            call(line)

            def give_up(_: int) -> None:
                assert (failure(line, limit=0.5)).kind == "timeout"
                server.reached.set()

            def request(_: int) -> None:
                assert call(line, n=2) == {"n": 2}

            with Background() as beside:
                beside.start(give_up, 1)
                until(lambda: bool(line._waiting))
                beside.start(request, 2)


@pytest.mark.parametrize("end", ["closed", "reset", "half a frame", "half a message", "goodbye", "no frame"])
def test_a_lost_connection_fails_all_that_wait_at_once_and_the_next_use_connects_anew(end: str) -> None:
    def script(raw: RawHub) -> None:
        for _ in range(3):
            raw.frame()
        if end == "reset":
            raw.peer.reset()
        elif end == "half a frame":
            raw.peer.write(raw.bytes_of('{"invocationId": 1}')[:-5])
        elif end == "half a message":
            raw.part('{"invocationId')
        elif end == "goodbye":
            raw.close(1001, "going away")
        elif end == "no frame":
            raw.peer.write(b"\xff\xff\xff\xff")

    with RawServer(hub(script), hub(echo)) as server:
        with line_to(server) as line:

            def fail(_: int) -> None:
                assert (failure(line)).kind == "unreachable"

            with Background() as beside:
                for number in range(3):
                    beside.start(fail, number)
            assert call(line, x=1) == {"x": 1}
        assert server.accepted == 2


def test_a_connection_that_ended_while_nobody_looked_is_not_used_again() -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={})
        raw.close(1001, "bye")

    with RawServer(hub(script), hub(echo)) as server:
        with line_to(server) as line:
            call(line)
            until(lambda: line._socket is not None and not line._socket.is_quiet)
            assert call(line, x=1) == {"x": 1}


def test_the_hubs_question_for_a_sign_of_life_is_answered() -> None:
    pongs: list[int] = []

    def script(raw: RawHub) -> None:
        sent = raw.frame()
        raw.ping()
        raw.reply(sent, result={})
        until_gone(raw)
        pongs.append(raw.pongs)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            call(line)
    assert pongs == [1]


def test_a_hub_that_gives_no_sign_of_life_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PING_INTERVAL", 0.1)
    monkeypatch.setattr(lines, "PONG_TIMEOUT", 0.2)

    def script(raw: RawHub) -> None:
        raw.frame()
        raw.peer.server.ending.wait(BOUND)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            error = failure(line)
            assert (error.kind, "no sign of life" in str(error)) == ("unreachable", True)


@pytest.mark.one_driver
def test_a_slow_hub_that_answers_questions_for_a_sign_of_life_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lines, "PING_INTERVAL", 0.1)
    monkeypatch.setattr(lines, "PONG_TIMEOUT", 2.0)
    with RawServer(hub(until_gone)) as server:
        with line_to(server) as line:
            assert (failure(line, limit=5.0)).kind == "timeout"


def test_a_message_beyond_all_measure_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionbay.core.websocket.MAX_MESSAGE", 1000)
    with RawServer(replying(lambda sent: to(sent, data={"result": {"text": "x" * 2000}}))) as server:
        with line_to(server) as line:
            error = failure(line)
            assert (error.kind, "more than 1000 bytes" in str(error)) == ("invalid_response", True)


def test_a_message_of_several_megabytes_comes_through() -> None:
    with RawServer(replying(lambda sent: to(sent, data={"result": {"text": "x" * 5_000_000}}))) as server:
        with line_to(server) as line:
            assert len((call(line))["text"]) == 5_000_000


def test_an_answer_that_comes_too_late_disturbs_nobody() -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={})
        first, second = raw.frame(), raw.frame()
        raw.reply(first, result={"n": 1})
        raw.reply(second, result={"n": 2})
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            call(line)
            assert (failure(line, limit=0.5)).kind == "timeout"
            assert call(line) == {"n": 2}


def test_what_nobody_reads_holds_the_hub_back_and_those_who_wait_get_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_BUFFERED", 10_000)
    sent: list[int] = []

    def script(raw: RawHub) -> None:
        raw.peer.sock.settimeout(0.3)
        try:
            for _ in range(20_000):
                raw.push("SERVER", text="x" * 2000)
                sent.append(2000)
        except TimeoutError:
            raw.peer.sock.settimeout(BOUND)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with line_to(server) as line:
            subscription = Subscription(route="SERVER")
            line.subscribe([subscription], PtyError)
            error = failure(line, limit=3.0)
            assert (error.kind, "waits to be read" in str(error)) == ("timeout", True)
            assert subscription._buffered < 10_000 + 2 * 2**20  # what came in one piece
            assert sum(sent) < 20_000 * 2000
            assert len((line.next(subscription, PtyError, BOUND, "news")).data["text"]) == 2000


def test_a_closed_line_refuses_and_wakes_who_waits() -> None:
    with RawServer(hub(until_gone)) as server:
        with line_to(server) as line:

            def request(_: int) -> None:
                assert (failure(line)).kind == "usage"

            with Background() as beside:
                beside.start(request, 1)
                until(lambda: bool(line._waiting))
                line.close("the session was deleted")
            assert "was deleted" in str(failure(line))


def known(**details: Any) -> FakeCloud:
    return FakeCloud(GetSession=yes({"SessionId": "session-1", **details}))


def session_with(**details: Any) -> Session:
    """Return a session of which the cloud tells what is given."""
    options = {name: details.pop(name) for name in ("proxy", "allow_http") if name in details}
    with AgentBay(KEY, transport=known(**details), **options) as bay:
        found = (bay.get("session-1")).session
        with pytest.raises(PtyError) as raised:
            found.pty.list()
        raise raised.value


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({}, "has no WebSocket address"),
        ({"WsUrl": "wss://hub.example/ws"}, "has no WebSocket address"),
        ({"Token": TOKEN}, "has no WebSocket address"),
        ({"WsUrl": "ws://hub.example/ws", "Token": TOKEN}, "neither wss nor on this machine"),
        ({"WsUrl": "wss://hub.example/ws", "Token": TOKEN, "proxy": "http://127.0.0.1:9"}, "do not go through"),
    ],
)
def test_a_session_without_a_way_to_its_hub_says_so(details: dict[str, Any], reason: str) -> None:
    with pytest.raises(PtyUsageError, match=reason) as raised:
        session_with(**details)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("url", ["https://hub.example/ws", "nonsense", "ws://"])
def test_an_address_that_is_none_is_the_clouds_mistake(url: str) -> None:
    with pytest.raises(AgentBayError) as raised:
        session_with(WsUrl=url, Token=TOKEN)
    assert raised.value.kind == "invalid_response"


def test_the_hub_of_the_engine_is_closed_to_who_has_another_token(bay_session: Session) -> None:
    bay_session.connection.details = bay_session.connection.details.model_copy(update={"token": "wrong"})
    with pytest.raises(PtyError, match="HTTP status 401") as raised:
        bay_session.pty.list()
    assert raised.value.http_status_code == 401


def test_deleting_the_session_closes_its_line(bay: AgentBay) -> None:
    with bay.session() as session:
        session.pty.list()
        (line,) = bay.core.api.multiplexers.get().values()
        session.delete()
        assert line.is_closed
        with pytest.raises(AgentBayError, match="was deleted"):
            session.pty.list()


def test_sessions_of_the_same_id_share_a_line(bay: AgentBay, bay_session: Session) -> None:
    again = (bay.get(bay_session.session_id)).session
    bay_session.pty.list()
    again.pty.list()
    assert len(bay.core.api.multiplexers.get()) == 1
