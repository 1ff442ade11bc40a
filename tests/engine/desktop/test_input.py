"""Keys, buttons and the wheel as a program receives them."""

import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from sessionbay.operations.key_names import NAMES

from ..processes import ENOUGH, eventually
from .live import HEIGHT, Answer, Line, Live, desktop
from .programs import Terminal
from .texts import SEVEN

PRESS, RELEASE, BUTTON, UP, MOVED = 2, 3, 4, 5, 6  # types of events


class Recorder:
    """A window that keeps the events that it gets."""

    def __init__(self, live: Live, line: Line) -> None:
        self.live = live
        self.window = live.window("recorder")
        self.window.change_attributes(event_mask=0x1 | 0x2 | 0x4 | 0x8 | 0x40)
        line.call("activate_window", window_id=self.window.id)
        self._events: list[Any] = []
        found = line.call("get_active_window")
        line.call("press_keys", keys=["a"])
        self.events(PRESS, count=1)  # the release of the first key on a new X server does not reach python-xlib
        self.left, self.top = found["absolute_upper_left_x"], found["absolute_upper_left_y"]

    def events(self, *kinds: int, count: int) -> list[Any]:
        """Wait for a number of events of some kinds; return them and forget all others."""
        found: list[Any] = []

        def are_there() -> bool:
            while self.live.display.pending_events():
                self._events.append(self.live.display.next_event())
            found[:] = [event for event in self._events if event.type in kinds]
            return len(found) >= count

        assert eventually(are_there), [event.type for event in found]
        self._events.clear()
        return found

    def keysym(self, code: int) -> int:
        """Return what a key gives without modifiers."""
        return int(self.live.display.get_keyboard_mapping(code, 1)[0][0])


@pytest.fixture(scope="module")
def recorder(live: Live, line: Line) -> Recorder:
    return Recorder(live, line)


@pytest.fixture
def focused(recorder: Recorder, line: Line) -> Iterator[Recorder]:
    line.call("activate_window", window_id=recorder.window.id)
    line.call("move_mouse", x=0, y=HEIGHT - 1)
    yield recorder
    recorder.events(count=0)


@pytest.fixture
def alone() -> Iterator[Live]:
    with desktop() as made:
        yield made


