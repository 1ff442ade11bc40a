"""Windows, seen by their own list."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

MISSING = 123_456_789


@pytest.fixture
def shown(computer: Any, window: Callable[[str], Any]) -> Iterator[int]:
    """Give a window that is in no special state before the check and after."""
    window_id = window("terminal").window_id
    assert computer.window.restore(window_id).success
    yield int(window_id)
    assert computer.window.restore(window_id).success


def area(found: Any) -> tuple[int, int]:
    return found.width, found.height


def test_windows_are_listed(computer: Any, window: Any) -> None:
    found = window("terminal")
    assert (found.pname, found.pid > 1, found.width > 100, found.height > 100) == ("xterm", True, True, True)


def test_an_activated_window_is_active(computer: Any, window: Any) -> None:
    for title in ("events", "terminal"):
        assert computer.window.activate(window(title).window_id).success
        assert computer.window.get_active_window().window.title == title


def test_a_maximised_window_fills_the_screen(computer: Any, window: Any, shown: int) -> None:
    size = computer.screen.get_size().data
    assert computer.window.maximize(shown).success
    found = window("terminal")
    assert (found.width > size["width"] - 10, found.height > size["height"] - 60) == (True, True)


def test_a_restored_window_has_its_size_again(computer: Any, window: Any, shown: int) -> None:
    before = area(window("terminal"))
    assert computer.window.maximize(shown).success
    assert computer.window.restore(shown).success
    assert area(window("terminal")) == before


def test_a_full_screen_has_no_frame(computer: Any, window: Any, shown: int) -> None:
    size = computer.screen.get_size().data
    assert computer.window.fullscreen(shown).success
    assert area(window("terminal")) == (size["width"], size["height"])


def test_a_minimised_window_is_not_active_and_comes_back(computer: Any, shown: int) -> None:
    assert computer.window.minimize(shown).success
    active = computer.window.get_active_window()
    assert not active.success or active.window.title != "terminal"
    assert computer.window.restore(shown).success
    assert computer.window.get_active_window().window.window_id == shown


def test_a_window_is_resized(computer: Any, window: Any) -> None:
    assert computer.window.resize(window("events").window_id, 420, 310).success
    assert area(window("events")) == (420, 310)


@pytest.mark.parametrize("method", ["activate", "close", "maximize", "minimize", "restore", "fullscreen"])
def test_an_unknown_window_is_refused(computer: Any, method: str) -> None:
    result = getattr(computer.window, method)(MISSING)
    assert (result.success, str(MISSING) in result.error_message) == (False, True)


def test_focus_mode_is_turned_on_and_off(computer: Any) -> None:
    assert computer.window.focus_mode(True).success
    assert computer.window.focus_mode(False).success


def test_a_closed_window_is_gone(computer: Any, window: Any) -> None:
    assert computer.app.start("xterm -T closing").success
    assert computer.window.close(window("closing").window_id).success
    assert window("closing") is None
