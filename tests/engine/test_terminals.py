"""Terminals over the session's WebSocket."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator

import pytest
from starlette.types import Message

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.ws.hub import Hub

from .conftest import client_of
from .hubs import TERMINALS, HubClient, hub_of
from .processes import alive, eventually, marker, until


@pytest.fixture
def hub(any_engine: LocalEngine, any_session: Session) -> Iterator[HubClient]:
    with hub_of(any_engine, any_session) as client:
        yield client


@pytest.fixture
def one(engine: LocalEngine, session: Session) -> Iterator[HubClient]:
    """Give a connection to a session that tests share."""
    with hub_of(engine, session) as client:
        yield client


def test_what_is_typed_is_run_and_shown(hub: HubClient) -> None:
    terminal = hub.terminal(cols=100, rows=30)
    hub.type(terminal, "echo $((6*7))-done\r")
    assert "42-done" in hub.read_until(terminal, "42-done")


def test_the_shell_has_the_terminal_for_its_own(hub: HubClient) -> None:
    terminal = hub.terminal()
    hub.type(terminal, "test -t 0 && ps -o tty= -p $$ | grep -q pts && sh -c 'echo it\"\"self; exec sleep 600'\r")
    hub.read_until(terminal, "itself")
    hub.type(terminal, "\x03")
    hub.read_until(terminal, "^C")
    hub.type(terminal, "echo inter''rupted\r")
    hub.read_until(terminal, "interrupted")


def test_the_size_is_as_asked_for_and_can_be_changed(hub: HubClient) -> None:
    terminal = hub.terminal(cols=100, rows=30)
    hub.type(terminal, "echo $(stty size)-one\r")
    hub.read_until(terminal, "30 100-one")
    hub.type(terminal, "until [ \"$(stty size)\" = '41 121' ]; do sleep 0.02; done; echo do''ne\r")
    hub.say(TERMINALS, "pty.resize", ptySessionId=terminal, cols=121, rows=41)
    hub.read_until(terminal, "done")


@pytest.mark.parametrize("code", [0, 3])
def test_the_shells_end_is_reported_after_all_its_output(hub: HubClient, code: int) -> None:
    terminal = hub.terminal()
    hub.type(terminal, f"seq 5000; echo l''ast; exit {code}\r")
    assert hub.event("pty.exit") == {"eventType": "pty.exit", "ptySessionId": terminal, "exitCode": code}
    hub.read_until(terminal, "last", 0.5)
    assert hub.call(TERMINALS, "pty.list")["result"]["ptySessionIds"] == []


def test_a_terminal_is_killed_with_all_that_runs_in_it(hub: HubClient) -> None:
    mark = marker()
    terminal = hub.terminal()
    hub.type(terminal, f"python3 -c 'import time; time.sleep(600)' {mark} & echo star''ted\r")
    hub.read_until(terminal, "started")
    call = hub.say(TERMINALS, "pty.kill", ptySessionId=terminal)
    order = [hub.frame(lambda frame: frame["invocationId"] == call or frame["data"].get("eventType") == "pty.exit")]
    order.append(hub.frame(lambda frame: frame["invocationId"] == call or frame["data"].get("eventType") == "pty.exit"))
    assert [frame["data"].get("exitCode") for frame in order] == [None, -9]
    assert eventually(lambda: not alive(mark))


def test_a_background_job_that_holds_the_terminal_does_not_delay_its_end(one: HubClient) -> None:
    terminal = one.terminal()
    one.type(terminal, "setsid sleep 600 & exit\r")
    assert one.event("pty.exit")["exitCode"] == 0


def test_folder_environment_and_shell_are_the_callers_choice(one: HubClient) -> None:
    terminal = one.terminal(cwd="/tmp", shell="/bin/sh", envs={"GREETING": "hallo"})
    one.type(terminal, "echo $GREETING-$PWD-$0-$TERM-end\r")
    one.read_until(terminal, "hallo-/tmp-/bin/sh-xterm-256color-end")


def test_letters_of_all_languages_can_be_typed(one: HubClient) -> None:
    terminal = one.terminal(envs={"LANG": "en_US.UTF-8"})
    one.type(terminal, "printf '%s\\n' grün-日本語-🙂 | tr a-f A-F\r")
    assert "grün-日本語-🙂" in one.read_until(terminal, "🙂")


def test_characters_are_never_cut_and_other_bytes_come_through(one: HubClient) -> None:
    terminal = one.terminal()
    one.type(terminal, "stty -echo; printf '日%.0s' $(seq 20000); echo e''nd\r")
    assert one.read_until(terminal, "end").count("日") >= 20000
    one.type(terminal, "printf 'a\\377b\\n'; echo bytes''-there\r")
    shown = one.event("pty.output")
    while shown["encoding"] != "base64":
        shown = one.event("pty.output")
    assert "base64" in shown["encoding"]


def test_bytes_that_are_no_text_can_be_typed(one: HubClient) -> None:
    terminal = one.terminal()
    one.type(terminal, "stty raw -echo; echo se''t; head -c 3 | od -An -tx1\r")
    one.read_until(terminal, "set")
    one.say(TERMINALS, "pty.input", ptySessionId=terminal, encoding="base64", data=b64encode(b"\xff\x00A").decode())
    one.read_until(terminal, "ff 00 41")


def test_several_terminals_are_apart_and_listed(one: HubClient) -> None:
    first, second = one.terminal(), one.terminal()
    assert {first, second} <= set(one.call(TERMINALS, "pty.list")["result"]["ptySessionIds"])
    one.type(first, "X=one; echo $X-fir''st\r")
    one.type(second, "echo ${X:-none}-sec''ond\r")
    assert "none-second" in one.read_until(second, "second")
    for terminal in (first, second):
        one.call(TERMINALS, "pty.kill", ptySessionId=terminal)


def test_several_connections_look_at_one_terminal(engine: LocalEngine, session: Session, one: HubClient) -> None:
    terminal = one.terminal()
    with hub_of(engine, session) as other:
        assert other.call(TERMINALS, "pty.connect", ptySessionId=terminal)["result"]["ptySessionId"] == terminal
        one.type(terminal, "echo bo''th\r")
        one.read_until(terminal, "both")
        other.read_until(terminal, "both")


def test_a_terminal_outlives_its_connection_and_shows_what_was_missed(engine: LocalEngine, session: Session) -> None:
    with hub_of(engine, session) as first:
        terminal = first.terminal()
        first.type(terminal, f"echo be''fore; {until('-e gone')}; echo mis''sed; echo $$ > shell; exit 5\r")
        first.read_until(terminal, "before")
    ended = "touch gone; until [ -s shell ] && ! kill -0 $(cat shell); do sleep 0.02; done"
    assert session.command.run(ended).success
    with hub_of(engine, session) as second:
        second.call(TERMINALS, "pty.connect", ptySessionId=terminal)
        second.read_until(terminal, "missed")
        assert second.event("pty.exit")["exitCode"] == 5
        assert "error" in second.call(TERMINALS, "pty.connect", ptySessionId=terminal)


def test_a_flood_waits_for_who_does_not_read(one: HubClient, engine: LocalEngine, session: Session) -> None:
    with hub_of(engine, session) as slow:
        terminal = slow.terminal()
        slow.type(terminal, "yes\r")
        for _ in range(100):
            assert one.call(TERMINALS, "pty.list")["result"]["ptySessionIds"]
        slow.call(TERMINALS, "pty.kill", ptySessionId=terminal)
        assert slow.event("pty.exit")["exitCode"] == -9


def test_a_client_that_does_not_read_keeps_no_session_from_its_end() -> None:
    async def close() -> None:
        async def receive() -> Message:
            return await payload.get()

        async def send(message: Message) -> None:
            if message["type"] == "websocket.accept":
                accepted.set()
            else:
                await asyncio.Event().wait()

        payload: asyncio.Queue[Message] = asyncio.Queue()
        payload.put_nowait({"type": "websocket.connect"})
        accepted, hub = asyncio.Event(), Hub(lambda: pytest.fail("no agent is needed"))
        serving = asyncio.create_task(hub.serve({}, receive, send))
        await accepted.wait()
        async with asyncio.timeout(20):
            await hub.close()
        payload.put_nowait({"type": "websocket.disconnect"})
        await serving

    asyncio.run(close())


@pytest.mark.parametrize(
    ("params", "reported"),
    [
        ({"cols": 0}, "cols"),
        ({"rows": 501}, "rows"),
        ({"cols": "wide"}, "cols"),
        ({"shell": "/no/such/shell"}, "/no/such/shell"),
        ({"cwd": "/no/such/folder"}, "/no/such/folder"),
        ({"envs": {"A=B": "c"}}, "cannot be started"),
        ({"envs": {"A": "\0"}}, "cannot be started"),
    ],
)
def test_a_terminal_that_cannot_be_is_refused_with_its_reason(
    one: HubClient, params: dict[str, object], reported: str
) -> None:
    assert reported in one.call(TERMINALS, "pty.create", **params)["error"]


@pytest.mark.parametrize("method", ["pty.connect", "pty.kill", "pty.input", "pty.resize"])
def test_a_terminal_that_there_is_not_is_reported(one: HubClient, method: str) -> None:
    answer = one.call(TERMINALS, method, ptySessionId="pty-none", data="", cols=1, rows=1)
    assert "pty-none" in answer["error"]


def test_a_paused_session_refuses_and_goes_on_where_it_was(
    any_engine: LocalEngine, any_session: Session, hub: HubClient
) -> None:
    terminal = hub.terminal()
    hub.type(terminal, "for i in $(seq 1000); do echo tick-$i-; sleep 0.05; done\r")
    hub.read_until(terminal, "tick-3-")
    any_session.pause(poll_interval=0.01)
    for method in ("pty.input", "pty.resize", "pty.kill", "pty.create"):
        answer = hub.call(TERMINALS, method, ptySessionId=terminal, data="x", cols=80, rows=24)
        assert "PAUSED" in answer["error"]
    any_session.resume(poll_interval=0.01)
    hub.read_until(terminal, "tick-30-")


def test_a_paused_session_can_still_be_looked_at(any_session: Session, hub: HubClient) -> None:
    terminal = hub.terminal()
    any_session.pause(poll_interval=0.01)
    assert hub.call(TERMINALS, "pty.list")["result"]["ptySessionIds"] == [terminal]
    any_session.resume(poll_interval=0.01)


def test_there_is_a_most_of_terminals(engine: LocalEngine) -> None:
    with client_of(engine) as bay, bay.session() as session, hub_of(engine, session) as hub:
        for _ in range(64):
            hub.say(TERMINALS, "pty.create", shell="/bin/cat")
        for _ in range(64):
            hub.frame(lambda frame: "result" in frame["data"])
        assert "64 terminals" in hub.call(TERMINALS, "pty.create")["error"]
