"""The shared engine from outside: started in the background, asked how it is, stopped."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from .._async.clouds import AsyncAgentBay
from ..core.errors import AgentBayError
from ..engine.discovery import EngineRecord, find, folder, recorded, started_at
from ..engine.sandbox.process_exit import pidfd_of

LOG = "engine.log"
STARTING = 30.0  # seconds until a new engine must serve


class DaemonError(Exception):
    """The shared engine does not do what it is told; the message says what it says."""


def log_file() -> Path:
    """Return where an engine in the background writes what it logs."""
    return folder() / LOG


def detach(options: Sequence[str]) -> str:
    """Start ``sessionbay serve`` with ``options`` in the background; return the line in which it says where it is."""
    words = [sys.executable, "-P", "-m", "sessionbay.cli", "serve", "--json", "--log-to", str(log_file()), *options]
    process = subprocess.Popen(
        words,
        cwd="/",
        env={**os.environ, "SESSIONBAY_HOME": str(folder())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    said, complaints = cast("IO[str]", process.stdout), cast("IO[str]", process.stderr)
    with said, complaints:
        if select.select([said], [], [], STARTING)[0] and (line := said.readline()):
            process.returncode = 0  # it is nobody's child any more, and not to be waited for
            return line.strip()
        process.kill()
        process.wait()
        raise DaemonError(complaints.read().strip().removeprefix("sessionbay: ") or "the engine did not start in time")


@dataclass(frozen=True)
class Status:
    """How the shared engine is.

    Attributes:
        answers: Whether it proves to be the engine that was published; one that does not may be stuck.
        sessions: How many sessions it has.
    """

    published: EngineRecord
    answers: bool
    sessions: int | None


async def status() -> Status | None:
    """Ask the shared engine how it is; None when there is none."""
    if (engine := find()) is None:
        stuck = recorded()
        return Status(stuck, answers=False, sessions=None) if stuck else None
    try:
        async with AsyncAgentBay(endpoint=engine.endpoint, api_key=engine.api_key.reveal(), timeout=10) as bay:
            listed = (await bay.list(limit=1)).raise_for_error()
    except AgentBayError:
        return Status(engine, answers=False, sessions=None)
    return Status(engine, answers=True, sessions=listed.total_count)


def stop(timeout: float) -> EngineRecord | None:
    """End the shared engine and wait until it is gone; return which one it was, None when there was none."""
    if (engine := recorded()) is None:
        return None
    with suppress(ProcessLookupError), pidfd_of(engine.pid) as pidfd:
        if started_at(engine.pid) != engine.started:  # it has just ended, and its number has gone to another
            return engine
        signal.pidfd_send_signal(pidfd, signal.SIGTERM)
        if not select.select([pidfd], [], [], timeout)[0]:
            raise DaemonError(
                f"the engine is still ending its sessions after {timeout:g} s: wait, or kill -9 {engine.pid}, which"
                " ends them too"
            )
    return engine
