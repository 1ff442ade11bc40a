"""A browser that the tests share, and a client of its debugging interface."""

from collections.abc import Iterator

import pytest

from sessionbay import AGB, AgentBay, Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.images import CHROMIUM

from .page import Page


@pytest.fixture(scope="session")
def browser_engine(namespaces_engine: LocalEngine) -> LocalEngine:
    """Give an engine on a machine that has a browser."""
    if CHROMIUM.find() is None:
        pytest.skip(f"this machine has no browser: {CHROMIUM.install}")
    return namespaces_engine


@pytest.fixture(scope="module", params=[AgentBay, AGB], ids=["agentbay", "agb"])
def browser_session(request: pytest.FixtureRequest, browser_engine: LocalEngine) -> Iterator[Session]:
    """Give a session whose browser no test needs as it is."""
    client: type[AgentBay] = request.param
    key = browser_engine.api_key.reveal()
    with client(endpoint=browser_engine.endpoint, api_key=key) as bay, bay.session(image_id="browser_latest") as made:
        yield made


@pytest.fixture
def open_page() -> Iterator[Page]:
    """Give a client that is not connected yet."""
    page = Page()
    yield page
    page.close()
