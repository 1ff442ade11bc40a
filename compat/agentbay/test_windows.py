"""Windows, seen by their own list."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ..desktop import Desktop
from .conftest import Do

MISSING = 123_456_789


@pytest.fixture
def shown(computer: Any, do: Do, window: Callable[[str], Any]) -> Iterator[int]:
    """Give a window that is in no special state before the check and after."""
    window_id = window("terminal").window_id
    assert do(computer.restore_window(window_id)).success
    yield int(window_id)
    assert do(computer.restore_window(window_id)).success


def area(found: Any) -> tuple[int, int]:
    return found.width, found.height


def test_windows_are_listed(computer: Any, window: Any) -> None:
    found = window("terminal")
    assert (found.pname, found.pid > 1, found.width > 100, found.height > 100) == ("xterm", True, True, True)
    assert (found.absolute_upper_left_x >= 0, found.absolute_upper_left_y >= 0) == (True, True)


def test_all_windows_are_listed(computer: Any, do: Do) -> None:
    assert {"events", "terminal"} <= {found.title for found in do(computer.list_root_windows(timeout_ms=5000)).windows}


def test_an_activated_window_is_active(computer: Any, do: Do, window: Any) -> None:
    for title in ("events", "terminal"):
        assert do(computer.activate_window(window(title).window_id)).success
        assert do(computer.get_active_window()).window.title == title


def test_a_click_activates_the_window_below(computer: Any, do: Do, desktop: Desktop, window: Any) -> None:
    do(computer.activate_window(window("terminal").window_id))
    do(computer.click_mouse(500, 360))

    def active() -> str:  # empty while no window is active
        found = do(computer.get_active_window()).window
        return str(found.title) if found else ""

    assert desktop.until(active, "events") == "events"


def test_a_maximised_window_fills_the_screen(computer: Any, do: Do, window: Any, shown: int) -> None:
    size = do(computer.get_screen_size()).data
    assert do(computer.maximize_window(shown)).success
    found = window("terminal")
    assert (found.width > size["width"] - 10, found.height > size["height"] - 60) == (True, True)


def test_a_restored_window_has_its_size_again(computer: Any, do: Do, window: Any, shown: int) -> None:
    before = area(window("terminal"))
    assert do(computer.maximize_window(shown)).success
    assert do(computer.restore_window(shown)).success
    assert area(window("terminal")) == before


def test_a_full_screen_has_no_frame(computer: Any, do: Do, window: Any, shown: int) -> None:
    size = do(computer.get_screen_size()).data
    assert do(computer.fullscreen_window(shown)).success
    assert area(window("terminal")) == (size["width"], size["height"])


def test_a_minimised_window_is_not_active(computer: Any, do: Do, shown: int) -> None:
    do(computer.activate_window(shown))
    assert do(computer.minimize_window(shown)).success
    active = do(computer.get_active_window())
    assert not active.success or active.window.title != "terminal"


def test_a_minimised_window_comes_back(computer: Any, do: Do, shown: int) -> None:
    assert do(computer.minimize_window(shown)).success
    assert do(computer.restore_window(shown)).success
    assert do(computer.get_active_window()).window.window_id == shown


def test_a_minimised_window_comes_back_when_it_is_activated(computer: Any, do: Do, shown: int) -> None:
    assert do(computer.minimize_window(shown)).success
    assert do(computer.activate_window(shown)).success
    assert do(computer.get_active_window()).window.window_id == shown


def test_a_window_is_resized(computer: Any, do: Do, window: Any) -> None:
    assert do(computer.resize_window(window("events").window_id, 420, 310)).success
    assert area(window("events")) == (420, 310)


def test_a_maximised_window_is_resized(computer: Any, do: Do, window: Any) -> None:
    events = window("events").window_id
    assert do(computer.maximize_window(events)).success
    assert do(computer.resize_window(events, 430, 320)).success
    assert area(window("events")) == (430, 320)


@pytest.mark.parametrize("method", ["activate", "close", "maximize", "minimize", "restore", "fullscreen"])
def test_an_unknown_window_is_refused(computer: Any, do: Do, method: str) -> None:
    result = do(getattr(computer, f"{method}_window")(MISSING))
    assert (result.success, str(MISSING) in result.error_message) == (False, True)


def test_the_size_of_an_unknown_window(computer: Any, do: Do) -> None:
    result = do(computer.resize_window(MISSING, 300, 200))
    assert (result.success, str(MISSING) in result.error_message) == (False, True)


def test_focus_mode_is_turned_on_and_off(computer: Any, do: Do) -> None:
    assert do(computer.focus_mode(True)).success
    assert do(computer.focus_mode(False)).success


def test_a_closed_window_is_gone(computer: Any, do: Do, window: Any) -> None:
    assert do(computer.start_app("xterm -T closing")).success
    assert do(computer.close_window(window("closing").window_id)).success
    assert window("closing") is None