def is_down(live: Live, code: int) -> bool:
    return bool(live.display.query_keymap()[code // 8] >> code % 8 & 1)


def test_every_name_of_the_protocol_presses_its_key(focused: Recorder, line: Line) -> None:
    from sessionbay.engine.agent.inside.desktop.key_names import keysym_of_key

    arrived = {}
    for name in NAMES:
        line.call("press_keys", keys=[name])
        pressed, released = focused.events(PRESS, RELEASE, count=2)
        assert (name, pressed.type, released.type) == (name, PRESS, RELEASE)
        arrived[name] = focused.keysym(pressed.detail)
        if name.endswith("Lock"):
            line.call("press_keys", keys=[name])
            focused.events(PRESS, RELEASE, count=2)
    assert arrived == {name: keysym_of_key(name) for name in NAMES}


def test_chords_go_down_in_order_and_up_in_reverse(focused: Recorder, line: Line) -> None:
    line.call("press_keys", keys=["Ctrl", "Shift", "t"])
    events = focused.events(PRESS, RELEASE, count=6)
    codes = [event.detail for event in events]
    assert codes[3:] == codes[2::-1]
    assert [event.state for event in events[:3]] == [0, 4, 5]


def test_a_sign_on_a_shifted_key_brings_its_shift(focused: Recorder, line: Line) -> None:
    line.call("press_keys", keys=["Ctrl", "+"])
    assert focused.events(PRESS, RELEASE, count=6)[2].state == 5


def test_a_letter_that_the_layout_lacks_is_pressed(live: Live, focused: Recorder, line: Line) -> None:
    subprocess.run(["setxkbmap", "ru"], env=live.env, check=True)
    try:
        line.call("press_keys", keys=["Ctrl", "a"])
        event = focused.events(PRESS, RELEASE, count=4)[1]
        assert (focused.keysym(event.detail), event.state) == (0x61, 4)
    finally:
        subprocess.run(["setxkbmap", "us"], env=live.env, check=True)


def test_keys_are_held_across_calls(live: Live, focused: Recorder, line: Line) -> None:
    line.call("press_keys", keys=["SHIFT", "F13"], hold=True)
    shift, extra = (event.detail for event in focused.events(PRESS, count=2))
    line.call("press_keys", keys=["Shift", "a"])
    assert focused.events(PRESS, count=1)[0].state == 1
    line.call("input_text", text=SEVEN["150 cjk"])
    focused.events(PRESS, count=150)
    assert is_down(live, shift)
    assert is_down(live, extra)
    assert focused.keysym(extra) == 0xFFCA
    line.call("release_keys", keys=["shift", "f13", "Ctrl"])
    assert not is_down(live, shift)
    assert not is_down(live, extra)
    focused.events(RELEASE, count=1)


@pytest.mark.parametrize("end", ["socket", "SIGTERM", "SIGKILL"])
def test_no_key_stays_down_after_a_service(alone: Live, end: str) -> None:
    live = alone
    with live.service() as line:
        line.call("press_keys", keys=["Alt", "F20"], hold=True)
        assert is_down(live, 64)
        if end != "socket":
            os.kill(live.process.pid, getattr(signal, end))
            live.process.wait(ENOUGH)
            assert is_down(live, 64) == (end == "SIGKILL")
    if end == "SIGKILL":
        with live.service() as line:
            line.call("ping")
            assert not is_down(live, 64)
            line.call("press_keys", keys=["F20"])
    assert not any(live.display.query_keymap())


def test_a_service_after_a_killed_one_has_as_many_free_keys(alone: Live) -> None:
    with alone.service() as line:
        line.call("input_text", text=SEVEN["chinese"] + SEVEN["150 cjk"])
        alone.process.kill()
    with alone.service() as line:
        line.call("input_text", text=SEVEN["150 cjk"])


def test_a_double_click_does_not_count_a_click_before_it(focused: Recorder, line: Line) -> None:
    spot = {"x": focused.left + 50, "y": focused.top + 50}
    line.call("click_mouse", **spot, button="left")
    line.call("click_mouse", **spot, button="double_left")
    first, second, third = focused.events(BUTTON, count=3)
    assert second.time - first.time >= 490
    assert third.time >= second.time
    assert (first.root_x, first.root_y, first.detail) == (spot["x"], spot["y"], 1)


@pytest.mark.parametrize(("direction", "button"), [("up", 4), ("down", 5), ("left", 6), ("right", 7)])
def test_each_notch_of_the_wheel_arrives(focused: Recorder, line: Line, direction: str, button: int) -> None:
    line.call("scroll", x=focused.left + 50, y=focused.top + 50, direction=direction, amount=3)
    assert [event.detail for event in focused.events(BUTTON, count=3)] == [button] * 3


def test_a_drag_goes_through_steps(focused: Recorder, line: Line) -> None:
    left, top = focused.left, focused.top
    line.call("drag_mouse", from_x=left + 10, from_y=top + 10, to_x=left + 150, to_y=top + 80, button="middle")
    *before, last = focused.events(BUTTON, UP, MOVED, count=12)
    pressed = next(event for event in before if event.type == BUTTON)
    assert (pressed.root_x, pressed.root_y, pressed.detail) == (left + 10, top + 10, 2)
    assert (last.type, last.root_x, last.root_y) == (UP, left + 150, top + 80)


def test_a_program_that_keeps_the_cursor_is_told(live: Live, focused: Recorder, line: Line) -> None:
    window = focused.window
    line.call("move_mouse", x=focused.left + 50, y=focused.top + 50)
    window.grab_pointer(True, 0x4, 1, 1, window, 0, 0)
    live.display.sync()
    try:
        with pytest.raises(Answer, match="not at 1200, 700: a program keeps it there"):
            line.call("move_mouse", x=1200, y=700)
    finally:
        live.display.ungrab_pointer(0)
        live.display.sync()


def test_a_program_that_grabs_the_server_holds_nothing_up(live: Live, line: Line) -> None:
    live.display.grab_server()
    live.display.sync()
    try:
        line.call("move_mouse", x=30, y=40)
        assert line.call("get_cursor_position") == {"x": 30, "y": 40}
        assert line.call("screenshot")
        assert line.call("screenshot")
    finally:
        live.display.ungrab_server()
        live.display.sync()
    assert line.call("screenshot")


def test_calls_at_once_do_not_mix_their_keys(live: Live, line: Line) -> None:
    terminal = Terminal(live, line)
    texts = [f"{number} {SEVEN[name]}" for number, name in enumerate(("latin", "chinese", "emoji", "ascii"))]
    sent = [line.send("input_text", text=f"{text}\n") for text in texts]
    sent += [line.send("screenshot"), line.send("get_cursor_position"), line.send("press_keys", keys=["z"])]
    replies = [line.receive()[0] for _ in sent]
    assert sorted(reply["id"] for reply in replies) == sorted(sent)
    assert [reply["error"] for reply in replies if "error" in reply] == []
    assert eventually(lambda: len(terminal.lines()) == len(texts))
    assert terminal.lines() == texts
