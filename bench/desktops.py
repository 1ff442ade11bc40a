"""What a desktop of the local engine costs, beside what one makes by hand: ``python -m bench.desktops``."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

import psutil

from sessionbay import AgentBay, Session
from sessionbay.engine.limits import GIB

from .engine import AT_ONCE, engine, proportional, timed
from .goals import Goal

DESKTOPS = 10
TRIES = 30
STARTS = 7
WM_READY = "until xprop -root _NET_SUPPORTING_WM_CHECK 2>/dev/null | grep -q '#'; do sleep 0.005; done"


def main() -> int:
    """Measure, and print the figures with what was aimed at."""
    with engine() as (bay, process, _):
        found = [*tools(bay), ready(bay), memory(bay, process)]
    for goal in found:
        print(" | ".join(goal.row()))
    return any(goal.met == "**no**" for goal in found)


def tools(bay: AgentBay) -> list[Goal]:
    """Measure a click and a picture by the tools and by programs in a command, in alternation."""
    with bay.session(image_id="linux_latest") as session:
        desktop = session.computer
        desktop.get_screen_size().raise_for_error()
        begin = f"export {display_of(session)}; exec"
        commands = [f"{begin} xdotool mousemove 400 300 click 1", f"{begin} import -window root picture.png"]
        ours: list[Callable[[], object]] = [
            lambda: desktop.click_mouse(400, 300).raise_for_error(),
            lambda: desktop.take_screenshot().raise_for_error(),
        ]
        click, picture = (
            ratio(tool, lambda: session.command.run(command).raise_for_error())  # noqa: B023
            for tool, command in zip(ours, commands, strict=True)
        )
    return [
        Goal("A click: time of the same by xdotool in a command", 0.1, click),
        Goal("A screenshot: time of the same by ImageMagick's import in a command", 0.5, picture),
    ]


def display_of(session: Session) -> str:
    """Return what programs of the session's desktop have in their environment, for a command."""
    session.computer.start_app("sh -c 'env >environment.part; mv environment.part environment'").raise_for_error()
    seen = "until [ -e environment ]; do sleep 0.01; done; grep -E '^(DISPLAY|XAUTHORITY)=' environment"
    return " ".join(session.command.run(seen).raise_for_error().stdout.split())


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> float:
    """Return the time of one in multiples of the other's, both in turn."""
    ours(), theirs()
    took = [(timed(ours)[0], timed(theirs)[0]) for _ in range(TRIES)]
    return median(first for first, _ in took) / median(second for _, second in took)


def ready(bay: AgentBay) -> Goal:
    """Measure the first call of a desktop, and the same programs started by hand, in turn."""
    took = []
    for _ in range(STARTS):
        with bay.session(image_id="linux_latest") as session:
            session.command.run("true").raise_for_error()
            first, _ = timed(lambda: session.computer.get_screen_size().raise_for_error())
        took.append((first, by_hand()))
    value = median(first for first, _ in took) / median(second for _, second in took)
    return Goal("A desktop is ready: time of Xvfb, openbox and the imports by hand", 2, value)


def by_hand() -> float:
    """Start a screen and a window manager, and import what drives them; return the milliseconds, and end them."""
    begun = time.perf_counter()
    reading, writing = os.pipe()
    argv = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    with ExitStack() as ending, open(reading, "rb") as pipe:
        start(ending, argv, pass_fds=(writing,))
        os.close(writing)
        environment = {**os.environ, "DISPLAY": f":{pipe.readline().decode().strip()}"}
        start(ending, ["openbox", "--sm-disable"], env=environment)
        subprocess.run([sys.executable, "-c", "import Xlib.display, mss"], check=True, env=environment)
        subprocess.run(["sh", "-c", WM_READY], check=True, env=environment)
        return (time.perf_counter() - begun) * 1000


def start(ending: ExitStack, argv: list[str], **more: object) -> None:
    """Run a program until the end of a block."""
    process = subprocess.Popen(argv, stdin=-3, stdout=-3, stderr=-3, **more)  # type: ignore[call-overload]
    ending.callback(process.wait)
    ending.callback(process.kill)


def memory(bay: AgentBay, process: psutil.Process) -> Goal:
    """Measure what desktops hold that are there at once."""
    with ExitStack() as ending:
        sessions = [ending.enter_context(bay.session(image_id="linux_latest")) for _ in range(DESKTOPS)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda session: session.computer.take_screenshot().raise_for_error(), sessions))
        held = sum(map(proportional, process.children(recursive=True)))
    return Goal(f"{DESKTOPS} desktops at once: memory with all of their sessions", 2, held / GIB, "GB")


if __name__ == "__main__":
    sys.exit(main())
