"""The pages, and the Python in them.

The convention: the blocks of a page that are fenced as ``python`` run one after the other in one namespace, and may
await at their top level. Lines that begin with ``#>`` say what a block prints; ``...`` in them stands for anything.
A block that must not run has ``<!-- not run: reason -->`` before it. A page whose blocks define tests is run by pytest.
"""

import ast
import asyncio
import contextlib
import doctest
import inspect
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDES = [path for path in PAGES if "decisions" not in path.parts]
BLOCK = re.compile(r"^(?:<!-- not run: (?P<reason>.+) -->\n+)?```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^#> ?(.*)$", re.MULTILINE)


def name(path: Path) -> str:
    """Return a page's path in the repository."""
    return str(path.relative_to(ROOT))


@dataclass(frozen=True)
class Block:
    """One block of Python; ``line`` is that of the page on which the code begins."""

    page: str
    line: int
    code: str
    runs: bool = True

    def compiled(self) -> Any:
        """Return the code, its lines numbered as those of the page are."""
        text = "\n" * (self.line - 1) + self.code
        return compile(text, self.page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)

    def awaits(self) -> bool:
        """Return whether the code awaits outside of any function."""
        return bool(self.compiled().co_flags & inspect.CO_COROUTINE)

    def check_output(self, printed: str) -> None:
        """Fail if the block printed something else than it says."""
        payload = "".join(f"{line}\n" for line in PRINTED.findall(self.code))
        agree = doctest.OutputChecker().check_output(payload, printed, doctest.ELLIPSIS)
        assert not payload or agree, f"{self.page}:{self.line} prints\n{printed}and says\n{payload}"


def blocks(path: Path) -> list[Block]:
    """Return the blocks of Python of a page."""
    text = path.read_text("utf-8")
    return [
        Block(name(path), text.count("\n", 0, found.start("code")) + 1, found["code"], runs=not found["reason"])
        for found in BLOCK.finditer(text)
    ]


def run(found: list[Block], names: dict[str, Any]) -> None:
    """Run blocks one after the other; those that await share a loop."""
    with asyncio.Runner() as runner:
        for block in found:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                waiting = eval(block.compiled(), names)
                if inspect.iscoroutine(waiting):
                    runner.run(waiting)
            block.check_output(printed.getvalue())
