"""Write the sync twin of the async source, with unasync. ``--check`` only says whether it is up to date.

unasync maps names; what it leaves is the prose of docstrings and comments, which a second pass turns. An async word
that survives both, a rule that no file needs, and a file without a source are errors.
"""

import argparse
import filecmp
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import unasync
from tokenize_rt import Token, src_to_tokens, tokens_to_src

ROOT = Path(__file__).resolve().parents[1]
TREES = {"src/sessionbay/_async": "src/sessionbay/_sync", "tests/_async": "tests/_sync"}
RULES = {
    "_async": "_sync",
    "_async_httpx": "_sync_httpx",
    "aclose": "close",
    "handle_async_request": "handle_request",
    "anext": "next",
}
KNOWN = {
    "AsyncIterator": "Iterator",
    "AsyncIterable": "Iterable",
}  # the standard library's, which are not ours to strip
OURS = re.compile(r"Async[A-Z]\w*")
PROSE = [
    (re.compile(r"\b(?:await|async) "), ""),
    (re.compile(r"\bAsync(?=[A-Z])"), ""),
    (re.compile(r"\baclose\b"), "close"),
    (re.compile(r"\b_async(?=\b|_httpx\b)"), "_sync"),
    (re.compile(r"\basync_playwright\b"), "sync_playwright"),
]
LEFTOVER = re.compile(r"\b(?:async|await|asyncio|anyio|Async[A-Z]\w*|__a(?:enter|exit|iter|next)__)\b")
HEADER = "# Generated from {source} by scripts/generate_sync.py. Do not edit.\n"


def main() -> None:
    """Generate, then compare or replace."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a twin is out of date")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        stale = [name for tree in TREES.values() for name in differences(Path(scratch, tree), ROOT / tree)]
        if check and stale:
            sys.exit("out of date, run scripts/generate_sync.py:\n  " + "\n  ".join(stale))
        for tree in () if check else TREES.values():
            shutil.rmtree(ROOT / tree, ignore_errors=True)
            shutil.copytree(Path(scratch, tree), ROOT / tree)


def generate(into: Path) -> None:
    """Write every twin below ``into``."""
    used: set[str] = set()
    for source, target in sources():
        used |= convert(source, into / target)
    if unused := RULES.keys() - used:
        sys.exit(f"rules that no file needs: {sorted(unused)}")
    for command in (["check", "--quiet", "--fix", "--select", "I,F401,UP034"], ["format", "--quiet"]):
        places = [str(into / tree) for tree in TREES.values()]
        config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
        subprocess.run([sys.executable, "-m", "ruff", *command, *config, *places], check=True)


def sources() -> Iterator[tuple[Path, str]]:
    """Yield each source, and where its twin goes."""
    for source_tree, target_tree in TREES.items():
        for source in sorted((ROOT / source_tree).rglob("*.py")):
            yield source, f"{target_tree}/{source.relative_to(ROOT / source_tree)}"


def convert(source: Path, target: Path) -> set[str]:
    """Write ``target`` from ``source``; return the names that it holds."""
    held = names(src_to_tokens(source.read_text("utf-8")))
    ours = {name: name.removeprefix("Async") for name in held if OURS.fullmatch(name)} | RULES
    target.parent.mkdir(parents=True, exist_ok=True)
    rule = unasync.Rule(f"{source.parent}/", f"{target.parent}/", additional_replacements=KNOWN | ours)
    unasync.unasync_files([str(source)], [rule])
    tokens = [in_prose(token) for token in src_to_tokens(target.read_text("utf-8"))]
    text = tokens_to_src(tokens)
    if found := LEFTOVER.search(text):
        line = text.count("\n", 0, found.start()) + 1
        sys.exit(f"{source.relative_to(ROOT)}: {found.group()!r} survives in line {line} of its twin")
    text = HEADER.format(source=source.relative_to(ROOT)) + text
    compile(text, str(target), "exec")
    target.write_text(text, "utf-8")
    return held


def in_prose(token: Token) -> Token:
    """Turn the words of a string or a comment."""
    if token.name not in {"STRING", "COMMENT", "FSTRING_MIDDLE"}:
        return token
    text = token.src
    for pattern, plain in PROSE:
        text = pattern.sub(plain, text)
    return token._replace(src=text)


def names(tokens: list[Token]) -> set[str]:
    """Return the names in a source."""
    return {token.src for token in tokens if token.name == "NAME"}


def differences(fresh: Path, kept: Path) -> list[str]:
    """Return the files that are missing, changed or left over in ``kept``."""
    found = {path.relative_to(tree) for tree in (fresh, kept) for path in tree.rglob("*.py")}
    return sorted(str(kept / name) for name in found if not same(fresh / name, kept / name))


def same(one: Path, other: Path) -> bool:
    """Return whether both files exist and hold the same."""
    return one.exists() and other.exists() and filecmp.cmp(one, other, shallow=False)


if __name__ == "__main__":
    main()
