"""Fixtures for tests that need sessions: an engine for the run, and clients of it for each test.

pytest loads this plugin automatically. The engine is imported on the first use of a fixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._async.clouds import AsyncAGB, AsyncAgentBay
    from ._sync.clouds import AGB, AgentBay
    from .engine import EngineConfig, LocalEngine

    C = TypeVar("C", AgentBay, AGB, AsyncAgentBay, AsyncAGB)

LEFT_SESSIONS = "sessionbay_left_sessions"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's settings."""
    parser.addini(
        LEFT_SESSIONS,
        "What becomes of sessions that a test leaves: 'delete', or 'fail' the test too.",
        default="delete",
    )


@pytest.fixture(scope="session")
def sessionbay_config(tmp_path_factory: pytest.TempPathFactory) -> EngineConfig:
    """Return the engine's settings; override this fixture in your conftest to change them."""
    import os
    from dataclasses import replace

    from .engine.config import config_of

    return replace(config_of(os.environ), state=tmp_path_factory.mktemp("sessionbay"))


@pytest.fixture(scope="session")
def sessionbay_engine(sessionbay_config: EngineConfig) -> Iterator[LocalEngine]:
    """Start the engine of this run: one for each test process, on its own port."""
    from .engine import LocalEngine

    with LocalEngine(sessionbay_config) as engine:
        yield engine


@pytest.fixture
def sessionbay_sessions(sessionbay_engine: LocalEngine, request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    """Yield the engine, end the sessions that the test leaves, and fail the test if processes survive."""
    from .shutdown import unregister

    before = set(sessionbay_engine.session_ids(ended=True))
    yield sessionbay_engine
    left = set(sessionbay_engine.session_ids()) - before
    made = set(sessionbay_engine.session_ids(ended=True)) - before
    survivors = sessionbay_engine.end_sessions(made)
    for session_id in made:
        unregister(session_id, sessionbay_engine.endpoint)
    if survivors:
        pytest.fail(f"processes of sessions that have ended still run: {', '.join(map(str, survivors))}")
    if left and request.config.getini(LEFT_SESSIONS) == "fail":
        pytest.fail(f"the test leaves {len(left)} sessions: {', '.join(sorted(left))}")


@pytest.fixture
def sessionbay_environment(sessionbay_sessions: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> LocalEngine:
    """Point clients that read the environment to the engine."""
    for cloud in ("AGENTBAY", "AGB"):
        monkeypatch.setenv(f"{cloud}_ENDPOINT", sessionbay_sessions.endpoint)
        monkeypatch.setenv(f"{cloud}_API_KEY", sessionbay_sessions.api_key.reveal())
    return sessionbay_sessions


@pytest.fixture
def agentbay_local(sessionbay_sessions: LocalEngine) -> Iterator[AgentBay]:
    """Yield a client of AgentBay's API."""
    from ._sync.clouds import AgentBay

    with _client(AgentBay, sessionbay_sessions) as bay:
        yield bay


@pytest.fixture
def agb_local(sessionbay_sessions: LocalEngine) -> Iterator[AGB]:
    """Yield a client of AGB's API."""
    from ._sync.clouds import AGB

    with _client(AGB, sessionbay_sessions) as agb:
        yield agb


@pytest.fixture
def async_agentbay_local(sessionbay_sessions: LocalEngine) -> AsyncAgentBay:
    """Return an unopened async client of AgentBay's API, for ``async with`` in the test's event loop."""
    from ._async.clouds import AsyncAgentBay

    return _client(AsyncAgentBay, sessionbay_sessions)


@pytest.fixture
def async_agb_local(sessionbay_sessions: LocalEngine) -> AsyncAGB:
    """Return an unopened async client of AGB's API, for ``async with`` in the test's event loop."""
    from ._async.clouds import AsyncAGB

    return _client(AsyncAGB, sessionbay_sessions)


def _client(kind: type[C], engine: LocalEngine) -> C:
    return kind(endpoint=engine.endpoint, api_key=engine.api_key.reveal())
