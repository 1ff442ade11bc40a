"""The command line as a whole."""

from pathlib import Path

from sessionbay import AgentBay

from ..inside import serves_on_a_port
from .conftest import command, serving


def test_a_served_engine_is_used_by_programs_that_ask_for_a_local_one() -> None:
    with serving() as (served, _), AgentBay(endpoint="local") as bay, bay.session(labels={"x": "y"}):
        with AgentBay(endpoint=served["endpoint"], api_key=served["api_key"]) as other:
            assert other.list(labels={"x": "y"}).total_count == 1
        assert bay.endpoint == served["endpoint"]


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


def test_an_error_on_the_command_line_is_one_line() -> None:
    ran = command("serve", "--port", "1", SESSIONBAY_HOME="/proc/nowhere")
    assert ran.returncode != 0
    assert len(ran.stderr.strip().splitlines()) == 1


def test_a_folder_that_is_not_the_users_alone_is_reported_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for words in (("status",), ("stop",), ("gc",), ("reset",), ("serve", "--isolation", "auto")):
        ran = command(*words, SESSIONBAY_HOME=str(tmp_path))
        assert (ran.returncode, len(ran.stderr.splitlines())) == (1, 1), words
        assert "not yours alone" in ran.stderr
