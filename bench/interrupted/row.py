"""A row of the table of ``bench.interrupts``, and what its program does."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from sessionbay import AGB, AgentBay

BUSY = 60.0  # seconds that an interrupted thread goes on, if nothing ends the program
TERM = -signal.SIGTERM
CODE_IMAGE = "agb-code-space-1"


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes:
        run: The program.
        status: The exit status; negative for a signal.
        left: The number of sessions that remain.
        warns: Whether the program says that a session may be left running.
        is_timed: Whether the end follows the signal within the bound.
    """

    run: Callable[["Interruption"], object]
    status: int = TERM
    left: int = 0
    warns: bool = False
    is_timed: bool = True


@dataclass
class Interruption:
    """The sessions of a row, and its signal."""

    name: str
    pipe: int
    blocks: ExitStack = field(default_factory=ExitStack)

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the row's sessions."""
        return {"row": self.name}

    def enter(self, **settings: Any) -> Any:
        """Enter a session of each cloud, and return that of AgentBay."""
        agb = AGB(**settings)
        agb.session(image_id=CODE_IMAGE, labels=self.labels).__enter__()
        return AgentBay(**settings).session(labels=self.labels).__enter__()

    def strike(self, number: int = signal.SIGTERM) -> None:
        """Note the time, and send the signal to this process."""
        os.write(self.pipe, f"{time.monotonic()}\n".encode())
        os.kill(os.getpid(), number)

    def strike_in(self, lock: Any) -> None:
        """Send the signal while this thread holds a lock, and do not release it."""
        lock.acquire()
        self.strike()
        time.sleep(BUSY)


ROWS: dict[str, Row] = {}


def row(name: str, **expected: Any) -> Callable[[Callable[[Interruption], object]], object]:
    """Add a row to the table."""

    def add(run: Callable[[Interruption], object]) -> object:
        ROWS[name] = Row(run, **expected)
        return run

    return add
