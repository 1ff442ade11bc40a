"""The keyboard, seen by a window that writes down its events, and by a terminal."""

from collections.abc import Callable
from typing import Any

import pytest

from ..desktop import PLACE, Desktop
from .conftest import Do


@pytest.fixture
def keys(computer: Any, do: Do, window: Callable[[str], Any]) -> Any:
    """Give the keyboard to the window of events."""
    assert do(computer.activate_window(window("events").window_id)).success
    return computer


@pytest.fixture
def terminal(computer: Any, do: Do, window: Callable[[str], Any]) -> Any:
    """Give the keyboard to the terminal."""
    assert do(computer.activate_window(window("terminal").window_id)).success
    return computer


@pytest.mark.parametrize(
    "text",
    [
        "The quick brown fox: 0123456789 ~`!@#$%^&*()_+-={}[]|\\:;\"'<>,.?/",
        "Größe: 5 €, ça va?",
        "你好世界",
        "Привет שלום",
        "👍🎉",
    ],
    ids=["ASCII", "Latin", "Chinese", "Russian and Hebrew", "emoji"],
)
def test_text_is_typed_into_a_terminal(terminal: Any, do: Do, desktop: Desktop, text: str) -> None:
    assert do(terminal.input_text(f"{text}\n")).success
    assert do(terminal.press_keys(["Ctrl", "d"])).success
    assert desktop.text() == f"{text}\n"


def test_text_of_several_lines_is_typed(terminal: Any, do: Do, desktop: Desktop) -> None:
    assert do(terminal.input_text("one\n\ttwo\nthree\n")).success
    assert do(terminal.press_keys(["Ctrl", "d"])).success
    assert desktop.text() == "one\n\ttwo\nthree\n"


def test_a_key_corrects_what_was_typed(terminal: Any, do: Do, desktop: Desktop) -> None:
    do(terminal.input_text("rightt"))
    do(terminal.press_keys(["BackSpace"]))
    do(terminal.press_keys(["Enter"]))
    do(terminal.press_keys(["Ctrl", "d"]))
    assert desktop.text() == "right\n"


def test_a_chord_is_pressed_in_order_and_released(keys: Any, do: Do, desktop: Desktop) -> None:
    expected = ["down Control_L", "down Shift_L", "down Z", "up Z", "up Shift_L", "up Control_L"]
    assert do(keys.press_keys(["ctrl", "SHIFT", "z"])).success
    assert desktop.events(expected) == expected


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("esc", "Escape"),
        ("pgdn", "Next"),
        ("arrowleft", "Left"),
        ("F12", "F12"),
        ("space", "space"),
        ("minus", "minus"),
    ],
)
def test_a_key_by_its_name(keys: Any, do: Do, desktop: Desktop, name: str, key: str) -> None:
    assert do(keys.press_keys([name])).success
    assert desktop.events([f"down {key}", f"up {key}"]) == [f"down {key}", f"up {key}"]


def test_a_key_is_held_across_calls(keys: Any, do: Do, desktop: Desktop) -> None:
    assert do(keys.press_keys(["Shift"], hold=True)).success
    assert do(keys.press_keys(["a"])).success
    assert do(keys.release_keys(["Shift"])).success
    expected = ["down Shift_L", "down A", "up A", "up Shift_L"]
    assert desktop.events(expected) == expected


def test_a_key_is_held_during_a_click(keys: Any, do: Do, desktop: Desktop) -> None:
    do(keys.press_keys(["Ctrl"], hold=True))
    do(keys.click_mouse(*PLACE))
    do(keys.release_keys(["Ctrl"]))
    expected = ["down Control_L", "press 1", "release 1", "up Control_L"]
    assert desktop.events(expected) == expected
    assert "state 0x4, button 1" in desktop.run("cat events.log")


@pytest.mark.defect("It changes the names of keys that are pressed, and sends those to release as they are.")
def test_a_key_is_released_by_another_spelling(keys: Any, do: Do, desktop: Desktop) -> None:
    assert do(keys.press_keys(["control"], hold=True)).success
    assert do(keys.release_keys(["CONTROL"])).success
    assert desktop.events(["down Control_L", "up Control_L"]) == ["down Control_L", "up Control_L"]


def test_caps_lock_does_not_change_what_is_typed(terminal: Any, do: Do, desktop: Desktop) -> None:
    do(terminal.press_keys(["CapsLock"]))
    do(terminal.input_text("Lower\n"))
    do(terminal.press_keys(["CapsLock"]))
    do(terminal.press_keys(["Ctrl", "d"]))
    assert desktop.text() == "Lower\n"


def test_an_unknown_key_is_named(keys: Any, do: Do) -> None:
    result = do(keys.press_keys(["Hyperspace"]))
    assert (result.success, "Hyperspace" in result.error_message) == (False, True)


def test_no_key_is_refused(keys: Any, do: Do) -> None:
    assert not do(keys.press_keys([])).success
