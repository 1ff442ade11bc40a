"""The windows of the desktop service, and what the properties say after each operation."""

from collections.abc import Iterator
from typing import Any

import pytest

from ..processes import eventually
from .live import HEIGHT, WIDTH, Answer, Line, Live
from .programs import Editor, Terminal

MINIMIZED, MAXIMIZED, FULLSCREEN = {"HIDDEN"}, {"MAXIMIZED_VERT", "MAXIMIZED_HORZ"}, {"FULLSCREEN"}


@pytest.fixture(scope="module")
def terminal(live: Live, line: Line) -> Terminal:
    return Terminal(live, line, "first")


@pytest.fixture
def window(line: Line, terminal: Terminal) -> Iterator[int]:
    number = named(line, "first")["window_id"]
    yield number
    line.call("restore_window", window_id=number)


def named(line: Line, title: str) -> dict[str, Any]:
    return next(one for one in line.call("list_root_windows") if one["title"] == title)


def test_a_window_is_described(line: Line, terminal: Terminal) -> None:
    found = named(line, "first")
    assert found["window_title"] == "first"
    assert (found["pid"], found["pname"]) == (terminal.process.pid, "xterm")
    assert found["absolute_upper_left_x"] >= 0
    assert 400 < found["width"] < WIDTH
    assert line.call("get_active_window") == found


def test_states_are_seen_in_the_properties(live: Live, line: Line, window: int) -> None:
    line.call("maximize_window", window_id=window)
    assert live.states(window) >= MAXIMIZED
    assert named(line, "first")["width"] > WIDTH - 20
    line.call("fullscreen_window", window_id=window)
    assert live.states(window) >= FULLSCREEN
    assert (named(line, "first")["width"], named(line, "first")["height"]) == (WIDTH, HEIGHT)
    line.call("maximize_window", window_id=window)
    assert not live.states(window) & FULLSCREEN
    line.call("minimize_window", window_id=window)
    assert live.states(window) >= MINIMIZED
    line.call("restore_window", window_id=window)
    assert not live.states(window) & (MINIMIZED | MAXIMIZED | FULLSCREEN)
    assert live.active() == window


def test_a_minimized_window_is_brought_back_by_what_shows_it(live: Live, line: Line, window: int) -> None:
    for operation in ("activate_window", "maximize_window", "fullscreen_window"):
        line.call("minimize_window", window_id=window)
        line.call(operation, window_id=window)
        assert not live.states(window) & MINIMIZED


def test_a_maximized_window_takes_another_size(live: Live, line: Line, window: int) -> None:
    line.call("maximize_window", window_id=window)
    size = line.call("resize_window", window_id=window, width=800, height=600)
    found = named(line, "first")
    assert size == {"width": found["width"], "height": found["height"]}
    assert 780 < size["width"] <= 800
    assert 580 < size["height"] <= 600
    assert not live.states(window) & MAXIMIZED


def test_windows_take_turns_and_close(live: Live, line: Line, window: int) -> None:
    second = Terminal(live, line, "second")
    other = named(line, "second")["window_id"]
    for each in (window, other):
        line.call("activate_window", window_id=each)
        assert live.active() == each
    line.call("close_window", window_id=other)
    assert other not in live.windows()
    assert second.process.wait(60) is not None


def test_a_window_whose_program_asks_something_is_not_said_to_be_closed(live: Live, line: Line) -> None:
    editor = Editor(live, line)
    line.call("input_text", text="unsaved")
    found = line.call("get_active_window")["window_id"]
    with pytest.raises(Answer, match=r"is still open: its program opened \["):
        line.call("close_window", window_id=found)
    editor.process.kill()
    assert eventually(lambda: found not in live.windows())


def test_a_window_of_one_size_is_not_said_to_have_another(live: Live, line: Line, window: int) -> None:
    fixed = live.window("fixed", fixed=True)
    with pytest.raises(Answer, match="cannot be maximized"):
        line.call("maximize_window", window_id=fixed.id)
    with pytest.raises(Answer, match="took 200 by 100, not 640 by 480"):
        line.call("resize_window", window_id=fixed.id, width=640, height=480)
    live.close(fixed)


def test_new_windows_take_the_focus_but_in_focus_mode(live: Live, line: Line, window: int) -> None:
    line.call("activate_window", window_id=window)
    line.call("focus_mode", on=True)
    popup = live.window("popup")
    assert live.active() == window
    live.close(popup)
    line.call("focus_mode", on=False)
    popup = live.window("popup")
    assert eventually(lambda: live.active() == popup.id)
    live.close(popup)


def test_a_window_cannot_lie_about_its_process(live: Live, line: Line) -> None:
    liar = live.window("liar", pid=live.x.pid)
    assert named(line, "liar")["pid"] not in (live.x.pid, None)
    assert named(line, "liar")["pid"] == live.own_pid
    live.close(liar)


def test_an_unknown_window_is_refused(line: Line) -> None:
    for operation in ("activate_window", "close_window", "maximize_window", "minimize_window", "restore_window"):
        with pytest.raises(Answer, match="there is no window 5: list_root_windows lists those that are open"):
            line.call(operation, window_id=5)
