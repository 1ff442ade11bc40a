"""Terminals: the shell, its output, its end, and what official clients lose of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import md5
from typing import Any

import pytest

from sessionbay import (
    AgentBayError,
    AsyncAgentBay,
    AsyncPtyHandle,
    AsyncSession,
    PtyError,
    PtyTimeoutError,
    PtyUsageError,
)

from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import BOUND, RawServer
from ..threads._async import Background, until

PTY = "PTY_SERVER"
PATIENCE = BOUND


async def test_what_is_typed_is_run_and_shown(session: AsyncSession) -> None:
    async with await session.pty.create() as terminal:
        await terminal.send_input("echo $((6 * 7))-done\r")
        assert "42-done" in await terminal.read_until("42-done", PATIENCE)
        assert terminal.is_connected
        assert terminal.exit_code is None
    assert terminal.exit_code == -9
    assert not terminal.is_connected


async def test_size_folder_environment_and_shell_are_the_callers_choice(bay_session: AsyncSession) -> None:
    made = await bay_session.pty.create(100, 30, "/tmp", {"GREETING": "hallo"}, "/bin/sh")
    async with made as terminal:
        await terminal.send_input("echo $GREETING-$PWD-$0-$TERM-$(stty size)\r")
        await terminal.read_until("hallo-/tmp-/bin/sh-xterm-256color-30 100", PATIENCE)
        await terminal.resize(121, 41)
        await terminal.send_input("echo $(stty size)\r")
        await terminal.read_until("41 121", PATIENCE)


@pytest.mark.parametrize(("cols", "rows"), [(0, 24), (80, 501), (True, 24), (80.0, 24), (-1, -1)])
async def test_a_size_that_is_none_is_refused_before_anything_is_sent(cols: Any, rows: Any) -> None:
    async with AsyncAgentBay(KEY, transport=FakeCloud()) as bay:
        with pytest.raises(PtyUsageError, match="from 1 to 500"):
            await AsyncSession(bay, "session-1").pty.create(cols, rows)


@pytest.mark.parametrize("code", [0, 3])
async def test_its_end_reports_the_exit_code_and_leaves_all_output_to_be_read(
    bay_session: AsyncSession, code: int
) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input(f"seq 2000; echo l''ast; exit {code}\r")
        assert await terminal.wait(PATIENCE) == code
        assert terminal.exit_code == code
        shown = b"".join([piece async for piece in terminal])
        assert b"1999\r\n2000\r\nlast\r\n" in shown
        assert await terminal.read() == b""
        assert await terminal.wait() == code


async def test_a_wait_that_runs_out_says_so_and_the_shell_goes_on(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        with pytest.raises(PtyTimeoutError):
            await terminal.wait(0.1)
        await terminal.send_input("exit 5\r")
        assert await terminal.wait(PATIENCE) == 5


@pytest.mark.parametrize("whose", ["the terminal's", "the module's"])
async def test_a_wait_ends_when_the_terminal_is_killed(bay_session: AsyncSession, whose: str) -> None:
    terminal = await bay_session.pty.create()

    async def wait() -> None:
        assert await terminal.wait(PATIENCE) == -9

    async with Background() as beside:
        beside.start(wait)
        beside.start(wait)
        await until(lambda: terminal._waits == 2)
        await (terminal.kill() if whose == "the terminal's" else bay_session.pty.kill(terminal.pty_session_id))
    assert terminal.exit_code == -9
    assert await bay_session.pty.list() == []
    await terminal.kill()
    with pytest.raises(PtyUsageError, match="has ended"):
        await terminal.send_input("too late")


async def test_terminals_are_listed_by_their_ids(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as one, await bay_session.pty.create() as other:
        listed = await bay_session.pty.list()
        assert {each.pty_session_id for each in listed} == {one.pty_session_id, other.pty_session_id}
        assert [(each.status, each.exit_code) for each in listed] == [("running", None)] * 2


async def test_a_terminal_that_there_is_not_is_refused(bay_session: AsyncSession) -> None:
    for attempt in (bay_session.pty.connect, bay_session.pty.kill):
        with pytest.raises(PtyError, match="NotFound") as raised:
            await attempt("pty-unknown")
        assert raised.value.kind == "refused"


async def test_two_terminals_are_apart(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as one, await bay_session.pty.create() as other:
        await one.send_input("X=one; echo $X-fir''st\r")
        await other.send_input("echo ${X:-none}-sec''ond\r")
        assert "none-second" in await other.read_until("second", PATIENCE)
        assert "one-first" in await one.read_until("first", PATIENCE)


@pytest.mark.slow
async def test_ten_megabytes_come_through_whole(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty -echo; head -c 10000000 /dev/zero | tr '\\0' x; exit\r")
        size = 0
        async for piece in terminal:
            size += piece.count(b"x")
        assert size >= 10_000_000


async def test_output_that_nobody_reads_is_kept_within_bounds_and_hinders_no_wait(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty -echo; head -c 8000000 /dev/zero | tr '\\0' x; echo e''nd; exit 2\r")
        assert await terminal.wait(PATIENCE) == 2
        assert terminal._events.output._buffered < 2 * 2**20
        kept = b"".join([piece async for piece in terminal])
        assert b"end" in kept


async def test_a_terminal_that_floods_can_be_killed(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("yes\r")
        await terminal.read_until("y\r\ny\r\n", PATIENCE)
        await terminal.kill()
        assert terminal.exit_code == -9


async def test_text_is_never_cut_inside_a_character(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty -echo; printf '日%.0s' $(seq 50000); exit\r")
        pieces = [piece async for piece in terminal.text()]
    assert "".join(pieces).count("日") >= 50_000
    assert "\ufffd" not in "".join(pieces)


async def test_lines_come_without_their_breaks(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty -echo; echo; seq 3; exit\r")
        lines = [line async for line in terminal.lines()]
    assert lines[lines.index("2") : lines.index("2") + 2] == ["2", "3"]


@pytest.mark.parametrize("form", ["lines", "text"])
async def test_who_stops_reading_half_way_goes_on_where_that_was(bay_session: AsyncSession, form: str) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty -echo; echo; printf 'go\\n%s\\n' 1 日 3; exit\r")
        async for line in terminal.lines():
            if line == "go":
                break
        rest = [piece async for piece in getattr(terminal, form)()]
    assert ("\n" if form == "lines" else "").join(rest).split()[:5] == ["1", "go", "日", "go", "3"]


async def test_what_was_shown_before_a_text_that_did_not_come_is_still_to_be_read(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("echo so''far\r")
        await terminal.read_until("sofar", PATIENCE)
        await terminal.send_input("echo and''more\r")
        while True:
            with pytest.raises(PtyTimeoutError):
                await terminal.read_until("never", timeout_s=0.1)
            if "andmore" in (await terminal.read(0)).decode():
                break
        await terminal.send_input("echo the''end; exit\r")
        with pytest.raises(PtyError, match="its shell ended with 0 before 'never' appeared"):
            await terminal.read_until("never", PATIENCE)
        assert "theend" in await terminal.read_until("theend", PATIENCE)


@pytest.mark.parametrize("wrong", [3, None, [1, 2], "\ud800"])
async def test_what_cannot_be_typed_or_shown_is_refused(bay_session: AsyncSession, wrong: Any) -> None:
    async with await bay_session.pty.create() as terminal:
        with pytest.raises(PtyUsageError, match="data"):
            await terminal.send_input(wrong)
        with pytest.raises(PtyUsageError, match="text"):
            await terminal.read_until(wrong)


async def test_letters_and_bytes_can_be_typed(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("printf '%s\\n' grün-日本語-🙂 | tr a-f A-F\r")
        await terminal.read_until("grün-日本語-🙂", PATIENCE)
        await terminal.send_input("stty raw -echo; echo rea''dy; head -c 3 | od -An -tx1\r")
        await terminal.read_until("ready", PATIENCE)
        await terminal.send_input(b"\xff\x00A")
        await terminal.read_until("ff 00 41", PATIENCE)


async def test_long_input_arrives_whole(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("stty raw -echo; echo rea''dy; head -c 600000 | md5sum; stty sane\r")
        await terminal.read_until("ready", PATIENCE)
        await terminal.send_input("日" * 200_000)
        await terminal.read_until(md5(("日" * 200_000).encode(), usedforsecurity=False).hexdigest(), PATIENCE)


async def test_output_is_passed_to_a_function_as_it_arrives(bay_session: AsyncSession) -> None:
    output: list[bytes] = []
    async with await bay_session.pty.create(on_data=output.append) as terminal:
        await terminal.send_input("echo fun''ction\r")
        await until(lambda: b"function" in b"".join(output))
        assert [one.pty_session_id for one in await bay_session.pty.list()] == [terminal.pty_session_id]
        await terminal.send_input("echo la''ter; exit\r")
        assert await terminal.wait(PATIENCE) == 0
        assert await terminal.read() == b""
    await until(lambda: b"later" in b"".join(output))


async def test_a_function_is_called_no_more_after_a_disconnect(bay_session: AsyncSession) -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    terminal = await bay_session.pty.create(on_data=first.append)
    await until(lambda: bool(first))
    terminal.disconnect()
    async with await bay_session.pty.connect(terminal.pty_session_id, on_data=second.append) as again:
        await again.send_input("echo recon''nected\r")
        await until(lambda: b"reconnected" in b"".join(second))
    assert b"reconnected" not in b"".join(first)


async def test_a_function_that_fails_befalls_nobody_else(
    bay_session: AsyncSession, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(data: bytes) -> None:
        raise RuntimeError("the user's own")

    async with await bay_session.pty.create(on_data=fail) as terminal:
        await terminal.send_input("exit 1\r")
        assert await terminal.wait(PATIENCE) == 1
    await until(lambda: "on_data of a terminal failed" in caplog.text)  # another thread may have called it


async def test_a_disconnected_terminal_goes_on_and_is_found_again(bay_session: AsyncSession) -> None:
    terminal = await bay_session.pty.create()
    await terminal.send_input("echo fir''st\r")
    await terminal.read_until("first", PATIENCE)
    terminal.disconnect()
    assert not terminal.is_connected
    with pytest.raises(PtyUsageError, match="was disconnected"):
        await terminal.read()
    async with await bay_session.pty.connect(terminal.pty_session_id) as again:
        await again.send_input("echo sec''ond; exit 4\r")
        await again.read_until("second", PATIENCE)
        assert await again.wait(PATIENCE) == 4


async def test_leaving_the_block_after_a_disconnection_leaves_the_terminal(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        terminal.disconnect()
    assert [each.pty_session_id for each in await bay_session.pty.list()] == [terminal.pty_session_id]


async def test_an_exception_in_the_block_ends_the_terminal_and_comes_out(bay_session: AsyncSession) -> None:
    with pytest.raises(RuntimeError, match="own"):
        async with await bay_session.pty.create():
            raise RuntimeError("the user's own")
    assert await bay_session.pty.list() == []


async def test_a_session_that_is_deleted_in_the_block_is_no_failure_of_it(bay: AsyncAgentBay) -> None:
    async with bay.session() as session, await session.pty.create() as terminal:
        await session.delete()
        with pytest.raises(AgentBayError, match="deleted"):
            await terminal.send_input("x")


async def test_after_a_lost_connection_the_terminal_is_found_again(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:
        await terminal.send_input("X=kept; echo be''fore\r")
        await terminal.read_until("before", PATIENCE)
        await cut(terminal)
        await terminal.send_input("echo $X-after\r")
        socket = terminal._multiplexer._socket
        assert socket is not None
        await until(lambda: not socket.is_quiet)
        await terminal.read_until("kept-after", PATIENCE)
        assert terminal.is_connected


async def test_a_wait_ends_when_the_connection_is_lost_and_can_be_begun_anew(bay_session: AsyncSession) -> None:
    async with await bay_session.pty.create() as terminal:

        async def wait() -> None:
            with pytest.raises(PtyError) as raised:
                await terminal.wait(PATIENCE)
            assert raised.value.kind == "unreachable"

        async with Background() as beside:
            beside.start(wait)
            await until(lambda: bool(terminal._multiplexer._waiting))
            await cut(terminal)
        await terminal.send_input("exit 6\r")
        assert await terminal.wait(PATIENCE) == 6


async def cut(terminal: AsyncPtyHandle) -> None:
    """Break the connection that a terminal is listened to over."""
    socket = terminal._multiplexer._socket
    assert socket is not None
    await socket.drop()


@asynccontextmanager
async def session_at(server: RawServer) -> AsyncIterator[AsyncSession]:
    """Give a session whose hub is scripted."""
    details = {"SessionId": "session-1", "WsUrl": server.url.replace("http", "ws", 1), "Token": "t"}
    async with AsyncAgentBay(KEY, transport=FakeCloud(GetSession=yes(details))) as bay:
        yield (await bay.get("session-1")).session


def output(raw: RawHub, terminal: str, text: str) -> None:
    raw.push(PTY, eventType="pty.output", ptySessionId=terminal, encoding="utf8", data=text)


async def test_output_that_comes_before_the_answer_to_the_creation_is_not_lost() -> None:
    def script(raw: RawHub) -> None:
        request = raw.frame()
        output(raw, "pty-1", "prompt$ ")
        output(raw, "pty-other", "somebody else's")
        raw.reply(request, result={"ptySessionId": "pty-1"})
        output(raw, "pty-1", "more")
        raw.push(PTY, eventType="pty.exit", ptySessionId="pty-other", exitCode=1)
        raw.push(PTY, eventType="pty.exit", ptySessionId="pty-1", exitCode=7)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        async with session_at(server) as session:
            terminal = await session.pty.create()
            assert [piece async for piece in terminal] == [b"prompt$ ", b"more"]
            assert terminal.exit_code == 7


async def test_what_official_clients_ask_with_is_asked() -> None:
    request: list[Any] = []

    def script(raw: RawHub) -> None:
        request.append(raw.frame())
        raw.reply(request[0], result={"ptySessionId": "pty-1"})
        request.extend(raw.frame() for _ in range(3))
        raw.push(PTY, eventType="pty.exit", ptySessionId="pty-1")
        until_gone(raw)

    with RawServer(hub(script)) as server:
        async with session_at(server) as session:
            terminal = await session.pty.create(envs={"TERM": "dumb"})
            await terminal.send_input("ls\r")
            await terminal.send_input(b"\xff")
            await terminal.resize(90, 20)
            assert await terminal.wait(PATIENCE) == -1
    assert [(frame["source"], frame["target"], len(frame["invocationId"])) for frame in request] == [
        ("SDK", PTY, 32)
    ] * 4
    known = {"ptySessionId": "pty-1"}
    assert [frame["data"] for frame in request] == [
        {"method": "pty.create", "params": {"cols": 80, "rows": 24, "envs": {"TERM": "dumb", "LANG": "en_US.UTF-8"}}},
        {"method": "pty.input", "params": {**known, "encoding": "utf8", "data": "ls\r"}},
        {"method": "pty.input", "params": {**known, "encoding": "base64", "data": "/w=="}},
        {"method": "pty.resize", "params": {**known, "cols": 90, "rows": 20}},
    ]


@pytest.mark.parametrize(
    ("push", "kind", "reason"),
    [
        ({"eventType": "pty.error", "error": "the shell is broken"}, "refused", "the shell is broken"),
        ({"eventType": "pty.output", "encoding": "base64", "data": "=no="}, "invalid_response", "encoding"),
    ],
)
async def test_what_goes_wrong_with_a_terminal_is_raised(push: dict[str, str], kind: str, reason: str) -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={"ptySessionId": "pty-1"})
        raw.push(PTY, ptySessionId="pty-1", **push)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        async with session_at(server) as session:
            terminal = await session.pty.create()
            with pytest.raises(PtyError, match=reason) as raised:
                await terminal.read(PATIENCE)
            assert raised.value.kind == kind


async def test_input_that_is_refused_is_reported_by_the_next_use() -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={"ptySessionId": "pty-1"})
        raw.reply(raw.frame(), phase="error", error="the terminal does not read")
        until_gone(raw)

    with RawServer(hub(script)) as server:
        async with session_at(server) as session:
            terminal = await session.pty.create()
            await terminal.send_input("x")
            with pytest.raises(PtyError, match="does not read"):
                await terminal.wait(PATIENCE)
            with pytest.raises(PtyTimeoutError):
                await terminal.wait(0.1)


@pytest.mark.parametrize("result", [{}, {"ptySessionId": ""}, {"ptySessionIds": "none"}])
async def test_an_answer_that_names_no_terminal_is_the_services_mistake(result: dict[str, str]) -> None:
    def script(raw: RawHub) -> None:
        while request := raw.frame():
            raw.reply(request, result=result)

    with RawServer(hub(script)) as server:
        async with session_at(server) as session:
            for attempt in (session.pty.create, session.pty.list):
                with pytest.raises(PtyError) as raised:
                    await attempt()
                assert raised.value.kind == "invalid_response"


async def test_a_creation_that_is_not_answered_ends_in_time() -> None:
    with RawServer(hub(until_gone)) as server:
        async with session_at(server) as session:
            with pytest.raises(PtyTimeoutError):
                await session.pty.create(timeout_s=0.1)
