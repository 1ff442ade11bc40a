"""``sessionbay demo``: a tour of the main features on a private engine, with the time of each step."""

import time
import warnings
from collections.abc import Mapping
from contextlib import AsyncExitStack
from itertools import pairwise
from typing import Literal

import anyio
import httpx
from rich.console import Console

from .._async.clouds import AsyncAgentBay
from .._async.session import AsyncSession
from ..core.errors import AgentBayError
from ..engine import IsolationWarning
from ..models.sessions import SessionEntry
from .browser_demo import BrowserDemo
from .desktop_demo import DesktopDemo
from .steps import Steps

FAN_OUT = 50
PAUSE = 1.0  # seconds
LABELS = {"created-by": "sessionbay demo"}
FAN_OUT_LABELS = LABELS | {"part": "fan-out"}
PAGE = "<h1>Hello from inside the session</h1>"
SERVER = "nohup python3 -m http.server 30100 >/dev/null 2>&1 &"
TICKER = (
    "nohup sh -c 'while :; do date +%s.%N >>ticks; sleep 0.02; done' >/dev/null 2>&1 &"
    " until [ -s ticks ]; do sleep 0.01; done"
)


async def show(console: Console, kind: Literal["", "desktop", "browser"] = "") -> None:
    """Run the demo, or that of the desktop or of the browser."""
    begun = time.perf_counter()
    console.print("[bold]sessionbay demo[/]: AgentBay's API, served on this machine. No cloud, no key.\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", IsolationWarning)
        async with AsyncAgentBay(endpoint="local:private", strict=True) as bay:
            await DEMOS[kind](console, bay).run()
    for warning in caught:
        console.print(f"\n[bold red]Weak isolation:[/] {warning.message}")
    console.print(f"\nFinished in {time.perf_counter() - begun:.1f} s; nothing is left running.")


class Demo(Steps):
    """The steps. Each returns a line that describes its result."""

    session: AsyncSession
    _open: AsyncExitStack

    def __init__(self, console: Console, bay: AsyncAgentBay) -> None:
        super().__init__(console)
        self._bay = bay

    async def run(self) -> None:
        """Run all steps."""
        await self.step("engine started", self._engine)
        async with AsyncExitStack() as self._open:
            await self.step("session created", self._create)
            await self.step("commands run", self._commands)
            await self.step("file written, read", self._files)
            await self.step("web page by link", self._link)
            await self.step("metrics", self._metrics)
            await self.step("session paused", self._pause)
            await self.step("session resumed", self._resume)
        await self.step(f"{FAN_OUT} sessions at once", self._fan_out)
        await self.step("all deleted", self._rest)

    async def _engine(self) -> str:
        listed = await self._bay.list()
        return f"{listed.total_count} sessions"

    async def _create(self) -> str:
        self.session = await self._open.enter_async_context(self._bay.session(labels=LABELS))
        connection = (await self.session.info()).unwrap().connection
        return f"{self.session.session_id}\nisolation: {connection['isolation']}; network: {connection['network']}"

    async def _commands(self) -> str:
        user = await self.session.command.run("echo $(whoami) on $(uname -s), $(nproc) processors")
        sums = await self.session.command.run("seq 1 100 | paste -sd+ | sed 's/+/ + /g' | xargs expr")
        failed = await self.session.command.run("ls /nowhere")
        return (
            f"{user.output.strip()}\n1 + ... + 100 = {sums.output.strip()}; ls /nowhere: exit code {failed.exit_code}"
        )

    async def _files(self) -> str:
        text = "written by the file tool, read by a command \N{WHITE HEAVY CHECK MARK}"
        await self.session.file_system.write_file("note.txt", text)
        output = await self.session.command.run("cat note.txt")
        read = await self.session.file_system.read_file("note.txt")
        size = (await self.session.file_system.get_file_info("note.txt")).size
        return f"{size} bytes, the same in both: {output.output == read.content == text}"

    async def _link(self) -> str:
        await self.session.file_system.create_directory("site")
        await self.session.file_system.write_file("site/index.html", PAGE)
        await self.session.command.run(SERVER, cwd="site")
        link = await self.session.get_link("https", 30100)
        async with httpx.AsyncClient(trust_env=False) as browser:
            response = await browser.get(str(link))
            with anyio.fail_after(5):
                while not response.is_success:
                    await anyio.sleep(0.05)
                    response = await browser.get(str(link))
        return f"{response.text.strip()}\nHTTP {response.status_code}, fetched from outside, port {response.url.port}"

    async def _metrics(self) -> str:
        metrics = (await self.session.get_metrics()).metrics
        return (
            f"processor {metrics.cpu_used_pct} % of {metrics.cpu_count},"
            f" memory {metrics.mem_used / 2**20:.0f} MiB, disk {metrics.disk_used / 2**10:.0f} KiB"
        )

    async def _pause(self) -> str:
        await self.session.command.run(TICKER)
        paused = await self.session.pause(poll_interval=0.05)
        await anyio.sleep(PAUSE)
        try:
            await self.session.command.run("echo still here")
        except AgentBayError as exc:
            return f"{paused.status} for {PAUSE:g} s; a command is refused meanwhile:\n{exc}"
        return f"{paused.status}, but commands still run"

    async def _resume(self) -> str:
        resumed = await self.session.resume(poll_interval=0.05)
        await anyio.sleep(0.2)
        ticks = [float(line) for line in (await self.session.file_system.read_file("ticks")).content.split()]
        gap = max(later - earlier for earlier, later in pairwise(ticks))
        return f"{resumed.status}; a process that ticks every 20 ms\nstopped for {gap:.2f} s: the pause"

    async def _fan_out(self) -> str:
        squares: list[int] = []
        listed: list[SessionEntry] = []
        all_created, go = anyio.Event(), anyio.Event()

        async def square(number: int) -> None:
            async with self._bay.session(labels=FAN_OUT_LABELS | {"number": str(number)}) as session:
                squares.append(int((await session.command.run(f"expr {number} \\* {number}")).output))
                if len(squares) == FAN_OUT:
                    all_created.set()
                await go.wait()

        async with anyio.create_task_group() as group:
            for number in range(1, FAN_OUT + 1):
                group.start_soon(square, number)
            await all_created.wait()
            listed += [entry async for entry in self._bay.iter_sessions(labels=FAN_OUT_LABELS, status="RUNNING")]
            go.set()
        return f"{len(listed)} listed by label; each squared its number;\nthe sum is {sum(squares)}"

    async def _rest(self) -> str:
        listed = await self._bay.list(labels=LABELS)
        return f"{listed.total_count} sessions left"


DEMOS: Mapping[str, type[Demo | DesktopDemo | BrowserDemo]] = {
    "": Demo,
    "desktop": DesktopDemo,
    "browser": BrowserDemo,
}
