"""What the tests of the documentation share: one engine, published, so that a page's ``local`` leads to it."""

from pathlib import Path

import pytest

from sessionbay.engine import LocalEngine
from sessionbay.engine.discovery import publish


@pytest.fixture
def anyio_backend() -> str:
    """Run on one loop: what is tested here is the text, not the client."""
    return "asyncio"


@pytest.fixture(scope="session")
def published(engine: LocalEngine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the tests' engine as ``sessionbay serve`` does; return the folder that says where it is."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SESSIONBAY_HOME", str(folder))
        publish(engine.endpoint, engine.api_key)
    return folder


@pytest.fixture(autouse=True)
def _at_home(_no_settings_of_the_user: None, published: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run as a user would whose settings say ``local``, in a folder of the test's own."""
    monkeypatch.setenv("SESSIONBAY_HOME", str(published))
    monkeypatch.setenv("AGENTBAY_ENDPOINT", "local")
    monkeypatch.setenv("AGB_ENDPOINT", "local")
    monkeypatch.chdir(tmp_path)
