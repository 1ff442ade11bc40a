"""Sandboxes without namespaces: processes that share the host's network and paths."""

import asyncio
import contextlib
import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import psutil

from ..agent.connection import AgentFailure, AgentGone
from ..contexts.threads import run_in_threads
from ..limits import Limits
from .capabilities import SandboxCapabilities
from .process_exit import STOP_TIMEOUT, exited, kill_process
from .programs import SYSTEM, environment, interpreter_folder, packages_folder
from .sandbox import Sandbox
from .spawner import spawn

READABLE = (*SYSTEM, "/etc", "/nix", "/opt", "/proc", "/sys")
WRITABLE = tuple(f"/dev/{name}" for name in ("full", "null", "ptmx", "pts", "random", "shm", "tty", "urandom", "zero"))
SHELL = "/bin/sh"
KILL_ROUNDS = 20  # one is enough, unless the session kills the killer first


class ProcessSandbox(Sandbox):
    """A process tree below the agent, which is the subreaper; Landlock confines it to its own files."""

    scope: ClassVar[Literal["namespace", "user", "tree"]] = "tree"
    isolation: ClassVar[Literal["uid", "process"]] = "process"

    @property
    def capabilities(self) -> SandboxCapabilities:
        home, temporary = self._folders
        packages = packages_folder(self.spec.python, self.spec.uid) or ""
        return SandboxCapabilities(
            self.isolation,
            "none",
            "host",
            home,
            (home, temporary),
            packages=packages,
            temporary=temporary,
            python=self.spec.python,
            **self.in_force,
        )

    @property
    def limits(self) -> Limits:
        # The kernel counts the processes of a user, so the limit needs a user per session.
        return self.spec.limits if self.spec.uid is not None else replace(self.spec.limits, processes=0)

    @property
    def _folders(self) -> tuple[str, str]:
        return str(self.spec.root / "home"), str(self.spec.root / "tmp")

    def _landlock_paths(self) -> dict[str, list[str]]:
        prefix = interpreter_folder(self.spec.python)
        packages = packages_folder(self.spec.python, self.spec.uid)
        read = [*READABLE, str(self.spec.shared), *(path for path in (prefix, packages) if path)]
        return {"read": read, "write": [*self._folders, *WRITABLE]}

    def _launch(self, agent_socket: int, log: int) -> subprocess.Popen[bytes]:
        home, temporary = self._folders
        argv = self._agent_command(str(self.spec.shared), agent_socket)
        programs = str(self.spec.shared / "bin")
        return self._popen(
            argv, (agent_socket,), log, environment(self.spec.python, home, temporary, programs), cwd=home
        )

    @property
    def home_folder(self) -> Path:
        return self.spec.root / "home"

    def path_problem(self, path: str) -> str:
        if any(Path(path).is_relative_to(folder) for folder in self._folders):
            return ""
        return (
            f"with {self.isolation} isolation, a session can only write to its own folders: {', '.join(self._folders)}"
        )

    def _make_folders(self) -> None:
        home, temporary = map(Path, self._folders)
        for folder in (home, temporary, temporary / ".X11-unix"):  # a new machine's /tmp is not empty
            self._make(folder)

    async def kill(self) -> None:
        """Have the agent kill its tree, then kill the agent, then all other processes of the session's user."""
        if hasattr(self, "agent"):
            with contextlib.suppress(AgentGone, AgentFailure, TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT):
                    await self.agent.request("kill")
            self.agent.close()
        if self._process:
            await exited(self._process)  # the agent kills its tree first, after its connection has closed
            await kill_process(self._process)
        if self.spec.uid is not None:
            await kill_user(self.spec.uid)
        await self._leave_group()


class UserSandbox(ProcessSandbox):
    """Processes of a user that only this session has, and that can be killed at once."""

    scope: ClassVar[Literal["namespace", "user", "tree"]] = "user"
    isolation: ClassVar[Literal["uid", "process"]] = "uid"


async def kill_user(uid: int) -> None:
    """Kill all processes of a session's user with one signal, which forks cannot outrun."""
    for _ in range(KILL_ROUNDS):
        if not (running := await run_in_threads(partial(_processes_of, uid))):
            return
        try:
            await _kill_from_inside(uid)
        except OSError:  # no process can be started: they cannot fork either
            for process in running:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


async def _kill_from_inside(uid: int) -> None:
    """Have a process of a user kill all of that user's."""
    started: list[subprocess.Popen[bytes]] = []
    kill = [SHELL, "-c", "kill -KILL -1"]
    try:
        await spawn(
            lambda: started.append(subprocess.Popen(kill, user=uid, group=uid, extra_groups=[], env={}, cwd="/"))
        )
        await exited(started[0])
    finally:
        for killer in started:
            await kill_process(killer)


def _processes_of(uid: int) -> list[psutil.Process]:
    """Return the processes of a user that run."""
    found = psutil.process_iter(["uids", "status"])
    return [each for each in found if _user(each) == uid and each.info["status"] != psutil.STATUS_ZOMBIE]


def _user(process: psutil.Process) -> int | None:
    uids = process.info["uids"]
    return uids.real if uids else None
