"""Whole scripts as users write them; sessionbay's own tests run the same ones, with the import line changed."""

import runpy
from pathlib import Path

import pytest
from agentbay import AgentBay, Config, CreateSessionParams

from ..engine import Engine, skip_unless_mapped

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts").glob("*.py"))


@pytest.fixture(scope="module")
def mapped(engine: Engine) -> None:
    """Skip where sessions see the machine's own paths: the scripts name those of a cloud."""
    with pytest.warns(DeprecationWarning, match="endpoint"):
        client = AgentBay(api_key=engine.api_key, cfg=Config(endpoint=engine.endpoint))
    session = client.create(CreateSessionParams()).session
    properties = session.info().data.connection_properties
    session.delete()
    skip_unless_mapped(properties)


@pytest.mark.usefixtures("mapped")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_prints_what_it_should(
    script: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AGENTBAY_API_KEY", engine.api_key)
    monkeypatch.setenv("AGENTBAY_ENDPOINT", engine.endpoint)
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out == script.with_suffix(".out").read_text("utf-8")
