"""A program that is killed while it writes a file: the file is the old one or the new one, never a part."""

import subprocess
import sys

import pytest

from sessionbay import AgentBay
from sessionbay.engine import LocalEngine

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
        session.file_system.write_file("file", "old")
        for pause in (0.0, 0.05):
            arguments = [sys.executable, "-c", WRITER, chosen.endpoint, key, session.session_id]
            with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
                assert writer.stdout is not None
                assert writer.stdout.readline() == "go\n"
                with pytest.raises(subprocess.TimeoutExpired):
                    writer.wait(pause)
                writer.kill()
            told = session.command.run("stat -c %s file; cat file").stdout
            assert told == "3\nold"
