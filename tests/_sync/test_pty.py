# Generated from tests/_async/test_pty.py by scripts/generate_sync.py. Do not edit.
"""Terminals: the shell, its output, its end, and what official clients lose of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from typing import Any

import pytest

from sessionbay import (
    AgentBay,
    AgentBayError,
    PtyError,
    PtyHandle,
    PtyTimeoutError,
    PtyUsageError,
    Session,
)

from ..fake_cloud import KEY, FakeCloud, yes
from ..raw_hub import RawHub, hub, until_gone
from ..raw_server import BOUND, RawServer
from ..threads._sync import Background, until

PTY = "PTY_SERVER"
PATIENCE = BOUND


def test_what_is_typed_is_run_and_shown(session: Session) -> None:
    with session.pty.create() as terminal:
        terminal.send_input("echo $((6 * 7))-done\r")
        assert "42-done" in terminal.read_until("42-done", PATIENCE)
        assert terminal.is_connected
        assert terminal.exit_code is None
    assert terminal.exit_code == -9
    assert not terminal.is_connected


def test_size_folder_environment_and_shell_are_the_callers_choice(bay_session: Session) -> None:
    made = bay_session.pty.create(100, 30, "/tmp", {"GREETING": "hallo"}, "/bin/sh")
    with made as terminal:
        terminal.send_input("echo $GREETING-$PWD-$0-$TERM-$(stty size)\r")
        terminal.read_until("hallo-/tmp-/bin/sh-xterm-256color-30 100", PATIENCE)
        terminal.resize(121, 41)
        terminal.send_input("echo $(stty size)\r")
        terminal.read_until("41 121", PATIENCE)


@pytest.mark.parametrize(("cols", "rows"), [(0, 24), (80, 501), (True, 24), (80.0, 24), (-1, -1)])
def test_a_size_that_is_none_is_refused_before_anything_is_sent(cols: Any, rows: Any) -> None:
    with AgentBay(KEY, transport=FakeCloud()) as bay:
        with pytest.raises(PtyUsageError, match="from 1 to 500"):
            Session(bay, "session-1").pty.create(cols, rows)


@pytest.mark.parametrize("code", [0, 3])
def test_its_end_reports_the_exit_code_and_leaves_all_output_to_be_read(bay_session: Session, code: int) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input(f"seq 2000; echo l''ast; exit {code}\r")
        assert terminal.wait(PATIENCE) == code
        assert terminal.exit_code == code
        shown = b"".join([piece for piece in terminal])
        assert b"1999\r\n2000\r\nlast\r\n" in shown
        assert terminal.read() == b""
        assert terminal.wait() == code


def test_a_wait_that_runs_out_says_so_and_the_shell_goes_on(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        with pytest.raises(PtyTimeoutError):
            terminal.wait(0.1)
        terminal.send_input("exit 5\r")
        assert terminal.wait(PATIENCE) == 5


@pytest.mark.parametrize("whose", ["the terminal's", "the module's"])
def test_a_wait_ends_when_the_terminal_is_killed(bay_session: Session, whose: str) -> None:
    terminal = bay_session.pty.create()

    def wait() -> None:
        assert terminal.wait(PATIENCE) == -9

    with Background() as beside:
        beside.start(wait)
        beside.start(wait)
        until(lambda: terminal._waits == 2)
        (terminal.kill() if whose == "the terminal's" else bay_session.pty.kill(terminal.pty_session_id))
    assert terminal.exit_code == -9
    assert bay_session.pty.list() == []
    terminal.kill()
    with pytest.raises(PtyUsageError, match="has ended"):
        terminal.send_input("too late")


def test_terminals_are_listed_by_their_ids(bay_session: Session) -> None:
    with bay_session.pty.create() as one, bay_session.pty.create() as other:
        listed = bay_session.pty.list()
        assert {each.pty_session_id for each in listed} == {one.pty_session_id, other.pty_session_id}
        assert [(each.status, each.exit_code) for each in listed] == [("running", None)] * 2


def test_a_terminal_that_there_is_not_is_refused(bay_session: Session) -> None:
    for attempt in (bay_session.pty.connect, bay_session.pty.kill):
        with pytest.raises(PtyError, match="NotFound") as raised:
            attempt("pty-unknown")
        assert raised.value.kind == "refused"


def test_two_terminals_are_apart(bay_session: Session) -> None:
    with bay_session.pty.create() as one, bay_session.pty.create() as other:
        one.send_input("X=one; echo $X-fir''st\r")
        other.send_input("echo ${X:-none}-sec''ond\r")
        assert "none-second" in other.read_until("second", PATIENCE)
        assert "one-first" in one.read_until("first", PATIENCE)


@pytest.mark.slow
def test_ten_megabytes_come_through_whole(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty -echo; head -c 10000000 /dev/zero | tr '\\0' x; exit\r")
        size = 0
        for piece in terminal:
            size += piece.count(b"x")
        assert size >= 10_000_000


def test_output_that_nobody_reads_is_kept_within_bounds_and_hinders_no_wait(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty -echo; head -c 8000000 /dev/zero | tr '\\0' x; echo e''nd; exit 2\r")
        assert terminal.wait(PATIENCE) == 2
        assert terminal._events.output._buffered < 2 * 2**20
        kept = b"".join([piece for piece in terminal])
        assert b"end" in kept


def test_a_terminal_that_floods_can_be_killed(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("yes\r")
        terminal.read_until("y\r\ny\r\n", PATIENCE)
        terminal.kill()
        assert terminal.exit_code == -9


def test_text_is_never_cut_inside_a_character(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty -echo; printf '日%.0s' $(seq 50000); exit\r")
        pieces = [piece for piece in terminal.text()]
    assert "".join(pieces).count("日") >= 50_000
    assert "\ufffd" not in "".join(pieces)


def test_lines_come_without_their_breaks(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty -echo; echo; seq 3; exit\r")
        lines = [line for line in terminal.lines()]
    assert lines[lines.index("2") : lines.index("2") + 2] == ["2", "3"]


@pytest.mark.parametrize("form", ["lines", "text"])
def test_who_stops_reading_half_way_goes_on_where_that_was(bay_session: Session, form: str) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty -echo; echo; printf 'go\\n%s\\n' 1 日 3; exit\r")
        for line in terminal.lines():
            if line == "go":
                break
        rest = [piece for piece in getattr(terminal, form)()]
    assert ("\n" if form == "lines" else "").join(rest).split()[:5] == ["1", "go", "日", "go", "3"]


def test_what_was_shown_before_a_text_that_did_not_come_is_still_to_be_read(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("echo so''far\r")
        terminal.read_until("sofar", PATIENCE)
        terminal.send_input("echo and''more\r")
        while True:
            with pytest.raises(PtyTimeoutError):
                terminal.read_until("never", timeout_s=0.1)
            if "andmore" in (terminal.read(0)).decode():
                break
        terminal.send_input("echo the''end; exit\r")
        with pytest.raises(PtyError, match="its shell ended with 0 before 'never' appeared"):
            terminal.read_until("never", PATIENCE)
        assert "theend" in terminal.read_until("theend", PATIENCE)


@pytest.mark.parametrize("wrong", [3, None, [1, 2], "\ud800"])
def test_what_cannot_be_typed_or_shown_is_refused(bay_session: Session, wrong: Any) -> None:
    with bay_session.pty.create() as terminal:
        with pytest.raises(PtyUsageError, match="data"):
            terminal.send_input(wrong)
        with pytest.raises(PtyUsageError, match="text"):
            terminal.read_until(wrong)


def test_letters_and_bytes_can_be_typed(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("printf '%s\\n' grün-日本語-🙂 | tr a-f A-F\r")
        terminal.read_until("grün-日本語-🙂", PATIENCE)
        terminal.send_input("stty raw -echo; echo rea''dy; head -c 3 | od -An -tx1\r")
        terminal.read_until("ready", PATIENCE)
        terminal.send_input(b"\xff\x00A")
        terminal.read_until("ff 00 41", PATIENCE)


def test_long_input_arrives_whole(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("stty raw -echo; echo rea''dy; head -c 600000 | md5sum; stty sane\r")
        terminal.read_until("ready", PATIENCE)
        terminal.send_input("日" * 200_000)
        terminal.read_until(md5(("日" * 200_000).encode(), usedforsecurity=False).hexdigest(), PATIENCE)


def test_output_is_passed_to_a_function_as_it_arrives(bay_session: Session) -> None:
    output: list[bytes] = []
    with bay_session.pty.create(on_data=output.append) as terminal:
        terminal.send_input("echo fun''ction\r")
        until(lambda: b"function" in b"".join(output))
        assert [one.pty_session_id for one in bay_session.pty.list()] == [terminal.pty_session_id]
        terminal.send_input("echo la''ter; exit\r")
        assert terminal.wait(PATIENCE) == 0
        assert terminal.read() == b""
    until(lambda: b"later" in b"".join(output))


def test_a_function_is_called_no_more_after_a_disconnect(bay_session: Session) -> None:
    first: list[bytes] = []
    second: list[bytes] = []
    terminal = bay_session.pty.create(on_data=first.append)
    until(lambda: bool(first))
    terminal.disconnect()
    with bay_session.pty.connect(terminal.pty_session_id, on_data=second.append) as again:
        again.send_input("echo recon''nected\r")
        until(lambda: b"reconnected" in b"".join(second))
    assert b"reconnected" not in b"".join(first)


def test_a_function_that_fails_befalls_nobody_else(bay_session: Session, caplog: pytest.LogCaptureFixture) -> None:
    def fail(data: bytes) -> None:
        raise RuntimeError("the user's own")

    with bay_session.pty.create(on_data=fail) as terminal:
        terminal.send_input("exit 1\r")
        assert terminal.wait(PATIENCE) == 1
    until(lambda: "on_data of a terminal failed" in caplog.text)  # another thread may have called it


def test_a_disconnected_terminal_goes_on_and_is_found_again(bay_session: Session) -> None:
    terminal = bay_session.pty.create()
    terminal.send_input("echo fir''st\r")
    terminal.read_until("first", PATIENCE)
    terminal.disconnect()
    assert not terminal.is_connected
    with pytest.raises(PtyUsageError, match="was disconnected"):
        terminal.read()
    with bay_session.pty.connect(terminal.pty_session_id) as again:
        again.send_input("echo sec''ond; exit 4\r")
        again.read_until("second", PATIENCE)
        assert again.wait(PATIENCE) == 4


def test_leaving_the_block_after_a_disconnection_leaves_the_terminal(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.disconnect()
    assert [each.pty_session_id for each in bay_session.pty.list()] == [terminal.pty_session_id]


def test_an_exception_in_the_block_ends_the_terminal_and_comes_out(bay_session: Session) -> None:
    with pytest.raises(RuntimeError, match="own"):
        with bay_session.pty.create():
            raise RuntimeError("the user's own")
    assert bay_session.pty.list() == []


def test_a_session_that_is_deleted_in_the_block_is_no_failure_of_it(bay: AgentBay) -> None:
    with bay.session() as session, session.pty.create() as terminal:
        session.delete()
        with pytest.raises(AgentBayError, match="deleted"):
            terminal.send_input("x")


def test_after_a_lost_connection_the_terminal_is_found_again(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:
        terminal.send_input("X=kept; echo be''fore\r")
        terminal.read_until("before", PATIENCE)
        cut(terminal)
        terminal.send_input("echo $X-after\r")
        socket = terminal._multiplexer._socket
        assert socket is not None
        until(lambda: not socket.is_quiet)
        terminal.read_until("kept-after", PATIENCE)
        assert terminal.is_connected


def test_a_wait_ends_when_the_connection_is_lost_and_can_be_begun_anew(bay_session: Session) -> None:
    with bay_session.pty.create() as terminal:

        def wait() -> None:
            with pytest.raises(PtyError) as raised:
                terminal.wait(PATIENCE)
            assert raised.value.kind == "unreachable"

        with Background() as beside:
            beside.start(wait)
            until(lambda: bool(terminal._multiplexer._waiting))
            cut(terminal)
        terminal.send_input("exit 6\r")
        assert terminal.wait(PATIENCE) == 6


def cut(terminal: PtyHandle) -> None:
    """Break the connection that a terminal is listened to over."""
    socket = terminal._multiplexer._socket
    assert socket is not None
    socket.drop()


@contextmanager
def session_at(server: RawServer) -> Iterator[Session]:
    """Give a session whose hub is scripted."""
    details = {"SessionId": "session-1", "WsUrl": server.url.replace("http", "ws", 1), "Token": "t"}
    with AgentBay(KEY, transport=FakeCloud(GetSession=yes(details))) as bay:
        yield (bay.get("session-1")).session


def output(raw: RawHub, terminal: str, text: str) -> None:
    raw.push(PTY, eventType="pty.output", ptySessionId=terminal, encoding="utf8", data=text)


def test_output_that_comes_before_the_answer_to_the_creation_is_not_lost() -> None:
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
        with session_at(server) as session:
            terminal = session.pty.create()
            assert [piece for piece in terminal] == [b"prompt$ ", b"more"]
            assert terminal.exit_code == 7


def test_what_official_clients_ask_with_is_asked() -> None:
    request: list[Any] = []

    def script(raw: RawHub) -> None:
        request.append(raw.frame())
        raw.reply(request[0], result={"ptySessionId": "pty-1"})
        request.extend(raw.frame() for _ in range(3))
        raw.push(PTY, eventType="pty.exit", ptySessionId="pty-1")
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            terminal = session.pty.create(envs={"TERM": "dumb"})
            terminal.send_input("ls\r")
            terminal.send_input(b"\xff")
            terminal.resize(90, 20)
            assert terminal.wait(PATIENCE) == -1
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
def test_what_goes_wrong_with_a_terminal_is_raised(push: dict[str, str], kind: str, reason: str) -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={"ptySessionId": "pty-1"})
        raw.push(PTY, ptySessionId="pty-1", **push)
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            terminal = session.pty.create()
            with pytest.raises(PtyError, match=reason) as raised:
                terminal.read(PATIENCE)
            assert raised.value.kind == kind


def test_input_that_is_refused_is_reported_by_the_next_use() -> None:
    def script(raw: RawHub) -> None:
        raw.reply(raw.frame(), result={"ptySessionId": "pty-1"})
        raw.reply(raw.frame(), phase="error", error="the terminal does not read")
        until_gone(raw)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            terminal = session.pty.create()
            terminal.send_input("x")
            with pytest.raises(PtyError, match="does not read"):
                terminal.wait(PATIENCE)
            with pytest.raises(PtyTimeoutError):
                terminal.wait(0.1)


@pytest.mark.parametrize("result", [{}, {"ptySessionId": ""}, {"ptySessionIds": "none"}])
def test_an_answer_that_names_no_terminal_is_the_services_mistake(result: dict[str, str]) -> None:
    def script(raw: RawHub) -> None:
        while request := raw.frame():
            raw.reply(request, result=result)

    with RawServer(hub(script)) as server:
        with session_at(server) as session:
            for attempt in (session.pty.create, session.pty.list):
                with pytest.raises(PtyError) as raised:
                    attempt()
                assert raised.value.kind == "invalid_response"


def test_a_creation_that_is_not_answered_ends_in_time() -> None:
    with RawServer(hub(until_gone)) as server:
        with session_at(server) as session:
            with pytest.raises(PtyTimeoutError):
                session.pty.create(timeout_s=0.1)
