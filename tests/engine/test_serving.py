"""Where engines come from: private ones, published ones, and what the command line makes of them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from sessionbay import AgentBay, AgentBayError
from sessionbay.core.redact import Secret
from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine, published
from sessionbay.engine.config import config_of
from sessionbay.engine.sandbox.base import SandboxError

from ..inside import serves_on_a_port
from .conftest import client_of, started

LOCAL = """
import warnings
warnings.simplefilter("ignore")
from sessionbay import AGB, AgentBay
with AgentBay(endpoint="local") as bay, AGB(endpoint="local") as agb:
    session = bay.create(labels={"made": "by one"}).session
    print(agb.get(session.session_id).session.get_labels(), bay.endpoint == agb.endpoint)
"""


def run(*argv: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=60, check=False, **more)


def command(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return run("-m", "sessionbay.cli", *words, **more)


@contextmanager
def serve(*options: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    """Run ``sessionbay serve --json``; give what it said, and the process."""
    argv = [sys.executable, "-m", "sessionbay.cli", "serve", "--json", "--isolation", "auto", *options]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process
        finally:
            process.terminate()
            process.wait(timeout=30)


def test_local_is_one_private_engine_for_the_whole_program() -> None:
    ran = run("-c", LOCAL)
    assert ran.stdout == "{'made': 'by one'} True\n", ran.stderr


def test_local_may_stand_in_the_environment() -> None:
    code = "import warnings; warnings.simplefilter('ignore'); from sessionbay import AgentBay; print(AgentBay().list())"
    ran = run("-c", code, env={**os.environ, "AGENTBAY_ENDPOINT": "local"})
    assert "success=True" in ran.stdout, ran.stderr


def test_a_served_engine_is_used_by_programs_that_ask_for_a_local_one() -> None:
    with serve() as (said, _), AgentBay(endpoint="local") as bay, bay.session(labels={"x": "y"}):
        with AgentBay(endpoint=said["endpoint"], api_key=said["api_key"]) as other:
            assert other.list(labels={"x": "y"}).total_count == 1
        assert bay.endpoint == said["endpoint"]


def test_serving_ends_on_sigterm_and_withdraws_what_was_published() -> None:
    with serve() as (_, process):
        assert published.find() is not None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert published.find() is None


def test_a_second_engine_is_not_published() -> None:
    with serve() as (said, _):
        ran = command("serve", "--isolation", "auto")
        assert (ran.returncode, said["endpoint"] in ran.stderr) == (1, True)


def test_what_is_published_can_be_read_by_its_owner_only() -> None:
    published.publish("http://127.0.0.1:1", Secret("k"))
    assert (published.folder() / "engine.json").stat().st_mode & 0o777 == 0o600
    published.withdraw()


def test_a_published_engine_that_others_can_read_is_not_trusted() -> None:
    published.publish("http://127.0.0.1:1", Secret("k"))
    (published.folder() / "engine.json").chmod(0o644)
    with pytest.raises(PermissionError, match="not yours alone"):
        published.find()


@pytest.mark.parametrize("change", [{"pid": 2**22 - 1}, {"started": 1.0}])
def test_what_a_dead_engine_published_is_not_believed(change: dict[str, float]) -> None:
    published.publish("http://127.0.0.1:1", Secret("k"))
    file = published.folder() / "engine.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert published.find() is None


def test_the_environment_configures_the_private_engine() -> None:
    found = config_of({"SESSIONBAY_ISOLATION": "process", "SESSIONBAY_NETWORK": "host"})
    assert (found.isolation, found.network) == ("process", "host")


def test_a_setting_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="isolation must be 'auto' or"):
        config_of({"SESSIONBAY_ISOLATION": "strong"})


@pytest.fixture
def no_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give a machine that has no bubblewrap."""
    for name in ("rm", "chmod"):
        (tmp_path / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("no_bubblewrap")
def test_a_machine_without_bubblewrap_is_said_aloud_with_what_would_mend_it() -> None:
    with pytest.warns(IsolationWarning, match="bubblewrap is not installed.*apt-get install bubblewrap"):
        engine = LocalEngine(EngineConfig()).start()
    assert engine.isolation == "process"
    engine.stop()


@pytest.mark.usefixtures("no_bubblewrap")
def test_nothing_weaker_is_taken_where_namespaces_are_asked_for() -> None:
    with pytest.raises(SandboxError, match="bubblewrap is not installed"):
        LocalEngine(EngineConfig(isolation="namespaces")).start()


def test_a_machine_that_is_no_linux_is_told_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="needs Linux"):
        LocalEngine().start()


def test_a_client_says_what_to_install_where_the_engine_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sessionbay.engine.local", None)
    with AgentBay(endpoint="local") as bay, pytest.raises(AgentBayError, match=r"sessionbay\[local\]"):
        bay.list()


def test_an_engine_leaves_no_process_of_its_own_behind() -> None:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    engine = started()
    with client_of(engine) as bay:
        bay.create()
    engine.stop()
    after = {process.pid for process in psutil.Process().children(recursive=True)}
    assert after <= before


@serves_on_a_port
def test_the_demo_shows_the_main_job() -> None:
    ran = command("demo")
    assert ran.returncode == 0, ran.stderr
    for shown in (
        "session created",
        "Hello from inside",
        "PAUSED",
        "stood still",
        "50 found by label",
        "0 sessions left",
    ):
        assert shown in ran.stdout


def test_the_doctor_tells_what_works() -> None:
    ran = command("doctor")
    assert "namespaces" in ran.stdout
    assert "process" in ran.stdout


def test_an_error_on_the_command_line_is_one_line() -> None:
    ran = command("serve", "--port", "1", env={**os.environ, "SESSIONBAY_HOME": "/proc/nowhere"})
    assert ran.returncode != 0
    assert len(ran.stderr.strip().splitlines()) == 1
