"""The browser on the session's desktop: people's tools see its window, and type into its pages."""

from collections.abc import Iterator

import pytest

from sessionbay import BrowserOption, Session
from sessionbay.engine import LocalEngine

from ..conftest import client_of
from ..desktop.needs import needs_desktop
from ..desktop.texts import SEVEN
from ..processes import eventually
from .page import Page

pytestmark = needs_desktop
FIELD = (
    "data:text/html;charset=utf-8,<title>Field</title><textarea autofocus style='width:99vw;height:95vh'></textarea>"
)


@pytest.fixture(scope="module")
def seen(browser_engine: LocalEngine) -> Iterator[tuple[Session, Page]]:
    """Give a session with a desktop on which a browser shows, and its page."""
    page = Page()
    with client_of(browser_engine) as bay, bay.session(image_id="linux_latest") as session:
        session.browser.initialize(BrowserOption()).raise_for_error()
        page.connect(session.browser.get_endpoint_url())
        page.navigate(FIELD)
        yield session, page
        page.close()


def test_the_window_of_the_browser_is_listed(seen: tuple[Session, Page]) -> None:
    session, _ = seen

    def titles() -> list[str]:
        return [window.title for window in session.computer.list_root_windows().unwrap()]

    assert eventually(lambda: any("Field" in title for title in titles()))


@pytest.mark.parametrize("name", ["ascii", "chinese", "russian and hebrew", "emoji"])
def test_text_is_typed_into_a_page_by_the_tools_of_the_desktop(seen: tuple[Session, Page], name: str) -> None:
    session, page = seen
    page.evaluate("document.querySelector('textarea').value = ''")
    session.computer.click_mouse(640, 500).raise_for_error()
    assert eventually(lambda: page.evaluate("document.hasFocus() && document.activeElement.tagName == 'TEXTAREA'"))
    session.computer.input_text(SEVEN[name]).raise_for_error()
    assert eventually(lambda: page.evaluate("document.querySelector('textarea').value") == SEVEN[name])
