"""The mouse and the keyboard, seen by a window that writes down its events, and by a terminal."""

from collections.abc import Callable
from typing import Any

import pytest

from ..desktop import PLACE, Desktop, clicks, point


@pytest.fixture
def keys(computer: Any, window: Callable[[str], Any]) -> Any:
    """Give the keyboard to the window of events."""
    assert computer.window.activate(window("events").window_id).success
    return computer.keyboard


@pytest.fixture
def terminal(computer: Any, window: Callable[[str], Any]) -> Any:
    """Give the keyboard to the terminal."""
    assert computer.window.activate(window("terminal").window_id).success
    return computer.keyboard


def test_a_move_takes_the_cursor_there(computer: Any) -> None:
    assert computer.mouse.move(123, 45).success
    assert point(computer.mouse.get_position().data) == (123, 45)


@pytest.mark.defect("It gives the position as JSON text, and documents a dict.")
def test_the_type_of_the_position(computer: Any) -> None:
    assert isinstance(computer.mouse.get_position().data, str)


@pytest.mark.parametrize(("button", "number"), [("left", 1), ("middle", 2), ("right", 3)])
def test_a_click_reaches_the_window_below(computer: Any, desktop: Desktop, button: str, number: int) -> None:
    assert computer.mouse.click(*PLACE, button).success
    assert desktop.events(clicks(number)) == clicks(number)
    assert desktop.places(2) == [PLACE, PLACE]


def test_a_double_click_is_two_clicks(computer: Any, desktop: Desktop) -> None:
    assert computer.mouse.click(*PLACE, "double_left").success
    assert desktop.events(clicks(1, 2)) == clicks(1, 2)


def test_an_unknown_button_is_refused_by_the_client(computer: Any) -> None:
    with pytest.raises(ValueError, match="double_left"):
        computer.mouse.click(*PLACE, "double_right")


def test_a_drag_goes_from_its_start_to_its_end(computer: Any, desktop: Desktop) -> None:
    end = (PLACE[0] + 60, PLACE[1] + 40)
    assert computer.mouse.drag(*PLACE, *end).success
    assert desktop.events(clicks(1)) == clicks(1)
    assert desktop.places(2) == [PLACE, end]


@pytest.mark.parametrize(("direction", "number"), [("up", 4), ("down", 5), ("left", 6), ("right", 7)])
def test_notches_of_the_wheel(computer: Any, desktop: Desktop, direction: str, number: int) -> None:
    assert computer.mouse.scroll(*PLACE, direction, 2).success
    assert desktop.events(clicks(number, 2)) == clicks(number, 2)


def test_an_unknown_direction_is_refused_by_the_client(computer: Any) -> None:
    with pytest.raises(ValueError, match="direction"):
        computer.mouse.scroll(*PLACE, "sideways", 1)


@pytest.mark.parametrize(
    "text",
    ["The quick brown fox: ~`!@#$%^&*()", "Größe: 5 €", "你好世界", "Привет שלום"],
    ids=["ASCII", "Latin", "Chinese", "Russian"],
)
def test_text_is_typed_into_a_terminal(terminal: Any, desktop: Desktop, text: str) -> None:
    assert terminal.type(f"{text}\n").success
    assert terminal.press(["Ctrl", "d"]).success
    assert desktop.text() == f"{text}\n"


def test_a_chord_is_pressed_in_order_and_released(keys: Any, desktop: Desktop) -> None:
    expected = ["down Control_L", "down Shift_L", "down Z", "up Z", "up Shift_L", "up Control_L"]
    assert keys.press(["Ctrl", "Shift", "z"]).success
    assert desktop.events(expected) == expected


@pytest.mark.parametrize(("name", "key"), [("esc", "Escape"), ("PGDN", "Next"), ("ArrowLeft", "Left"), ("f12", "F12")])
def test_a_key_by_any_of_its_names(keys: Any, desktop: Desktop, name: str, key: str) -> None:
    assert keys.press([name]).success
    assert desktop.events([f"down {key}", f"up {key}"]) == [f"down {key}", f"up {key}"]


def test_a_key_is_held_across_calls(keys: Any, desktop: Desktop) -> None:
    assert keys.press(["Shift"], hold=True).success
    assert keys.press(["a"]).success
    assert keys.release(["shift"]).success
    expected = ["down Shift_L", "down A", "up A", "up Shift_L"]
    assert desktop.events(expected) == expected


def test_an_unknown_key_is_named(keys: Any) -> None:
    result = keys.press(["Hyperspace"])
    assert (result.success, "Hyperspace" in result.error_message) == (False, True)
