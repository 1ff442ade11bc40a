"""The command line as a whole."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from sessionbay import AgentBay
from sessionbay.cli.commands import commands
from sessionbay.core.image import image_size

from ..engine.browser.needs import needs_browser
from ..engine.desktop.needs import needs_desktop
from ..inside import serves_on_a_port
from .conftest import command, serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Serve an engine for several tests; return its folder and its endpoint."""
    home = str(tmp_path_factory.mktemp("shared"))
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SESSIONBAY_HOME", home)
            address, _ = stack.enter_context(serving())
        yield home, address["endpoint"]


@pytest.fixture
def served(shared: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the endpoint of a served engine, which the test's programs find."""
    monkeypatch.setenv("SESSIONBAY_HOME", shared[0])
    return shared[1]


def run(*words: str, **environment: str) -> Result:
    """Run a command in this process, on a terminal of 80 columns."""
    return CliRunner(env={"COLUMNS": "80", **environment}).invoke(commands, words)


@pytest.mark.parametrize("name", [None, *commands.commands])
def test_no_help_text_is_cut(name: str | None) -> None:
    assert "..." not in run(*filter(None, [name]), "--help").output.replace("[ARGS]...", "")


@pytest.mark.parametrize("port", ["-1", "99999", "x"])
def test_a_port_that_is_none_is_refused_before_an_engine_starts(port: str) -> None:
    ran = run("serve", "--detach", "--port", port)
    assert (ran.exit_code, "Invalid value for '--port'" in ran.output) == (2, True)


def test_reap_asks_for_a_filter_by_its_options() -> None:
    ran = run("reap")
    assert (ran.exit_code, "Select the sessions with --older-than, --label or --attempt." in ran.output) == (2, True)


def test_reap_finds_the_sessions_of_the_shared_engine(served: str) -> None:
    with AgentBay(endpoint="local") as bay, bay.session(labels={"x": "y"}):
        assert bay.endpoint == served
        for cloud in ((), ("--cloud", "local")):
            ran = run("reap", "--label", "x=y", "--dry-run", *cloud, AGENTBAY_API_KEY="")
            assert (ran.exit_code, ran.output.count("found")) == (0, 1)


def test_a_status_says_which_programs_use_the_shared_engine(served: str) -> None:
    output = run("status").output
    assert served in output
    assert 'programs of this user with endpoint="local" use it; endpoint="local:private" starts' in output


def test_a_private_engine_is_not_the_shared_one(served: str) -> None:
    with AgentBay(endpoint="local:private") as private:
        assert private.list().total_count == 0
        assert private.endpoint != served


def test_to_find_a_shared_engine_a_program_does_not_import_one(served: str) -> None:
    code = """
    import sys
    from sessionbay import AgentBay
    with AgentBay(endpoint="local") as bay:
        bay.list().raise_for_error()
    print(*sorted(name for name in sys.modules if name.startswith(("sessionbay.engine", "starlette", "uvicorn"))))
    """
    ran = subprocess.run([sys.executable, "-c", dedent(code)], capture_output=True, text=True, timeout=60, check=True)
    names = ("engine", "engine.discovery", "engine.identity", "engine.resolve")
    assert ran.stdout.split() == [f"sessionbay.{name}" for name in names], served


def test_a_served_engine_is_used_by_programs_that_ask_for_a_local_one() -> None:
    with serving() as (address, _), AgentBay(endpoint="local") as bay, bay.session(labels={"x": "y"}):
        with AgentBay(endpoint=address["endpoint"], api_key=address["api_key"]) as other:
            assert other.list(labels={"x": "y"}).total_count == 1
        assert bay.endpoint == address["endpoint"]


@serves_on_a_port
def test_the_demo_shows_the_main_job() -> None:
    ran = command("demo")
    assert ran.returncode == 0, ran.stderr
    for shown in (
        "session created",
        "Hello from inside",
        "PAUSED",
        "ticks every 20 ms",
        "50 listed by label",
        "0 sessions left",
    ):
        assert shown in ran.stdout


@needs_desktop
@pytest.mark.skipif(shutil.which("xterm") is None, reason="apt-get install xterm")
def test_the_demo_of_the_desktop_types_and_saves_a_picture(tmp_path: Path) -> None:
    ran = command("demo", "--desktop", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "arrived as typed: True" in ran.stdout
    assert image_size((tmp_path / "sessionbay-desktop.png").read_bytes()) == (1280, 800)


@needs_browser
def test_the_demo_of_the_browser_fills_in_a_page_and_saves_a_picture(tmp_path: Path) -> None:
    ran = command("demo", "--browser", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "Thank you, Ada 你好" in ran.stdout
    assert image_size((tmp_path / "sessionbay-browser.png").read_bytes()) == (1000, 600)


def test_an_error_on_the_command_line_is_one_line() -> None:
    ran = command("serve", "--port", "1", SESSIONBAY_HOME="/proc/nowhere")
    assert ran.returncode != 0
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_folder_that_is_not_the_users_alone_is_reported_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for words in (("status",), ("stop",), ("gc",), ("reset",), ("serve", "--isolation", "auto")):
        ran = run(*words, SESSIONBAY_HOME=str(tmp_path))
        assert (ran.exit_code, len(ran.output.splitlines())) == (1, 1), words
        assert f"not yours alone: its mode is 0755. Run chmod 700 {tmp_path}, or" in ran.output
