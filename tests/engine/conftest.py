"""Engines of each kind, and raw requests to them."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sessionbay import AgentBay, Session
from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine
from sessionbay.engine.sandbox.sandbox import SandboxError

from .processes import ENOUGH


@pytest.fixture(scope="session")
def namespaces_engine() -> Iterator[LocalEngine]:
    """Give an engine whose sessions are in namespaces."""
    engine = LocalEngine(EngineConfig(isolation="namespaces", network="none"))
    try:
        engine.start()
    except SandboxError as exc:
        if "SESSIONBAY_REQUIRE_NAMESPACES" in os.environ:
            raise
        pytest.skip(f"this machine cannot keep sessions in namespaces: {exc}")
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def process_engine() -> Iterator[LocalEngine]:
    """Give an engine whose sessions are plain processes."""
    with pytest.warns(IsolationWarning, match="plain processes"):
        engine = LocalEngine(EngineConfig(isolation="process")).start()
    yield engine
    engine.stop()


@pytest.fixture(params=["namespaces", "process"])
def any_engine(request: pytest.FixtureRequest) -> LocalEngine:
    """Give an engine of each kind in turn."""
    found: LocalEngine = request.getfixturevalue(f"{request.param}_engine")
    return found


def client_of(engine: LocalEngine) -> AgentBay:
    return AgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal())


@pytest.fixture
def any_session(any_engine: LocalEngine) -> Iterator[Session]:
    with client_of(any_engine) as bay, bay.session() as session:
        yield session


@pytest.fixture(scope="module")
def session(engine: LocalEngine) -> Iterator[Session]:
    """Give a session that the tests of a module share."""
    with client_of(engine) as bay, bay.session() as made:
        yield made


@pytest.fixture
def namespaces_session(namespaces_engine: LocalEngine) -> Iterator[Session]:
    with client_of(namespaces_engine) as bay, bay.session() as session:
        yield session


def started(**config: Any) -> LocalEngine:
    """Return an engine of its own, whatever isolation there is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IsolationWarning)
        return LocalEngine(EngineConfig(**config)).start()


@dataclass
class Raw:
    """Speaks to an engine without the client: what a stranger, or another client, might send."""

    engine: LocalEngine

    def agentbay(self, action: str, *, key: str | None = None, **form: str) -> httpx.Response:
        """Send an action of AgentBay's."""
        key = self.engine.api_key.reveal() if key is None else key
        return self.post(f"/?Action={action}", data={"Authorization": f"Bearer {key}", **form})

    def agb(self, path: str, *, key: str | None = None, **body: Any) -> httpx.Response:
        """Send a request of AGB's."""
        key = self.engine.api_key.reveal() if key is None else key
        return self.post(path, json=body, headers={"authorization": f"Bearer {key}"})

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Ask for a page."""
        return httpx.get(f"{self.engine.endpoint}{path}", trust_env=False, timeout=ENOUGH, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """Send any request."""
        return httpx.post(f"{self.engine.endpoint}{path}", trust_env=False, timeout=ENOUGH, **more)


@pytest.fixture
def raw(engine: LocalEngine) -> Raw:
    return Raw(engine)
