"""Write docs/demo.svg: the output of ``sessionbay demo``, as a picture without web fonts."""

import io
import re

import anyio
from page import ROOT
from rich.console import Console

from sessionbay.cli.demo import show

PAGE = ROOT / "docs" / "demo.svg"
FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
WIDTH = 100  # columns


def main() -> None:
    """Run the demo and write its picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    anyio.run(show, console)
    svg = FONT_FACE.sub("", console.export_svg(title="sessionbay demo", unique_id="demo"))
    PAGE.write_text(re.sub(r"font-family: Fira Code, monospace", "font-family: monospace", svg), "utf-8")


if __name__ == "__main__":
    main()
