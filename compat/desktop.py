"""Programs on a session's desktop that write down what reaches them."""

import json
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
ENOUGH = 60.0  # seconds; for hangs only
EVENTS, TERMINAL = "events", "terminal"  # the titles of the two windows
PLACE = (500, 360)  # a point inside the window of events
WRITES_EVENTS = "exec stdbuf -oL xev -name events -geometry 400x300+300+200 -event button -event keyboard >>events.log"
READS_TEXT = (
    "exec xterm -u8 -T terminal -geometry 60x10+20+40 -e sh -c 'while :; do cat >text.part; mv text.part text; done'"
)
EVENT = re.compile(
    r"^(Button|Key)(Press|Release) event.*?root:\((\d+),(\d+)\).*?(?:button (\d+)|keysym 0x[0-9a-f]+, (\S+)\))",
    re.M | re.S,
)


class Desktop:
    """A session's desktop with two windows: one writes down its events, one what is typed into it.

    Args:
        computer: The official client's module.
        run: Runs a command in the session, and returns its output.
    """

    def __init__(self, session: Any, run: Callable[[str], str]) -> None:
        self.session = session
        self.computer = session.computer
        self.run = run
        self.home = run("pwd").strip()
        for name, program in ((EVENTS, WRITES_EVENTS), (TERMINAL, READS_TEXT)):
            run(f"cat >{name}.sh <<'END'\ncd {self.home}\n{program}\nEND")

    def begin(self) -> None:
        """Forget all events."""
        self.run(": >events.log")

    def events(self, expected: list[str]) -> list[str]:
        """Wait until the window has got these events; return what it has got."""
        return self.until(lambda: [words(found) for found in self._found()], expected)

    def places(self, count: int) -> list[tuple[int, int]]:
        """Wait for so many events; return their places on the screen."""
        self.until(lambda: len(self._found()), count)
        return [(int(found[3]), int(found[4])) for found in self._found()]

    def text(self) -> str:
        """Wait until a text has been ended by Ctrl+D; return it."""
        self.until(lambda: self.run("test -e text && echo there"), "there\n")
        return self.run("cat text; rm text")

    def until(self, look: Callable[[], T], expected: T) -> T:
        """Look until ``expected`` is seen, or too long; return what was seen last."""
        until = time.monotonic() + ENOUGH
        while (seen := look()) != expected and time.monotonic() < until:
            time.sleep(0.02)
        return seen

    def _found(self) -> list[re.Match[str]]:
        return list(EVENT.finditer(self.run("cat events.log")))


def words(found: re.Match[str]) -> str:
    """Return an event in words: ``press 1``, ``down a``."""
    kind, way, _, _, button, key = found.groups()
    if kind == "Button":
        return f"{'press' if way == 'Press' else 'release'} {button}"
    return f"{'down' if way == 'Press' else 'up'} {key}"


def skip_unless_there(size: Any, run: Callable[[str], str]) -> None:
    """Skip where the machine has no desktop, or none of the programs that the checks run on it."""
    if not size.success and "apt-get install" in size.error_message:
        pytest.skip(size.error_message)
    assert size.success, size.error_message
    for program, package in {"xev": "x11-utils", "xterm": "xterm"}.items():
        if not run(f"command -v {program}"):
            pytest.skip(f"{program} is not installed: apt-get install {package}")


def clicks(button: int, times: int = 1) -> list[str]:
    """Return the events of clicks."""
    return [f"press {button}", f"release {button}"] * times


def point(text: str) -> tuple[int, int]:
    """Return the place that an answer names."""
    found = json.loads(text)
    return found["x"], found["y"]


def picture_size(data: bytes) -> tuple[int, int]:
    """Return the width and the height that a PNG names."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
