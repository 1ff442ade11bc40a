"""Terminals, over the session's WebSocket."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .conftest import Do


class Screen:
    """Keeps what a terminal shows."""

    def __init__(self) -> None:
        self.seen = b""

    def __call__(self, data: bytes) -> None:
        self.seen += data

    def shows(self, text: bytes) -> bool:
        """Wait until ``text`` has been shown."""
        until = time.monotonic() + 60
        while text not in self.seen and time.monotonic() < until:
            time.sleep(0.02)
        return text in self.seen


@pytest.fixture
def screen() -> Screen:
    """Give a screen."""
    return Screen()


@pytest.fixture
def terminal(make: Callable[..., Any], do: Do, screen: Screen) -> Iterator[Any]:
    """Give a terminal of a session of its own, shown on the screen."""
    session = make()
    handle = do(session.pty.create(cols=100, rows=30, on_data=screen))
    handle.of = session
    yield handle
    handle.disconnect()


def test_a_terminal_shows_what_a_command_writes(terminal: Any, do: Do, screen: Screen) -> None:
    assert terminal.is_connected
    do(terminal.send_input(b"echo $((6 * 7))-shown\r"))
    assert screen.shows(b"42-shown")


def test_a_terminal_has_the_size_that_was_requested_and_the_next(terminal: Any, do: Do, screen: Screen) -> None:
    do(terminal.send_input(b"stty size\r"))
    assert screen.shows(b"30 100")
    do(terminal.resize(120, 40))
    do(terminal.send_input(b"stty size\r"))
    assert screen.shows(b"40 120")


def test_a_terminal_reports_its_exit_code(terminal: Any, do: Do) -> None:
    do(terminal.send_input(b"exit 3\r"))
    assert do(terminal.wait(timeout_s=60)) == 3
    assert terminal.exit_code == 3


def test_control_c_interrupts(terminal: Any, do: Do, screen: Screen) -> None:
    do(terminal.send_input(b"sh -c 'echo begun-$((1 + 1)); sleep 60'\r"))
    assert screen.shows(b"begun-2")
    do(terminal.send_input(b"\x03"))
    do(terminal.send_input(b"echo after-$((1 + 1))\r"))
    assert screen.shows(b"after-2")


def test_bytes_that_are_no_text_pass_both_ways(terminal: Any, do: Do, screen: Screen) -> None:
    do(terminal.send_input(b"stty raw -echo; echo ra''w; head -c 3 | od -An -tx1; stty sane\r"))
    assert screen.shows(b"raw\n")
    do(terminal.send_input(b"\xff\x00\xfe"))
    assert screen.shows(b"ff 00 fe")


def test_a_terminal_is_killed(terminal: Any, do: Do) -> None:
    do(terminal.kill())
    assert do(terminal.wait(timeout_s=60)) == -9


def test_terminals_are_listed(terminal: Any, do: Do) -> None:
    other = do(terminal.of.pty.create())
    ids = {found.pty_session_id for found in do(terminal.of.pty.list())}
    assert ids == {terminal.pty_session_id, other.pty_session_id}


def test_a_terminal_is_left_and_found_again(terminal: Any, do: Do) -> None:
    terminal.disconnect()
    assert not terminal.is_connected
    again = Screen()
    handle = do(terminal.of.pty.connect(terminal.pty_session_id, on_data=again))
    do(handle.send_input(b"echo found-$((1 + 1))\r"))
    assert again.shows(b"found-2")


def test_variables_and_folder_are_those_requested(make: Callable[..., Any], do: Do, screen: Screen) -> None:
    session = make()
    handle = do(session.pty.create(cwd="/usr", envs={"GIVEN": "given"}, on_data=screen))
    do(handle.send_input(b"echo $GIVEN:$PWD:$TERM\r"))
    assert screen.shows(b"given:/usr:xterm-256color")
