"""``sessionbay demo``: the main job, from an empty machine to an empty machine, with the time that each step took."""

import time
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import anyio
import httpx
from rich.console import Console
from rich.table import Table

from .._async.clouds import AsyncAgentBay
from .._async.session import AsyncSession
from ..core.errors import AgentBayError
from ..engine import IsolationWarning
from ..models.sessions import SessionEntry

CROWD = 50
PAUSE = 1.0
LABELS = {"made-by": "sessionbay demo"}
CROWD_LABELS = LABELS | {"part": "crowd"}
PAGE = "<h1>Hello from inside the session</h1>"
SERVER = "nohup python3 -m http.server 30100 >/dev/null 2>&1 &"
TICKER = (
    "nohup sh -c 'while :; do date +%s.%N >>ticks; sleep 0.02; done' >/dev/null 2>&1 &"
    " until [ -s ticks ]; do sleep 0.01; done"
)


async def show(console: Console) -> None:
    """Run the demo."""
    begun = time.perf_counter()
    console.print("[bold]sessionbay demo[/]: AgentBay's wire, served by this machine. No cloud, no key.\n")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", IsolationWarning)
        async with AsyncAgentBay(endpoint="local", strict=True) as bay:
            await Demo(console, bay).run()
    for warning in caught:
        console.print(f"\n[bold red]Weak isolation:[/] {warning.message}")
    console.print(f"\nAll of it took {time.perf_counter() - begun:.1f} s; nothing of it is left running.")


class Demo:
    """The steps. Each returns what came of it, in a line."""

    session: AsyncSession
    _open: AsyncExitStack

    def __init__(self, console: Console, bay: AsyncAgentBay) -> None:
        self._console = console
        self._bay = bay

    async def run(self) -> None:
        """Take all steps."""
        await self._take("engine started", self._engine)
        async with AsyncExitStack() as self._open:
            await self._take("session created", self._create)
            await self._take("commands run", self._commands)
            await self._take("file written, read", self._files)
            await self._take("web page by link", self._link)
            await self._take("metrics", self._metrics)
            await self._take("session paused", self._pause)
            await self._take("session resumed", self._resume)
        await self._take(f"{CROWD} sessions at once", self._crowd)
        await self._take("all deleted", self._rest)

    async def _take(self, name: str, step: Callable[[], Awaitable[str]]) -> None:
        """Take one step, and print it with its time."""
        begun = time.perf_counter()
        with self._console.status(name):
            told = await step()
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=20, style="bold")
        grid.add_column(width=7, justify="right", style="cyan")
        grid.add_column()
        grid.add_row(name, f"{time.perf_counter() - begun:.2f} s", told)
        self._console.print(grid)

    async def _engine(self) -> str:
        listed = await self._bay.list()
        return f"it has {listed.total_count} sessions"

    async def _create(self) -> str:
        self.session = await self._open.enter_async_context(self._bay.session(labels=LABELS))
        connection = (await self.session.info()).unwrap().connection
        return f"{self.session.session_id}\nisolation: {connection['isolation']}; network: {connection['network']}"

    async def _commands(self) -> str:
        who = await self.session.command.run("echo $(whoami) on $(uname -s), $(nproc) processors")
        sums = await self.session.command.run("seq 1 100 | paste -sd+ | sed 's/+/ + /g' | xargs expr")
        failed = await self.session.command.run("ls /nowhere")
        return f"{who.output.strip()}\n1 + ... + 100 = {sums.output.strip()}; ls /nowhere ends with {failed.exit_code}"

    async def _files(self) -> str:
        text = "written by the file tool, read by a command \N{WHITE HEAVY CHECK MARK}"
        await self.session.file_system.write_file("note.txt", text)
        seen = await self.session.command.run("cat note.txt")
        read = await self.session.file_system.read_file("note.txt")
        size = (await self.session.file_system.get_file_info("note.txt")).size
        return f"{size} bytes, the same both ways: {seen.output == read.content == text}"

    async def _link(self) -> str:
        await self.session.file_system.create_directory("site")
        await self.session.file_system.write_file("site/index.html", PAGE)
        await self.session.command.run(SERVER, cwd="site")
        link = await self.session.get_link("https", 30100)
        async with httpx.AsyncClient(trust_env=False) as browser:
            answer = await browser.get(str(link))
            with anyio.fail_after(5):
                while not answer.is_success:
                    await anyio.sleep(0.05)
                    answer = await browser.get(str(link))
        return f"{answer.text.strip()}\nHTTP {answer.status_code}, fetched from outside, port {answer.url.port}"

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
            return f"{paused.status} for {PAUSE:g} s; a command meanwhile is refused:\n{exc}"
        return f"{paused.status}, but commands still run"

    async def _resume(self) -> str:
        resumed = await self.session.resume(poll_interval=0.05)
        await anyio.sleep(0.2)
        ticks = [float(line) for line in (await self.session.file_system.read_file("ticks")).content.split()]
        gap = max(later - earlier for earlier, later in pairwise(ticks))
        return f"{resumed.status}; a process that ticks every 20 ms\nstood still for {gap:.2f} s, which was the pause"

    async def _crowd(self) -> str:
        squares: list[int] = []
        found: list[SessionEntry] = []
        all_there, go = anyio.Event(), anyio.Event()

        async def one(number: int) -> None:
            async with self._bay.session(labels=CROWD_LABELS | {"number": str(number)}) as session:
                squares.append(int((await session.command.run(f"expr {number} \\* {number}")).output))
                if len(squares) == CROWD:
                    all_there.set()
                await go.wait()

        async with anyio.create_task_group() as group:
            for number in range(1, CROWD + 1):
                group.start_soon(one, number)
            await all_there.wait()
            found += [entry async for entry in self._bay.iter_sessions(labels=CROWD_LABELS, status="RUNNING")]
            go.set()
        return f"{len(found)} found by label; each squared its number,\nand the sum of that is {sum(squares)}"

    async def _rest(self) -> str:
        listed = await self._bay.list(labels=LABELS)
        return f"{listed.total_count} sessions left"
