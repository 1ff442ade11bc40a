"""A browser that the tests share, and a client of its debugging interface."""

from collections.abc import Iterator

import pytest

from sessionbay import AGB, AgentBay, Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.images import CHROMIUM

from ..conftest import client_of
from .needs import NO_BROWSER
from .page import Page


@pytest.fixture(scope="session")
def browser_engine(namespaces_engine: LocalEngine) -> LocalEngine:
    """Give an engine on a machine that has a browser."""
    if CHROMIUM.find() is None:
        pytest.skip(NO_BROWSER)
    return namespaces_engine


@pytest.fixture(scope="module", params=[AgentBay, AGB], ids=["agentbay", "agb"])
def browser_session(request: pytest.FixtureRequest, browser_engine: LocalEngine) -> Iterator[Session]:
    """Give a session whose browser no test needs as it is."""
    client: type[AgentBay] = request.param
    key = browser_engine.api_key.reveal()
    with client(endpoint=browser_engine.endpoint, api_key=key) as bay, bay.session(image_id="browser_latest") as made:
        yield made


@pytest.fixture(scope="module")
def browsing(browser_engine: LocalEngine) -> Iterator[Session]:
    """Give a session whose browser runs with the defaults; the tests of a module share it."""
    with client_of(browser_engine) as bay, bay.session(image_id="browser_latest") as session:
        session.browser.initialize().raise_for_error()
        yield session


@pytest.fixture
def fresh(browser_engine: LocalEngine) -> Iterator[Session]:
    """Give a session whose browser has not been started."""
    with client_of(browser_engine) as bay, bay.session(image_id="browser_latest") as session:
        yield session


@pytest.fixture
def open_page() -> Iterator[Page]:
    """Give a client that is not connected yet."""
    page = Page()
    yield page
    page.close()
