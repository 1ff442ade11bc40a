"""A progress bar, which needs rich."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .core.errors import AgentBayError
from .core.public import lazy_annotations, public
from .models.map import Progress

if TYPE_CHECKING:
    from rich.console import Console


@public
@lazy_annotations("rich.console")
def progress_bar(title: str = "items", console: "Console | None" = None) -> Callable[[Progress], None]:
    """Return a ``progress`` callback that draws a bar with counts and the remaining time.

    Args:
        title: The text before the bar.
        console: The console of rich to draw on; standard error by default.

    Raises:
        AgentBayUsageError: rich is not installed; it comes with the extra ``local``.

    Example:
        ```python
        async def work(session: AsyncSession, number: int) -> bool:
            return (await session.command.run(f"echo {number}")).success


        async with bay.map(work, range(3), progress=progress_bar("numbers")) as results:
            print(sum([1 async for done in results if done.value]))
        ```
    """
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress as Bar, TextColumn, TimeRemainingColumn
    except ModuleNotFoundError as exc:
        raise AgentBayError.usage('progress_bar needs rich: pip install ".[local]" in its clone') from exc

    failed = TextColumn("{task.fields[failed]} failed")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), failed, TimeRemainingColumn())
    bar = Bar(*columns, console=console or Console(stderr=True))
    row = bar.add_task(title, total=None, failed=0)

    def show(progress: Progress) -> None:
        bar.update(row, completed=progress.done, total=progress.total, failed=progress.failed)
        if progress.ended:
            bar.stop()
        else:
            bar.start()

    return show
