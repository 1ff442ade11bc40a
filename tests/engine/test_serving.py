"""Where engines come from: private ones, and what the machine and the environment make of them."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from sessionbay import AgentBay, AgentBayError
from sessionbay._async.client_config import IDLE_CONNECTION_TIMEOUT
from sessionbay.engine import EngineConfig, IsolationWarning, LocalEngine
from sessionbay.engine.config import config_of
from sessionbay.engine.sandbox.sandbox import SandboxError

from .conftest import client_of, started
from .processes import ENOUGH, eventually

LOCAL = """
import warnings
warnings.simplefilter("ignore")
from sessionbay import AGB, AgentBay
with AgentBay(endpoint="local") as bay, AGB(endpoint="local") as agb:
    session = bay.create(labels={"made": "by one"}).session
    print(agb.get(session.session_id).session.get_labels(), bay.endpoint == agb.endpoint)
"""


def run(*argv: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *argv], capture_output=True, text=True, timeout=100, check=False, **more)


def test_local_is_one_private_engine_for_the_whole_program() -> None:
    ran = run("-c", LOCAL)
    assert ran.stdout == "{'made': 'by one'} True\n", ran.stderr


def test_connections_are_kept_longer_than_clients_keep_them() -> None:
    engine = started()
    with httpx.Client(base_url=engine.endpoint, trust_env=False, timeout=ENOUGH) as client:
        assert client.get("/health").status_code == 200
        listener: Any = engine._engine._listener
        (connection,) = listener._server.server_state.connections
        kept = 2 * IDLE_CONNECTION_TIMEOUT  # else now and then a request meets its connection's end
        assert eventually(lambda: connection.timeout_keep_alive > kept)
    engine.stop()


def test_local_may_stand_in_the_environment() -> None:
    code = "import warnings; warnings.simplefilter('ignore'); from sessionbay import AgentBay; print(AgentBay().list())"
    ran = run("-c", code, env={**os.environ, "AGENTBAY_ENDPOINT": "local"})
    assert "success=True" in ran.stdout, ran.stderr


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
    assert engine.isolation == ("process" if os.geteuid() else "uid")
    engine.stop()


@pytest.mark.usefixtures("no_bubblewrap")
def test_nothing_weaker_is_taken_where_namespaces_are_asked_for() -> None:
    with pytest.raises(SandboxError, match="bubblewrap is not installed"):
        LocalEngine(EngineConfig(isolation="namespaces")).start()


def test_a_machine_that_is_no_linux_is_reported_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxError, match="needs Linux"):
        LocalEngine().start()


def test_a_client_says_what_to_install_where_the_engine_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sessionbay.engine.resolve", None)
    with AgentBay(endpoint="local") as bay, pytest.raises(AgentBayError, match=r"pip install \"\.\[local\]\""):
        bay.list()


def test_an_engine_leaves_no_process_of_its_own_behind() -> None:
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    engine = started()
    with client_of(engine) as bay:
        bay.create()
    engine.stop()
    after = {process.pid for process in psutil.Process().children(recursive=True)}
    assert after <= before


def test_an_engine_without_a_folder_for_what_is_temporary_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sessionbay.engine.resolve.find", lambda: None)
    monkeypatch.setattr("sessionbay.engine.resolve._private", None)
    monkeypatch.setattr("sessionbay.engine.engine.make_folder", full)
    with AgentBay(endpoint="local") as bay, pytest.raises(AgentBayError, match=r"cannot start: .*No space left"):
        bay.list()
