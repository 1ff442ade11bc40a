"""The mouse, seen by a window that writes down its events."""

from typing import Any

import pytest

from ..desktop import PLACE, Desktop, clicks, point
from .conftest import Do


def test_a_move_takes_the_cursor_there(computer: Any, do: Do) -> None:
    assert do(computer.move_mouse(123, 45)).success
    assert point(do(computer.get_cursor_position()).data) == (123, 45)


def test_a_move_off_the_screen_ends_at_its_edge(computer: Any, do: Do) -> None:
    size = do(computer.get_screen_size()).data
    assert do(computer.move_mouse(5000, 5000)).success
    assert point(do(computer.get_cursor_position()).data) == (size["width"] - 1, size["height"] - 1)


@pytest.mark.defect("It gives the position as JSON text, and documents a dict.")
def test_the_type_of_the_position(computer: Any, do: Do) -> None:
    assert isinstance(do(computer.get_cursor_position()).data, str)


@pytest.mark.parametrize(("button", "number"), [("left", 1), ("middle", 2), ("right", 3)])
def test_a_click_reaches_the_window_below(computer: Any, do: Do, desktop: Desktop, button: str, number: int) -> None:
    assert do(computer.click_mouse(*PLACE, button)).success
    assert desktop.events(clicks(number)) == clicks(number)
    assert desktop.places(2) == [PLACE, PLACE]


def test_a_click_takes_the_cursor_along(computer: Any, do: Do) -> None:
    assert do(computer.click_mouse(*PLACE)).success
    assert point(do(computer.get_cursor_position()).data) == PLACE


def test_a_double_click_is_two_clicks(computer: Any, do: Do, desktop: Desktop) -> None:
    assert do(computer.click_mouse(*PLACE, "double_left")).success
    assert desktop.events(clicks(1, 2)) == clicks(1, 2)


def test_an_unknown_button_is_refused_by_the_client(computer: Any, do: Do) -> None:
    with pytest.raises(ValueError, match="double_left"):
        do(computer.click_mouse(*PLACE, "double_right"))


def test_a_drag_goes_from_its_start_to_its_end(computer: Any, do: Do, desktop: Desktop) -> None:
    end = (PLACE[0] + 60, PLACE[1] + 40)
    assert do(computer.drag_mouse(*PLACE, *end)).success
    assert desktop.events(clicks(1)) == clicks(1)
    assert desktop.places(2) == [PLACE, end]


def test_a_drag_with_the_right_button(computer: Any, do: Do, desktop: Desktop) -> None:
    assert do(computer.drag_mouse(*PLACE, PLACE[0] + 9, PLACE[1], "right")).success
    assert desktop.events(clicks(3)) == clicks(3)


def test_a_drag_of_its_title_moves_a_window(computer: Any, do: Do, window: Any) -> None:
    before = window("terminal")
    title = (before.absolute_upper_left_x + 60, before.absolute_upper_left_y - 8)
    assert do(computer.drag_mouse(*title, title[0] + 70, title[1] + 30)).success
    after = window("terminal")
    moved = (
        after.absolute_upper_left_x - before.absolute_upper_left_x,
        after.absolute_upper_left_y - before.absolute_upper_left_y,
    )
    assert moved == (70, 30)


@pytest.mark.parametrize(("direction", "number"), [("up", 4), ("down", 5), ("left", 6), ("right", 7)])
def test_a_notch_of_the_wheel(computer: Any, do: Do, desktop: Desktop, direction: str, number: int) -> None:
    assert do(computer.scroll(*PLACE, direction, 1)).success
    assert desktop.events(clicks(number)) == clicks(number)


def test_three_notches_of_the_wheel(computer: Any, do: Do, desktop: Desktop) -> None:
    assert do(computer.scroll(*PLACE, "down", 3)).success
    assert desktop.events(clicks(5, 3)) == clicks(5, 3)


def test_no_notch_of_the_wheel_is_refused(computer: Any, do: Do) -> None:
    result = do(computer.scroll(*PLACE, "down", 0))
    assert (result.success, "amount" in result.error_message) == (False, True)


def test_an_unknown_direction_is_refused_by_the_client(computer: Any, do: Do) -> None:
    with pytest.raises(ValueError, match="direction"):
        do(computer.scroll(*PLACE, "sideways", 1))
