"""AGB's official client, and a session of it. The client is sync, but for one method."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from agb import AGB, CreateSessionParams
from agb.config import Config

from ..desktop import EVENTS, TERMINAL, Desktop, skip_unless_there
from ..engine import Engine
from ..loop import Loop

IMAGE = "agb-code-space-1"
COMPUTER_IMAGE = "agb-computer-use-ubuntu-2204"
Do = Callable[[Any], Any]
NUMBERS = count()


@pytest.fixture(scope="session")
def do() -> Iterator[Do]:
    """Return what returns a call's result, awaited where it must be."""
    loop = Loop()
    yield loop.do
    loop.close()


@pytest.fixture(scope="session")
def agb(engine: Engine) -> Any:
    """Yield a client of the engine."""
    return AGB(api_key=engine.api_key, cfg=Config(endpoint=engine.endpoint, timeout_ms=30_000))


@pytest.fixture(scope="session")
def session(agb: Any) -> Iterator[Any]:
    """Yield a session that many checks share."""
    session = agb.create(CreateSessionParams(image_id=IMAGE, labels={"check": "shared"})).session
    yield session
    session.delete()


@pytest.fixture(params=["direct", "control plane"])
def machine(request: pytest.FixtureRequest, session: Any) -> Iterator[Any]:
    """Yield a session whose tools are called on each of the two routes: without a link, it is the control plane."""
    link, session.link_url = session.link_url, session.link_url if request.param == "direct" else ""
    yield session
    session.link_url = link


@pytest.fixture
def make(agb: Any) -> Callable[..., Any]:
    """Return what creates a session for one check. It ends with the engine: the client takes a second to delete one."""

    def create(**params: Any) -> Any:
        result = agb.create(CreateSessionParams(**{"image_id": IMAGE, **params}))
        assert result.success, result.error_message
        return result.session

    return create


@pytest.fixture
def folder(session: Any) -> str:
    """Yield a folder in the session that no other check uses."""
    result = session.command.execute(f"mkdir agb-{next(NUMBERS)} && cd $_ && pwd", timeout_ms=60_000)
    assert result.success, result.stderr
    return str(result.stdout.strip())


@pytest.fixture(scope="session")
def desktop(agb: Any) -> Iterator[Desktop]:
    """Yield a desktop with a window of events and a terminal, which many checks share."""
    session = agb.create(CreateSessionParams(image_id=COMPUTER_IMAGE, labels={"check": "desktop"})).session

    def run(command: str) -> str:
        return str(session.command.execute(command, timeout_ms=60_000).stdout)

    skip_unless_there(session.computer.screen.get_size(), run)
    shown = Desktop(session, run)
    for name in (EVENTS, TERMINAL):
        result = session.computer.app.start(f"sh {shown.home}/{name}.sh")
        assert result.success, result.error_message
    yield shown
    session.delete()


@pytest.fixture
def computer(desktop: Desktop) -> Any:
    """Give the client's module for the desktop, with no event written down yet."""
    desktop.begin()
    return desktop.computer


@pytest.fixture
def window(desktop: Desktop) -> Callable[[str], Any]:
    """Return what finds a window by its title."""

    def find(title: str) -> Any:
        listed = desktop.computer.window.list_root_windows()
        assert listed.success, listed.error_message
        return next((found for found in listed.windows if found.title == title), None)

    return find
