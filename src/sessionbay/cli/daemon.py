"""Control of the shared engine: start it in the background, query its status, stop it."""

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
START_TIMEOUT = 30.0  # seconds


class DaemonError(Exception):
    """The shared engine could not be started or stopped."""


def log_file() -> Path:
    """Return the log file of a background engine."""
    return folder() / LOG


def detach(options: Sequence[str]) -> str:
    """Start ``sessionbay serve`` with ``options`` in the background; return the line that announces it."""
    argv = [sys.executable, "-P", "-m", "sessionbay.cli", "serve", "--json", "--log-to", str(log_file()), *options]
    process = subprocess.Popen(
        argv,
        cwd="/",
        env={**os.environ, "SESSIONBAY_HOME": str(folder())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    stdout, stderr = cast("IO[str]", process.stdout), cast("IO[str]", process.stderr)
    with stdout, stderr:
        if select.select([stdout], [], [], START_TIMEOUT)[0] and (line := stdout.readline()):
            process.returncode = 0  # it outlives this process, so its Popen must not warn
            return line.strip()
        process.kill()
        process.wait()
        raise DaemonError(stderr.read().strip().removeprefix("sessionbay: ") or "the engine did not start in time")


@dataclass(frozen=True)
class Status:
    """The status of the shared engine.

    Attributes:
        answers: Whether it proves to be the published engine; otherwise it may be stuck.
        sessions: The number of its sessions.
    """

    published: EngineRecord
    answers: bool
    sessions: int | None


async def status() -> Status | None:
    """Return the status of the shared engine; None when there is none."""
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
    """Stop the shared engine and wait until it is gone; return it, or None when there was none."""
    if (engine := recorded()) is None:
        return None
    with suppress(ProcessLookupError), pidfd_of(engine.pid) as pidfd:
        if started_at(engine.pid) != engine.started:  # it has just ended, and its process id was reused
            return engine
        signal.pidfd_send_signal(pidfd, signal.SIGTERM)
        if not select.select([pidfd], [], [], timeout)[0]:
            raise DaemonError(
                f"the engine is still ending its sessions after {timeout:g} s: wait, or kill -9 {engine.pid}, which"
                " ends them too"
            )
    return engine
