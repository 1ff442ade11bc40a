"""A program that is killed while it writes a file: the file is the old one or the new one, never a part."""

import contextlib
import subprocess
import sys

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

TRIES = 5  # a busy machine may come too late
WRITER = """
import sys
from sessionbay import AgentBay
endpoint, key, session_id = sys.argv[1:]
with AgentBay(key, endpoint=endpoint) as bay:
    session = bay.get(session_id).session
    print("go", flush=True)
    session.file_system.write_file("file", "n" * 50_000_000)
    print("done", flush=True)
"""


@pytest.mark.parametrize("route", ["direct", "control plane"])
def test_a_write_whose_program_is_killed_leaves_the_old_file(
    route: str, engine: LocalEngine, engine_without_direct_route: LocalEngine
) -> None:
    chosen = engine if route == "direct" else engine_without_direct_route
    key = chosen.api_key.reveal()
    with AgentBay(key, endpoint=chosen.endpoint) as bay, bay.session() as session:
        arguments = [sys.executable, "-c", WRITER, chosen.endpoint, key, session.session_id]
        for pause in (0.0, 0.05):
            for _ in range(TRIES):
                session.file_system.write_file("file", "old")
                if killed(arguments, pause):
                    break
            else:
                pytest.fail("the program is never killed in time")
            reported = session.command.run("stat -c %s file; head -c 10 file").stdout
            assert reported == "3\nold"


def killed(arguments: list[str], pause: float) -> bool:
    """Kill a program a while after it began to write; return whether that was before it had written all."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "go\n"
        with contextlib.suppress(subprocess.TimeoutExpired):
            writer.wait(pause)
        writer.kill()
        return writer.stdout.read() == ""
