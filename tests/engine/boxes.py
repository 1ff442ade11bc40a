"""Sandboxes without an engine around them: to start one with a defence off, and to run commands in it."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sessionbay.core.engine_choices import IsolationChoice, NetworkChoice
from sessionbay.engine.limits import Limits
from sessionbay.engine.sandbox import backends
from sessionbay.engine.sandbox.hardening import Hardening
from sessionbay.engine.sandbox.sandbox import Sandbox, SandboxError

from .processes import ENOUGH

T = TypeVar("T")
ALL = Hardening()
KINDS: list[IsolationChoice] = ["namespaces", "uid", "process"]


@dataclass
class Box:
    """A sandbox that has been started."""

    sandbox: Sandbox

    async def run(self, command: str) -> str:
        """Run a command; return what it wrote on both outputs."""
        ran = await self.sandbox.agent.request("run", command=command, timeout=ENOUGH, max_output=2**20)
        return str(ran["stdout"] + ran["stderr"]).strip()


def open_folder() -> Path:
    """Return a new folder that the sandboxes' users can get through."""
    folder = Path(tempfile.mkdtemp(prefix="box-"))
    folder.chmod(0o711)
    return folder


@asynccontextmanager
async def box(
    kind: IsolationChoice, network: NetworkChoice = "none", hardening: Hardening = ALL
) -> AsyncGenerator[Box]:
    """Give a sandbox of a kind; skip where there is no such kind."""
    folder = open_folder()
    try:
        try:
            backend = await backends.choose(kind, backends.write_agent(folder), network)
        except SandboxError as exc:
            if kind == "namespaces" and network != "nat" and "SESSIONBAY_REQUIRE_NAMESPACES" in os.environ:
                raise
            pytest.skip(f"this machine cannot: {exc}")
        root = folder / "session"
        root.mkdir(mode=0o711)
        sandbox = replace(backend, hardening=hardening).sandbox(root, Limits())
        await sandbox.start()
        try:
            yield Box(sandbox)
        finally:
            await sandbox.kill()
    finally:
        shutil.rmtree(folder)


def done(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, in time."""

    async def bounded() -> T:
        async with asyncio.timeout(100):
            return await work

    return asyncio.run(bounded())


def payload(kind: IsolationChoice, command: str, **off: bool) -> str:
    """Return what a command wrote in a sandbox of its own, with the named defences off (``seccomp=False``)."""

    async def run() -> str:
        async with box(kind, hardening=Hardening(**off)) as found:
            return await found.run(command)

    return done(run())
