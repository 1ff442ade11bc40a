"""Write docs/reference/names.md: every public name, with one line and a link. ``--check`` only compares.

The names come from the running package, their summaries and source files from the sources, which griffe parses.
The full API reference is built into the site from the same list: see build_site.py.
"""

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import griffe
from page import ROOT, renew

PAGE = ROOT / "docs" / "reference" / "names.md"
HEADER = "<!-- Written by scripts/generate_docs.py from the docstrings. Do not edit. -->"
INTRODUCTION = """# Public names

Every name that can be imported, and the file that defines it. The docstrings there are the full reference;
`nox -s site` builds them into a site, with each async class and its sync twin side by side."""
MODULES = ("sessionbay", "sessionbay.engine", "sessionbay.testing")
GROUPS = {  # the heading of a group: where its names are defined; the first that matches counts
    "Faults for tests": r"core\.faults|_a?sync\.faults",
    "Clients, sessions and their modules": r"_async\.|_sync\.",
    "Errors": r"core\.errors",
    "The local engine": r"engine",
    "Parameters": r"models\.creation|core\.retry",
    "Results and values": r"models\.|core\.",
    "Functions": "",
}


@dataclass(frozen=True)
class PublicName:
    """A public name: where it is imported from, and the module that defines it."""

    name: str
    imported_from: str
    defined_in: str

    @property
    def identifier(self) -> str:
        """The path by which griffe and mkdocstrings know it."""
        return f"{self.defined_in}.{self.name}"

    @property
    def group(self) -> str:
        """The heading under which it is listed."""
        path = self.identifier.removeprefix("sessionbay.")
        return next(title for title, pattern in GROUPS.items() if re.match(pattern, path))

    @property
    def source(self) -> str:
        """The path of the file that defines it, relative to the repository."""
        path: Path = package()[self.identifier.removeprefix("sessionbay.")].filepath
        return str(path.relative_to(ROOT))

    @property
    def summary(self) -> str:
        """The first line of its docstring, or what a type alias stands for."""
        found = package()[self.identifier.removeprefix("sessionbay.")]
        line = found.docstring.value.partition("\n\n")[0] if found.docstring else f"``{found.value}``"
        return " ".join(line.split()).replace("``", "`").replace("|", "\\|")


def main() -> None:
    """Write the page, or fail if it is out of date."""
    renew(PAGE, __doc__, lambda _: "\n\n".join((HEADER, INTRODUCTION, *tables())) + "\n")


def tables() -> Iterator[str]:
    """Yield the groups, each a heading and a table."""
    names = public_names()
    twins = {one.name for one in names if f"Async{one.name}" in {other.name for other in names}}
    for title in GROUPS:
        rows = [row(one, twins) for one in names if one.group == title and one.name not in twins]
        if rows:
            yield f"## {title}"
            yield "\n".join(["| Name | Import from | Summary |", "| --- | --- | --- |", *rows])


def row(one: PublicName, twins: set[str]) -> str:
    """Return the row of a name; an async class shares it with its sync twin."""
    sync = one.name.removeprefix("Async")
    names = f"[`{one.name}`](../../{one.source})" + (f", `{sync}`" if sync in twins else "")
    return f"| {names} | `{one.imported_from}` | {one.summary} |"


@cache
def public_names() -> list[PublicName]:
    """Return every public name, sorted by name; one that two modules export counts for the first."""
    names: dict[str, PublicName] = {}
    for path in MODULES:
        module = importlib.import_module(path)
        for name in exported(module):
            names.setdefault(name, PublicName(name, path, defining_module(name, getattr(module, name))))
    return sorted(names.values(), key=lambda one: one.name.lower())


def exported(module: Any) -> list[str]:
    """Return what a module exports: its ``__all__``, or the names that it imports under their own name."""
    if names := getattr(module, "__all__", None):
        return [name for name in names if not name.startswith("_")]
    source = griffe.visit(module.__name__, ROOT / "unused.py", module_source(module)).members
    return [name for name, member in source.items() if member.is_alias and not name.startswith("_")]


def module_source(module: Any) -> str:
    """Return the source of a module."""
    return Path(module.__file__).read_text("utf-8")


def defining_module(name: str, value: object) -> str:
    """Return the module whose source defines ``value`` under ``name``."""
    for path in definitions()[name]:
        if getattr(importlib.import_module(path), name) is value:
            return path
    raise LookupError(f"No module defines the public name {name!r}.")


@cache
def definitions() -> dict[str, list[str]]:
    """Return the modules that define each name at their top level."""
    paths: dict[str, list[str]] = {}
    modules = [package()]
    for module in modules:
        modules += [one for one in module.modules.values() if not one.is_alias]
        for name, member in module.members.items():
            if not member.is_alias and not member.is_module:
                paths.setdefault(name, []).append(module.path)
    return paths


@cache
def package() -> Any:
    """Return the package as griffe parses it."""
    return griffe.load("sessionbay", search_paths=[ROOT / "src"], docstring_parser="google", allow_inspection=False)


if __name__ == "__main__":
    main()
