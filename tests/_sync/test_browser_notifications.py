# Generated from tests/_async/test_browser_notifications.py by scripts/generate_sync.py. Do not edit.
"""Notifications of the browser over scripted hubs."""

import logging
from typing import Any

import pytest

from sessionbay import BrowserError, BrowserNotifyMessage, BrowserUsageError, Session
from sessionbay._sync import browser_notifications

from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import RawServer
from ..threads._sync import until
from .test_pty import session_at

SERVER = "wuying_cdp_mcp_server"
TAKEOVER = {
    "type": "call-for-user",
    "id": 7,
    "code": 101,
    "message": "captcha request",
    "action": "takeover",
    "extraParams": {"max_wait_time": 180},
}
DONE = {"type": "call-for-user", "id": 7, "code": 199, "message": "user handle done", "action": "takeoverdone"}
Seen = list[BrowserNotifyMessage]


def pushing(*pushes: dict[str, Any], kept: list[RawHub] | None = None) -> Any:
    """Return a hub that pushes once it was sent a message, and keeps what it is sent."""

    def script(raw: RawHub) -> None:
        (kept if kept is not None else []).append(raw)
        raw.frame()
        for data in pushes:
            raw.push(SERVER, **data)
        until_gone(raw)

    return hub(script)


def poke(session: Session) -> None:
    assert session.browser.send_notify_message(BrowserNotifyMessage(type="call-for-user", id=1, code=0))


def test_messages_are_sent_as_recorded_before_and_after_any_callback() -> None:
    sent: list[Any] = []

    def script(raw: RawHub) -> None:
        while frame := raw.frame():
            sent.append(frame)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            poke(session)
            session.browser.register_callback(print)
            assert (session.browser.send_takeover_done(7)).data is True
            session.browser.unregister_callback()
            session.browser.send_takeover_done(7)
            until(lambda: len(sent) == 3)
        assert server.accepted == 1
    assert [frame["data"] for frame in sent] == [{"type": "call-for-user", "id": 1, "code": 0}, DONE, DONE]
    assert {(frame["source"], frame["target"]) for frame in sent} == {("SDK", SERVER)}
    assert len({frame["invocationId"] for frame in sent}) == 3


def test_notifications_reach_the_function_in_their_order() -> None:
    seen: Seen = []
    pushes: tuple[dict[str, Any], ...] = ({"result": {}}, TAKEOVER, {"code": 202, "action": "resume"})
    with RawServer(pushing(*pushes)) as server:
        with session_at(server) as session:
            assert session.browser.register_callback(seen.append)
            poke(session)
            until(lambda: len(seen) == 2)
    assert (seen[0], seen[1].code) == (BrowserNotifyMessage.from_map(TAKEOVER), 202)
    assert seen[0].extra_params == {"max_wait_time": 180}


def test_the_function_may_answer_and_unregister_itself() -> None:
    answers: list[Any] = []

    def script(raw: RawHub) -> None:
        raw.frame()
        raw.push(SERVER, **TAKEOVER)
        answers.append(raw.frame()["data"])
        raw.push(SERVER, **TAKEOVER)
        answers.append(raw.frame()["data"])
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:

            def answer(message: BrowserNotifyMessage) -> None:
                session.browser.send_takeover_done(message.id or 0)
                session.browser.unregister_callback()

            session.browser.register_callback(answer)
            poke(session)
            until(lambda: len(answers) == 1)
            poke(session)  # the second push comes when nobody listens
            until(lambda: len(answers) == 2)
    assert answers == [DONE, {"type": "call-for-user", "id": 1, "code": 0}]


def test_a_function_replaces_the_one_before_and_its_errors_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    seen: Seen = []

    def fail(message: BrowserNotifyMessage) -> None:
        seen.append(message)
        raise RuntimeError("the function is wrong")

    with RawServer(pushing(TAKEOVER, TAKEOVER)) as server:
        with session_at(server) as session:
            session.browser.register_callback(lambda message: seen.clear())
            session.browser.register_callback(fail)
            poke(session)
            until(lambda: len(seen) == 2)
            until(lambda: caplog.text.count("the function is wrong") >= 2)


def test_after_unregistering_the_shared_connection_serves_on() -> None:
    seen: Seen = []

    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={"ptySessionId": "pty-1"})
        raw.push(SERVER, **TAKEOVER)
        raw.push("PTY_SERVER", eventType="pty.exit", ptySessionId="pty-1", exitCode=7)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            session.browser.register_callback(seen.append)
            session.browser.unregister_callback()
            session.browser.unregister_callback()
            terminal = session.pty.create()
            assert terminal.wait(timeout_s=10) == 7
            session.browser.register_callback(seen.append)
        assert server.accepted == 1
    assert seen == []


def test_a_lost_connection_is_opened_again(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(browser_notifications, "BACKOFF", (0.001, 1.0, 0.001))
    caplog.set_level(logging.INFO, "sessionbay.browser")
    seen: Seen = []

    def script(raw: RawHub) -> None:
        raw.push(SERVER, **TAKEOVER)
        if server.accepted < 3:
            raw.close(1001, "restart")
        else:
            until_gone(raw)

    server = RawServer(hub(script))
    with server:
        with session_at(server) as session:
            session.browser.register_callback(seen.append)
            until(lambda: len(seen) == 3)
    assert caplog.text.count("notifications again") == 2


def test_a_closed_client_ends_the_wait() -> None:
    with RawServer(hub(until_gone)) as server:
        with session_at(server) as session:
            session.browser.register_callback(print)
            notifications = session.browser._notifications
            assert notifications._subscription is not None
        until(lambda: notifications._subscription is None)


def test_what_cannot_be_sent_is_an_error() -> None:
    with RawServer() as server:
        pass
    with session_at(server) as session:
        with pytest.raises(BrowserError) as caught:
            poke(session)
        assert caught.value.kind == "unreachable"
        with pytest.raises(BrowserError) as caught:
            session.browser.register_callback(print)
        assert caught.value.kind == "unreachable"
        assert session.browser._notifications._subscription is None


def test_a_mistake_raises_before_anything_is_sent() -> None:
    with RawServer() as server:
        with session_at(server) as session:
            for name, argument, message in (
                ("register_callback", None, "callback must be a function, not None"),
                ("send_notify_message", {"code": 1}, "notify_message must be of the class"),
                ("send_notify_message", None, "notify_message must be of the class"),
                ("send_notify_message", BrowserNotifyMessage(extra_params={"x": {1}}), "JSON values only"),
                ("send_takeover_done", "7", "notify_id must be a whole number"),
            ):
                with pytest.raises(BrowserUsageError, match=message):
                    getattr(session.browser, name)(argument)
        assert server.accepted == 0


def test_a_session_without_a_websocket_says_so(shared_bay: Session) -> None:
    session = Session(shared_bay.agent_bay, shared_bay.session_id)
    with pytest.raises(BrowserUsageError, match="has no WebSocket address"):
        session.browser.register_callback(print)
