"""Sessions as ordinary processes: for machines without namespaces. They see the host's files and network."""

import asyncio
import contextlib
import os
import subprocess
from dataclasses import replace
from typing import ClassVar, Literal

import psutil

from ..agent.line import AgentFailure, AgentGone
from ..limits import Limits
from .base import STOP_TIMEOUT, Sandbox, Traits, kill_process


class ProcessSandbox(Sandbox):
    """A tree of processes below the agent, which adopts its orphans. An engine run by root gives each its own user."""

    scope: ClassVar[Literal["namespace", "tree"]] = "tree"

    @property
    def traits(self) -> Traits:
        home = str(self.spec.root / "home")
        return Traits("process", "none", "host", home, (home, str(self.spec.root / "tmp")))

    @property
    def limits(self) -> Limits:
        # The kernel counts all processes of a user: only a user that is the session's own can have such a limit.
        return self.spec.limits if self.spec.uid is not None else replace(self.spec.limits, processes=0)

    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        env = {
            "HOME": str(self.spec.root / "home"),
            "LANG": "C.UTF-8",
            "PATH": os.environ.get("PATH", os.defpath),
            "TMPDIR": str(self.spec.root / "tmp"),
        }
        argv = self._agent_command(str(self.spec.shared), agent_socket)
        return self._popen(argv, (agent_socket,), log, env, cwd=env["HOME"])

    async def kill(self) -> None:
        """Have the agent end its tree, then the agent itself, then what else runs as the session's own user."""
        if hasattr(self, "agent"):
            with contextlib.suppress(AgentGone, AgentFailure, TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT):
                    await self.agent.ask("kill")
            self.agent.close()
        if self._process:
            await kill_process(self._process)
        if self.spec.uid is not None:
            _kill_user(self.spec.uid)


def _kill_user(uid: int) -> None:
    """Kill all processes of a user that only one session has."""
    while found := [process for process in psutil.process_iter(["uids", "status"]) if _runs_as(process, uid)]:
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


def _runs_as(process: psutil.Process, uid: int) -> bool:
    uids = process.info["uids"]
    return bool(uids) and uids.real == uid and process.info["status"] != psutil.STATUS_ZOMBIE
