"""The printing of a demo's steps."""

import time
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.table import Table


class Steps:
    """Runs steps, and prints the result and the time of each."""

    def __init__(self, console: Console) -> None:
        self._console = console

    async def step(self, name: str, step: Callable[[], Awaitable[str]]) -> None:
        """Run one step, and print its result and time."""
        begun = time.perf_counter()
        with self._console.status(name):
            output = await step()
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=20, style="bold")
        grid.add_column(width=7, justify="right", style="cyan")
        grid.add_column()
        grid.add_row(name, f"{time.perf_counter() - begun:.2f} s", output)
        self._console.print(grid)
