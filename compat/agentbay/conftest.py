"""AgentBay's official client in both flavours, and a session of each."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from agentbay import AgentBay, AsyncAgentBay, Config, CreateSessionParams

from ..desktop import EVENTS, TERMINAL, Desktop, skip_unless_there
from ..engine import Engine
from ..loop import Loop

Do = Callable[[Any], Any]
NUMBERS = count()
KINDS = {"sync": AgentBay, "async": AsyncAgentBay}


@pytest.fixture(scope="session", params=list(KINDS))
def flavour(request: pytest.FixtureRequest) -> str:
    """Name the flavour of the client."""
    return str(request.param)


@pytest.fixture(scope="session")
def loop() -> Iterator[Loop]:
    """Give the loop on which the async client lives."""
    loop = Loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def do(loop: Loop) -> Do:
    """Return what returns a call's result, awaited where it must be."""
    return loop.do


@pytest.fixture(scope="session")
def client_of(flavour: str) -> Callable[[str, str], Any]:
    """Return what makes a client for an endpoint and a key."""

    def client(endpoint: str, key: str) -> Any:
        with pytest.warns(DeprecationWarning, match="endpoint"):  # it prefers the name of a region
            return KINDS[flavour](api_key=key, cfg=Config(endpoint=endpoint, timeout_ms=30_000))

    return client


@pytest.fixture(scope="session")
def bay(client_of: Callable[[str, str], Any], engine: Engine) -> Any:
    """Yield a client of the engine."""
    return client_of(engine.endpoint, engine.api_key)


@pytest.fixture(scope="session")
def session(bay: Any, do: Do) -> Iterator[Any]:
    """Yield a session that many checks share."""
    session = do(bay.create(CreateSessionParams(labels={"check": "shared"}))).session
    yield session
    do(session.delete())


@pytest.fixture(params=["direct", "control plane"])
def machine(request: pytest.FixtureRequest, session: Any) -> Iterator[Any]:
    """Yield a session whose tools are called on each of the two routes: without a link, it is the control plane."""
    link, session.link_url = session.link_url, session.link_url if request.param == "direct" else ""
    yield session
    session.link_url = link


@pytest.fixture
def make(bay: Any, do: Do) -> Callable[..., Any]:
    """Return what creates a session for one check. It ends with the engine: the client takes a second to delete one."""

    def create(**params: Any) -> Any:
        result = do(bay.create(CreateSessionParams(**params)))
        assert result.success, result.error_message
        return result.session

    return create


@pytest.fixture
def folder(session: Any, do: Do) -> str:
    """Yield a folder in the session that no other check uses."""
    result = do(session.command.execute_command(f"mkdir check-{next(NUMBERS)} && cd $_ && pwd"))
    assert result.success, result.stderr
    return str(result.stdout.strip())


@pytest.fixture(scope="session")
def desktop(bay: Any, do: Do) -> Iterator[Desktop]:
    """Yield a desktop with a window of events and a terminal, which many checks share."""
    session = do(bay.create(CreateSessionParams(image_id="linux_latest", labels={"check": "desktop"}))).session

    def run(command: str) -> str:
        return str(do(session.command.execute_command(command, timeout_ms=60_000)).stdout)

    skip_unless_there(do(session.computer.get_screen_size()), run)
    shown = Desktop(session, run)
    for name in (EVENTS, TERMINAL):
        result = do(session.computer.start_app(f"sh {shown.home}/{name}.sh"))
        assert result.success, result.error_message
    yield shown
    do(session.delete())


@pytest.fixture
def computer(desktop: Desktop) -> Any:
    """Give the client's module for the desktop, with no event written down yet."""
    desktop.begin()
    return desktop.computer


@pytest.fixture
def window(desktop: Desktop, do: Do) -> Callable[[str], Any]:
    """Return what finds a window by its title."""

    def find(title: str) -> Any:
        listed = do(desktop.computer.list_root_windows())
        assert listed.success, listed.error_message
        return next((found for found in listed.windows if found.title == title), None)

    return find
