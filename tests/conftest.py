"""What all tests share: the event loops to run on, and engines."""

import fcntl
import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine

from .sharing import SharedSessions

# The gate tries the same examples each time, so that its verdict is on the change; to look for new ones, by hand:
# pytest --hypothesis-profile=explore
# None is bound by time, which says nothing of the code: hypothesis' own bounds are a machine's that has nothing to do.
untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", untimed, derandomize=False)
settings.register_profile("gate", untimed, derandomize=True)
settings.load_profile("gate")


TESTS = Path(__file__).parent
ENGINE_FOLDERS = {"cli", "engine", "plugin"}
"""Their tests start engines by themselves, some in other processes."""
ON_UVLOOP = {"direct_requests", "connections", "stream", "transport_failures", "transport_reuse", "transport_tls"}
"""The modules of async tests that run on uvloop too, where it is installed: those of connections."""
NOT_ON_UVLOOP = "test_the_next_address_of_a_host_is_tried_when_one_does_not_answer"
"""It replaces Python's resolver, which uvloop does without."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs an engine, the attacks, and what the gate tries on asyncio only."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in ENGINE_FOLDERS or any("engine" in name for name in getattr(item, "fixturenames", ())):
            item.add_marker("engine")
        if folder == "attacks":
            item.add_marker("attacks")
        one_driver, on_asyncio = (
            item.get_closest_marker("one_driver"),
            "[asyncio" in item.name or "-asyncio" in item.name,
        )
        if one_driver and not on_asyncio and not (folder == "_sync" and one_driver.kwargs.get("and_sync")):
            item.add_marker("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of some modules on uvloop too."""
    name, module = metafunc.definition.name, metafunc.definition.path.stem.removeprefix("test_")
    sampled = module in ON_UVLOOP and name != NOT_ON_UVLOOP
    if sampled and "anyio_backend" in metafunc.fixturenames and find_spec("uvloop"):
        uvloop = pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")
        metafunc.definition.add_marker(pytest.mark.parametrize("anyio_backend", ["asyncio", "trio", uvloop]))


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Run every async test on both loops."""
    name: str = request.param
    return name


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep engines that serve many tests out of the user's own contexts; return where their folder is."""
    place = tmp_path_factory.mktemp("homes")
    os.environ["SESSIONBAY_HOME"] = str(place / "of-many")
    return place


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, homes: Path) -> None:
    """Keep the tests' user's own settings, and engine, out of the tests."""
    for cloud in ("AGENTBAY", "AGB"):
        for name in ("API_KEY", "ENDPOINT", "REGION_ID", "TIMEOUT_MS"):
            monkeypatch.delenv(f"{cloud}_{name}", raising=False)
    # Most tests never look: a folder for each would be more work for a slow disk than all else together.
    monkeypatch.setenv("SESSIONBAY_HOME", str(homes / uuid.uuid4().hex))


@pytest.fixture(autouse=True)
def _mark_required_to_serve(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that starts an engine without the mark ``engine``, by which ``nox -s quick`` leaves it out."""
    if request.node.get_closest_marker("engine") is None:
        monkeypatch.setattr(LocalEngine, "start", _refuse_to_start)


def _refuse_to_start(engine: LocalEngine) -> LocalEngine:
    pytest.fail("a test without the mark 'engine' starts an engine")


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield where the engines of a test, and no others, have their folders."""
    with tempfile.TemporaryDirectory(prefix="of-a-test-") as place:
        Path(place).chmod(0o711)  # as the engine's own folders: each session is a user of its own
        monkeypatch.setenv("TMPDIR", place)
        monkeypatch.setattr(tempfile, "tempdir", place)
        yield Path(place)


@pytest.fixture
def a_turn_at_the_ports() -> Iterator[None]:
    """Keep the tests of all processes that listen on a port apart."""
    with Path(tempfile.gettempdir(), f"sessionbay-tests-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _engine(config: EngineConfig) -> Iterator[LocalEngine]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IsolationWarning)  # whichever isolation there is, is the one to test
        engine = LocalEngine(config).start()
    yield engine
    engine.stop()


@pytest.fixture(scope="session")
def engine() -> Iterator[LocalEngine]:
    """Give the engine that most tests talk to."""
    yield from _engine(EngineConfig())


@pytest.fixture(scope="session")
def engine_without_direct_route() -> Iterator[LocalEngine]:
    """Give an engine whose tools are reached through the control plane only."""
    yield from _engine(EngineConfig(direct_route=False))


@pytest.fixture(scope="session")
def slow_engine() -> Iterator[LocalEngine]:
    """Give an engine whose sessions take a moment to change their states, as a cloud's do."""
    yield from _engine(EngineConfig(transition_delay=0.05))


@pytest.fixture(scope="module")
def shared_sessions() -> Iterator[SharedSessions]:
    """Give the sessions that the tests of a module share."""
    sessions = SharedSessions()
    yield sessions
    sessions.close()
