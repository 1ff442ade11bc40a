"""Clients and sessions for the tests of both twins."""

from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import pytest

from sessionbay import AsyncAGB, AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine

from ..sharing import SharedSessions

IMAGE = "agb-code-space-1"
C = TypeVar("C", AsyncAgentBay, AsyncAGB)


def connect(engine: LocalEngine, make: Callable[..., C], **options: Any) -> C:
    """Return a client of an engine."""
    return make(endpoint=engine.endpoint, api_key=engine.api_key.reveal(), **options)


@pytest.fixture
async def bay(engine: LocalEngine) -> AsyncIterator[AsyncAgentBay]:
    async with connect(engine, AsyncAgentBay) as client:
        yield client


@pytest.fixture(params=[AsyncAgentBay, AsyncAGB])
async def either(request: pytest.FixtureRequest, engine: LocalEngine) -> AsyncIterator[AsyncAgentBay]:
    """Give a client of each cloud in turn."""
    async with connect(engine, request.param) as client:
        yield client


@pytest.fixture
async def session(either: AsyncAgentBay) -> AsyncIterator[AsyncSession]:
    """Give a session of each cloud in turn."""
    async with either.session(image_id=IMAGE) as session:
        yield session


@pytest.fixture
async def bay_session(bay: AsyncAgentBay) -> AsyncIterator[AsyncSession]:
    """Give a session of AgentBay, which has what AGB has not."""
    async with bay.session() as session:
        yield session


@pytest.fixture(params=["direct", "control plane"])
async def routed(
    request: pytest.FixtureRequest, engine: LocalEngine, engine_without_direct_route: LocalEngine
) -> AsyncIterator[AsyncSession]:
    """Give a session whose tools are called on each of the two routes in turn."""
    chosen = engine if request.param == "direct" else engine_without_direct_route
    async with connect(chosen, AsyncAgentBay) as bay, bay.session(image_id="code_latest") as session:
        yield session


@pytest.fixture
async def shared(either: AsyncAgentBay, engine: LocalEngine, shared_sessions: SharedSessions) -> AsyncSession:
    """Give a session of each cloud in turn, which the tests of a module share: they leave it as they found it."""
    return (await either.get(shared_sessions.session_id(engine, type(either)))).session


@pytest.fixture
async def shared_bay(bay: AsyncAgentBay, engine: LocalEngine, shared_sessions: SharedSessions) -> AsyncSession:
    """Give a session of AgentBay, which the tests of a module share."""
    return (await bay.get(shared_sessions.session_id(engine, type(bay)))).session


@pytest.fixture(params=["direct", "control plane"])
async def shared_routed(
    request: pytest.FixtureRequest,
    engine: LocalEngine,
    engine_without_direct_route: LocalEngine,
    shared_sessions: SharedSessions,
) -> AsyncIterator[AsyncSession]:
    """Give a session of each of the two routes in turn, which the tests of a module share."""
    chosen = engine if request.param == "direct" else engine_without_direct_route
    async with connect(chosen, AsyncAgentBay) as bay:
        yield (await bay.get(shared_sessions.session_id(chosen, type(bay)))).session
