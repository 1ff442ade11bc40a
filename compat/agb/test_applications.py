"""Applications, and the screen: its size, and pictures of it on both routes."""

from collections.abc import Iterator
from typing import Any

import pytest
from agb.exceptions import ScreenError

from ..desktop import Desktop, picture_size
from ..plain import get


@pytest.fixture
def without_link(computer: Any, desktop: Desktop) -> Iterator[Any]:
    """Give the module of a session without a link, which the client takes for one with other tools."""
    link, desktop.session.link_url = desktop.session.link_url, ""
    yield computer
    desktop.session.link_url = link


def visible(computer: Any) -> dict[int, str]:
    """Return the names of the processes that have a window."""
    return {process.pid: process.pname for process in computer.app.get_visible().data}


def started(computer: Any) -> int:
    """Start a program that has a window, and return its process."""
    result = computer.app.start("xterm -T started")
    assert result.success, result.error_message
    return next(int(process.pid) for process in result.data if process.pname == "xterm")


@pytest.mark.parametrize("ignored", [True, False])
def test_installed_applications_are_listed(computer: Any, ignored: bool) -> None:
    listed = computer.app.list_installed(ignore_system_apps=ignored)
    assert listed.success, listed.error_message
    assert ignored or any("xterm" in app.start_cmd for app in listed.data)


def test_the_deprecated_name_of_an_argument_is_taken(computer: Any) -> None:
    with pytest.warns(DeprecationWarning, match="list_installed"):
        listed = computer.get_installed_apps(True, False, False)
    assert any("xterm" in app.start_cmd for app in listed.data)


def test_a_started_application_is_visible_until_it_is_stopped(computer: Any, window: Any) -> None:
    pid = started(computer)
    assert (visible(computer)[pid], window("started").pid) == ("xterm", pid)
    assert computer.app.stop_by_pid(pid).success
    assert pid not in visible(computer)


def test_an_application_has_its_folder(computer: Any, desktop: Desktop) -> None:
    assert computer.app.start(f"xterm -e sh -c 'pwd >{desktop.home}/place; sleep 600'", work_directory="/usr").success
    assert desktop.until(lambda: desktop.run("cat place"), "/usr\n") == "/usr\n"
    assert computer.app.stop_by_pname("sleep").success


def test_a_missing_program_is_named(computer: Any) -> None:
    result = computer.app.start("no-such-program --at-all")
    assert (result.success, "no-such-program" in result.error_message) == (False, True)


def test_applications_are_stopped_by_their_name(computer: Any, desktop: Desktop) -> None:
    desktop.run("cp $(command -v xterm) named-app")
    assert computer.app.start(f"{desktop.home}/named-app").success
    assert computer.app.stop_by_pname("named-app").success
    assert "named-app" not in visible(computer).values()


def test_an_application_is_stopped_by_a_command(computer: Any) -> None:
    pid = started(computer)
    assert computer.app.stop_by_cmd(f"kill {pid}").success
    assert pid not in visible(computer)


def test_the_screen_has_a_size(computer: Any) -> None:
    size = computer.screen.get_size().data
    assert (size["width"], size["height"], size["dpiScalingFactor"]) == (1280, 800, 1.0)


@pytest.mark.parametrize(("format", "mime_type"), [("png", "image/png"), ("jpeg", "image/jpeg"), ("jpg", "image/jpeg")])
def test_a_picture_is_taken(computer: Any, format: str, mime_type: str) -> None:
    taken = computer.screen.beta_take_screenshot(format)
    assert (taken.success, taken.mime_type, taken.width, taken.height) == (True, mime_type, 1280, 800)


def test_a_picture_shows_what_was_typed(computer: Any, desktop: Desktop, window: Any) -> None:
    computer.window.activate(window("terminal").window_id)
    before = computer.screen.beta_take_screenshot().data
    computer.keyboard.type("shown")
    assert desktop.until(lambda: computer.screen.beta_take_screenshot().data != before, True)
    computer.keyboard.press(["Ctrl", "u"])


def test_a_picture_is_stored(without_link: Any) -> None:
    taken = without_link.screen.capture()
    assert taken.success, taken.error_message
    assert picture_size(get(taken.data)) == (1280, 800)


@pytest.mark.defect("With a direct route it refuses capture() without a call.")
def test_an_address_of_a_picture_with_a_link(computer: Any) -> None:
    result = computer.screen.capture()
    assert (result.success, "beta_take_screenshot" in result.error_message) == (False, True)


@pytest.mark.defect("Without a direct route it refuses beta_take_screenshot() without a call.")
def test_a_picture_without_a_link(without_link: Any) -> None:
    with pytest.raises(ScreenError):
        without_link.screen.beta_take_screenshot()
