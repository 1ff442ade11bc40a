# Generated from tests/_async/conftest.py by scripts/generate_sync.py. Do not edit.
"""Clients and sessions for the tests of both twins."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from sessionbay import AGB, AgentBay, Session
from sessionbay.engine import LocalEngine

from ..sharing import SharedSessions

IMAGE = "agb-code-space-1"
C = TypeVar("C", AgentBay, AGB)


def connect(engine: LocalEngine, make: Callable[..., C], **options: Any) -> C:
    """Return a client of an engine."""
    return make(endpoint=engine.endpoint, api_key=engine.api_key.reveal(), **options)


@pytest.fixture
def bay(engine: LocalEngine) -> Iterator[AgentBay]:
    with connect(engine, AgentBay) as client:
        yield client


@pytest.fixture(params=[AgentBay, AGB])
def either(request: pytest.FixtureRequest, engine: LocalEngine) -> Iterator[AgentBay]:
    """Give a client of each cloud in turn."""
    with connect(engine, request.param) as client:
        yield client


@pytest.fixture
def session(either: AgentBay) -> Iterator[Session]:
    """Give a session of each cloud in turn."""
    with either.session(image_id=IMAGE) as session:
        yield session


@pytest.fixture
def bay_session(bay: AgentBay) -> Iterator[Session]:
    """Give a session of AgentBay, which has what AGB has not."""
    with bay.session() as session:
        yield session


@pytest.fixture(params=["direct", "control plane"])
def routed(
    request: pytest.FixtureRequest, engine: LocalEngine, engine_without_direct_route: LocalEngine
) -> Iterator[Session]:
    """Give a session whose tools are called on each of the two routes in turn."""
    chosen = engine if request.param == "direct" else engine_without_direct_route
    with connect(chosen, AgentBay) as bay, bay.session(image_id="code_latest") as session:
        yield session


@pytest.fixture
def shared(either: AgentBay, engine: LocalEngine, shared_sessions: SharedSessions) -> Session:
    """Give a session of each cloud in turn, which the tests of a module share: they leave it as they found it."""
    return (either.get(shared_sessions.session_id(engine, type(either)))).session


@pytest.fixture
def shared_bay(bay: AgentBay, engine: LocalEngine, shared_sessions: SharedSessions) -> Session:
    """Give a session of AgentBay, which the tests of a module share."""
    return (bay.get(shared_sessions.session_id(engine, type(bay)))).session


@pytest.fixture(params=["direct", "control plane"])
def shared_routed(
    request: pytest.FixtureRequest,
    engine: LocalEngine,
    engine_without_direct_route: LocalEngine,
    shared_sessions: SharedSessions,
) -> Iterator[Session]:
    """Give a session of each of the two routes in turn, which the tests of a module share."""
    chosen = engine if request.param == "direct" else engine_without_direct_route
    with connect(chosen, AgentBay) as bay:
        yield (bay.get(shared_sessions.session_id(chosen, type(bay)))).session
