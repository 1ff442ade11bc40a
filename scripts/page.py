"""A page that a script writes from the code, or a part of it."""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TABLE = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of the table -->)", re.DOTALL)


def renew(page: Path, about: str | None, fresh: Callable[[str], str]) -> None:
    """Write a page, or with ``--check`` say that it differs; ``fresh`` makes its text of the one that is there."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page is out of date")
    check = parser.parse_args().check
    kept = page.read_text("utf-8") if page.exists() else ""
    text = fresh(kept)
    if not check:
        page.write_text(text, "utf-8")
    elif text != kept:
        sys.exit(f"out of date, run scripts/{Path(sys.argv[0]).name}: {page}")


def with_table(text: str, table: str) -> str:
    """Return a page's text with ``table`` in its place."""
    return _TABLE.sub(lambda _: table, text)
