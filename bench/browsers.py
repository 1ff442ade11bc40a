"""What a browser of the local engine costs, beside one that is started by hand: ``python -m bench.browsers``."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
from websockets.sync.client import ClientConnection, connect

from sessionbay import AgentBay, Session
from sessionbay.engine.browser.command_line import command_line, find_browser
from sessionbay.engine.browser.settings import BrowserSettings
from sessionbay.engine.limits import MIB

from .browser_script import PAGE
from .engine import engine, proportional, timed
from .goals import Goal

TRIES = 300
STARTS = 7
SCRIPTS = 9
PORT = 9333
IMAGE = "browser_latest"
SCRIPT = Path(__file__).with_name("browser_script.py")
COMMAND = json.dumps({"id": 1, "method": "Browser.getVersion"})
ECHO = """
from websockets.sync.server import serve
with serve(lambda socket: [socket.send(text) for text in socket], "127.0.0.1", 0, compression=None) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
"""


def main() -> int:
    """Measure, and print the figures with what was aimed at."""
    with engine() as (bay, process, _):
        found = [memory(bay, process)]
        with bay.session(image_id=IMAGE) as session:
            session.browser.initialize().raise_for_error()
            found += [round_trip(session), script(session)]
        found.append(ready(bay))
    for goal in found:
        print(" | ".join(goal.row()))
    return any(goal.met == "**no**" for goal in found)


def round_trip(session: Session) -> Goal:
    """Measure a command through the link, and an echo of the loopback, in turn."""
    argv = [sys.executable, "-c", ECHO]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            port = server.stdout.readline().strip()
            with opened(session.browser.get_endpoint_url()) as link, opened(f"ws://127.0.0.1:{port}") as echo:
                value = ratio(lambda: trip(link), lambda: trip(echo), TRIES)
        finally:
            server.kill()
    return Goal("A command of CDP through the link: time of a WebSocket's echo on the loopback", 4, value)


def opened(url: str) -> ClientConnection:
    """Connect."""
    return connect(url, proxy=None, compression=None)


def trip(socket: ClientConnection) -> None:
    """Send a command, and wait for its answer."""
    socket.send(COMMAND)
    socket.recv()


def ratio(ours: Callable[[], object], theirs: Callable[[], object], tries: int) -> float:
    """Return the time of one in multiples of the other's, both in turn."""
    ours(), theirs()
    took = [(timed(ours)[0], timed(theirs)[0]) for _ in range(tries)]
    return median(first for first, _ in took) / median(second for _, second in took)


def script(session: Session) -> Goal:
    """Measure the same actions through the link and inside the session, in turn; each measures itself."""
    session.file_system.write_file("script.py", SCRIPT.read_text()).raise_for_error()
    link = session.browser.get_endpoint_url()
    took = []
    for _ in range(SCRIPTS):
        outside = subprocess.run([sys.executable, SCRIPT, link], check=True, capture_output=True, text=True).stdout
        inside = session.command.run(f"python3 script.py http://localhost:{PORT}").raise_for_error().stdout
        took.append((float(outside), float(inside)))
    value = median(first for first, _ in took[1:]) / median(second for _, second in took[1:])
    return Goal("A script of 50 actions through the link: time of the same inside the session", 1.15, value)


def memory(bay: AgentBay, process: psutil.Process) -> Goal:
    """Measure what the session of a browser with one page holds, all of its processes.

    What browsers share is counted by parts: the figure is that of a machine on which no other one runs.
    """
    with bay.session(image_id=IMAGE) as session:
        session.browser.initialize().raise_for_error()
        session.browser.operator.navigate(PAGE).raise_for_error()
        held = sum(map(proportional, process.children(recursive=True)))
    return Goal("A session with a browser and one page: memory", 450, held / MIB, "MB")


def ready(bay: AgentBay) -> Goal:
    """Measure the start of a browser by the engine, and by a command of the session, in turn."""
    by_hand = command_line(find_browser(""), BrowserSettings(), "/tmp/profile", PORT, headless=True)
    waiting = (
        f"until curl -sf http://localhost:{PORT}/json/version; do sleep 0.05; done"  # as often as the engine looks
    )
    took = []
    for _ in range(STARTS):
        ours, theirs = (
            fresh_start(bay, start)
            for start in (
                lambda session: session.browser.initialize().raise_for_error(),
                lambda session: session.command.run(f"({by_hand}) & {waiting}").raise_for_error(),
            )
        )
        took.append((ours, theirs))
    value = median(first for first, _ in took) / median(second for _, second in took)
    return Goal("A browser is ready: time of the same command by hand in a session", 1.2, value)


def fresh_start(bay: AgentBay, start: Callable[[Session], object]) -> float:
    """Start a browser in a new session; return the milliseconds."""
    with bay.session(image_id=IMAGE) as session:
        session.command.run("true").raise_for_error()
        begun = time.perf_counter()
        start(session)
        return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    sys.exit(main())
