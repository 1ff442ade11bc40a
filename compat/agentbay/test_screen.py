"""The screen: its size, and pictures of it on both routes."""

from collections.abc import Iterator
from typing import Any

import pytest
from agentbay import AgentBayError

from ..desktop import Desktop, picture_size, point
from ..plain import get, refused
from .conftest import Do


@pytest.fixture
def without_link(computer: Any, desktop: Desktop) -> Iterator[Any]:
    """Give the module of a session without a link, which the client takes for one with other tools."""
    link, desktop.session.link_url = desktop.session.link_url, ""
    yield computer
    desktop.session.link_url = link


def test_the_screen_has_a_size(computer: Any, do: Do) -> None:
    size = do(computer.get_screen_size()).data
    assert (size["width"], size["height"], size["dpiScalingFactor"]) == (1280, 800, 1.0)


@pytest.mark.parametrize(
    ("format", "mime_type"), [("png", "image/png"), ("jpeg", "image/jpeg"), (" JPG ", "image/jpeg")]
)
def test_a_picture_is_taken(computer: Any, do: Do, format: str, mime_type: str) -> None:
    taken = do(computer.beta_take_screenshot(format))
    assert (taken.success, taken.mime_type, taken.width, taken.height) == (True, mime_type, 1280, 800)


def test_a_picture_has_the_size_that_is_told(computer: Any, do: Do) -> None:
    assert picture_size(do(computer.beta_take_screenshot()).data) == (1280, 800)


def test_another_format_is_refused_by_the_client(computer: Any, do: Do) -> None:
    with pytest.raises(ValueError, match="png"):
        do(computer.beta_take_screenshot("gif"))


def test_a_picture_shows_what_was_typed(computer: Any, do: Do, desktop: Desktop, window: Any) -> None:
    do(computer.activate_window(window("terminal").window_id))
    before = do(computer.beta_take_screenshot()).data
    do(computer.input_text("shown"))
    assert desktop.until(lambda: do(computer.beta_take_screenshot()).data != before, True)
    do(computer.press_keys(["Ctrl", "u"]))


def test_a_picture_is_stored(without_link: Any, do: Do) -> None:
    taken = do(without_link.screenshot())
    assert taken.success, taken.error_message
    assert picture_size(get(taken.data)) == (1280, 800)


def test_an_address_is_good_for_its_picture_only(without_link: Any, do: Do) -> None:
    address = do(without_link.screenshot()).data
    assert refused(address.replace("screenshot", "another", 1)) in (400, 401, 403, 404)
    assert refused(address, "PUT") in (401, 403, 405)


def test_all_else_works_without_a_link(without_link: Any, do: Do) -> None:
    assert do(without_link.move_mouse(10, 20)).success
    assert point(do(without_link.get_cursor_position()).data) == (10, 20)


@pytest.mark.defect("With a direct route it refuses screenshot() without a call.")
def test_an_address_of_a_picture_with_a_link(computer: Any, do: Do) -> None:
    result = do(computer.screenshot())
    assert (result.success, "beta_take_screenshot" in result.error_message) == (False, True)


@pytest.mark.defect("Without a direct route it refuses beta_take_screenshot() without a call.")
def test_a_picture_without_a_link(without_link: Any, do: Do) -> None:
    with pytest.raises(AgentBayError, match="screenshot"):
        do(without_link.beta_take_screenshot())
