"""Write docs/api/ from the docstrings of the public API. ``--check`` only says whether it is up to date.

Griffe reads the sources without running them; only what the engine serves is asked of the code, since that is data.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import griffe

from sessionbay.operations.registry import OPERATIONS, TOOLS

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "api"
LONGEST_LINE = 100
HEADER = "<!-- Written by scripts/generate_docs.py from the docstrings. Do not edit. -->\n\n"
TWINS = {"async": "Async", "sync": ""}
MODULES = {  # page: what it describes first, where that is, and what else
    "client": {"Client": "client", "AgentBay": "clouds", "AGB": "clouds"},
    "session": {"Session": "session"},
    "command": {"Command": "command"},
    "processes": {"Process": "processes"},
    "code": {"Code": "code"},
    "env": {"Env": "env"},
    "code_stream": {"CodeStream": "code_stream"},
    "file_system": {"FileSystem": "file_system"},
    "watch": {"Watch": "files.watch"},
    "pty": {"Pty": "pty"},
    "pty_handle": {"PtyHandle": "pty_handle"},
    "git": {"Git": "git"},
    "oss": {"Oss": "oss"},
    "context": {"SessionContext": "context"},
    "contexts": {"ContextService": "contexts"},
    "skills": {"Skills": "skills"},
    "map": {"Map": "mapping"},
    "pool": {"SessionPool": "pool"},
    "faults": {"FaultTransport": "faults"},
}
RESULTS = [
    "core.output",
    *(
        f"models.{name}"
        for name in (
            "sessions",
            "commands",
            "code",
            "pty",
            "env",
            "files",
            "git",
            "oss",
            "skills",
            "tools",
            "contexts",
            "fan_out",
            "leftovers",
        )
    ),
]
VALUES = {  # the first of the modules has the introduction
    "results": ("Results and values", ["core.result", *RESULTS]),
    "params": ("Parameters", ["models.creation", "core.retry"]),
    "errors": ("Errors", ["core.errors"]),
    "faults": ("Faults", ["core.faults"]),
    "engine": ("The local engine", ["engine", "engine.thread", "engine.config", "engine.limits"]),
}
WORDED = (
    "models.creation",
    "core.errors",
    "core.faults",
    "engine.sandbox.backends",
    "engine.sandbox.base",
    "_concurrency._async",
)
SECOND_NAMES = re.compile(r"^    ([a-z][\w, =]*) = ([a-zA-Z][\w., ]*?)(?:  #.*)?$", re.MULTILINE)
PACKAGE: Any = griffe.load(
    "sessionbay",
    search_paths=[ROOT / "src"],
    docstring_parser="google",
    docstring_options={"returns_multiple_items": False},
    allow_inspection=False,
)
PLACES = [PACKAGE[path] for path in ("_public", "engine", "testing")]
EXPORTED = [member.target_path for place in PLACES for member in place.members.values() if member.is_alias]
WORDS = {  # the names that stand for a choice of words or a class of httpx
    name: str(member.value)
    for path in WORDED
    for name, member in PACKAGE[path].members.items()
    if isinstance(member, griffe.Attribute) and str(member.value).startswith(("Literal[", "httpx."))
}


def main() -> None:
    """Write the pages, or say which of them differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")
    check = parser.parse_args().check
    fresh = {TARGET / name: text for name, text in pages()}
    kept = {path: path.read_text("utf-8") for path in TARGET.rglob("*.md")}
    stale = {path for path in fresh.keys() | kept.keys() if fresh.get(path) != kept.get(path)}
    if check and stale:
        sys.exit("\n  ".join(["out of date, run scripts/generate_docs.py:", *sorted(map(str, stale))]))
    for path in stale - fresh.keys():
        path.unlink()
    for path in stale & fresh.keys():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fresh[path], "utf-8")


def pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page; links, written from the top as ``](/page.md)``, become relative."""
    written = {f"{twin}/{page}.md": module_page(twin, page) for twin in TWINS for page in MODULES}
    written |= {f"{page}.md": value_page(page) for page in VALUES} | {"README.md": index()}
    for name, parts in written.items():
        text = "\n\n".join(part.strip() for part in parts if part)
        yield name, HEADER + text.replace("](/", "](" + "../" * name.count("/")) + "\n"


def module_page(twin: str, page: str) -> Iterator[str]:
    """Describe a class that does things, in one of the twins."""
    prefix, other = TWINS[twin], "sync" if twin == "async" else "async"
    found, *clouds = (PACKAGE[f"_{twin}.{module}.{prefix}{name}"] for name, module in MODULES[page].items())
    yield f"# {found.name}"
    yield prose(found)
    yield f"Its {other} twin: [`{TWINS[other]}{next(iter(MODULES[page]))}`](/{other}/{page}.md)."
    yield example(found)
    for cloud in clouds:
        yield f"## {cloud.name}"
        yield prose(cloud)
        yield from (f"`{alias}` is its name for `{of}`." for alias, of in aliases(cloud))
        yield example(cloud)
    if "__init__" in found.members and found["__init__"].docstring:
        yield from ("## Arguments", *function_parts(found["__init__"]))
    members = list(public_members(found))
    yield table("## Properties", ("Property", "Type", "What it is"), property_rows(found, members))
    later = [m.name for m in members if str(getattr(m, "value", "")).startswith("AbsentModule(")]
    if later:
        yield f"Not in this version; every use of these raises an error that says so: {listed(later)}."
    yield "## Methods"
    for function in (m for m in members if isinstance(m, griffe.Function)):
        also = [alias for alias, of in aliases(found) if of == function.name]
        yield f"### `{function.name}`"
        yield f"Also called {listed(also)}." if also else ""
        yield from function_parts(function)


def function_parts(function: griffe.Function) -> Iterator[str]:
    """Describe what a function takes, gives and raises."""
    yield f"```python\n{signature(function)}\n```" if function.name != "__init__" else ""
    yield prose(function)
    arguments = [
        (f"`{item.name}`", typed(item.annotation), code(item.value), plain(item.description))
        for item in section(function, "parameters")
    ]
    yield table("", ("Argument", "Type", "Default", "What it is"), arguments)
    for kind in ("returns", "yields"):
        for item in section(function, kind):
            what = str(item.annotation).partition("[")[2][:-1] if kind == "yields" else item.annotation
            yield f"**{kind.title()}** {typed(what)}: {plain(item.description)}"
    raised = [(typed(item.annotation), plain(item.description)) for item in section(function, "raises")]
    yield table("", ("Raises", "When"), raised)
    yield example(function)


def value_page(page: str) -> Iterator[str]:
    """Describe classes that are values."""
    title, modules = VALUES[page]
    yield f"# {title}"
    yield prose(PACKAGE[modules[0]])
    yield from served() if page == "engine" else ()
    for found in values(page):
        yield f"## {found.name}"
        yield from value_parts(found)


def value_parts(found: griffe.Class) -> Iterator[str]:
    """Describe the fields, properties and methods of a class, and of those of its bases that have no place here."""
    hidden = [found, *(base for base in found.mro() if base.name not in places())]
    own = [member for member in public_members(found) if member.parent in hidden]
    told = dict(pair for base in hidden for pair in attributes(base))
    through = [m.name for m in own if str(getattr(m, "value", "")).startswith("Of[")]
    fields = [
        (f"`{m.name}`", typed(m.annotation), default(m), told.get(m.name, ""))
        for m in own
        if isinstance(m, griffe.Attribute) and "property" not in m.labels and m.name not in through
    ]
    bases = [typed(kind) for base in hidden for kind in base.bases if str(kind).partition("[")[0] in places()]
    yield prose(found)
    yield f"A kind of {', '.join(bases)}." if bases else ""
    yield table("", ("Field", "Type", "Default", "What it is"), fields)
    yield f"Read from `data`, which must be there: {listed(through)}." if through else ""
    yield table("", ("Property", "Type", "What it is"), property_rows(found, own))
    methods = [(code(m.signature()), prose(m)) for m in found.functions.values() if m in own]
    yield table("", ("Method", "What it does"), methods)
    yield example(found)


def served() -> Iterator[str]:
    """Tell which operations and tools the engine serves."""
    routes = [(op.action, f"{op.agb.method} {op.agb.path}" if op.agb else "") for op in OPERATIONS.operations]
    operations = [(code(action), code(route) or "not offered") for action, route in routes]
    tools = [(code(tool.name), listed(tool.args.model_fields), tool.about) for tool in TOOLS]
    yield table("## Operations that it serves", ("AgentBay's action", "AGB's route"), operations)
    yield table("## Tools that its sessions have", ("Tool", "Arguments", "What it does"), tools)


def index() -> Iterator[str]:
    """Name all pages, and what stands where."""
    yield "# API"
    yield "Every public name, from its docstring. The guides stand [one level up](../README.md)."
    rows = [[typed(prefix + name) for prefix in TWINS.values()] for names in MODULES.values() for name in names]
    yield table("## What does things", list(TWINS), rows)
    names = [
        (f"[{title}](/{page}.md)", ", ".join(typed(value.name) for value in values(page)))
        for page, (title, _) in VALUES.items()
    ]
    yield table("## What goes in and comes out", ("Page", "Names"), names)
    for path in ("get_logger", "leaving.install_signal_handlers", "_concurrency.bar.progress_bar"):
        yield f"## `{PACKAGE[path].name}`"
        yield from function_parts(PACKAGE[path])


def values(page: str) -> list[griffe.Class]:
    """Return the public classes of a page, in the order of its modules."""
    paths = [path.removeprefix("sessionbay.") for path in EXPORTED]
    return [PACKAGE[path] for module in VALUES[page][1] for path in paths if path.rpartition(".")[0] == module]


@cache
def places() -> dict[str, str]:
    """Return where each class is described."""
    found = {value.name: f"{page}.md#{value.name.lower()}" for page in VALUES for value in values(page)}
    for twin, prefix in TWINS.items():
        for page, names in MODULES.items():
            found |= {prefix + name: f"{twin}/{page}.md#{(prefix + name).lower()}" for name in names}
    return found


def public_members(found: griffe.Class) -> Iterator[griffe.Function | griffe.Attribute]:
    """Yield what a class offers, its own before what it inherits, without second names and what only a method sets."""
    seen = {"error_type", "model_config", *(alias for alias, _ in aliases(found))}
    for base in (found, *found.mro()):
        for name, member in base.members.items():
            if name in seen or name.startswith("_") or not isinstance(member, griffe.Function | griffe.Attribute):
                continue
            if member.labels != {"instance-attribute"} or member.annotation or name in dict(attributes(base)):
                seen.add(name)
                yield member


def aliases(found: griffe.Class) -> Iterator[tuple[str, str]]:
    """Yield the second names in a class and its bases, ``a = b = c`` or ``a, b = c, d``, with what they name."""
    for names, of in SECOND_NAMES.findall("".join(base.source + "\n" for base in (found, *found.mro()))):
        named = of.split(", ") * (names.count("=") + 1)
        yield from ((name, one.rpartition(".")[2]) for name, one in zip(re.split(", | = ", names), named, strict=True))


def section(found: griffe.Object, kind: str) -> list[Any]:
    """Return the items of the sections of one kind in a docstring."""
    values = [one.value for one in found.docstring.parsed if one.kind.value == kind] if found.docstring else []
    return values[0] if values and isinstance(values[0], list) else values


def attributes(found: griffe.Class) -> Iterator[tuple[str, str]]:
    """Yield what a class says of its fields; ``a, b: text`` speaks of two."""
    for item in section(found, "attributes"):
        more = str(item.annotation) if item.name.endswith(",") else ""
        yield from ((name, plain(item.description)) for name in re.findall(r"\w+", f"{item.name} {more}"))


def property_rows(found: griffe.Class, members: Iterable[griffe.Object]) -> list[tuple[str, str, str]]:
    """Return a row for each property, under all its names."""
    properties = [m for m in members if isinstance(m, griffe.Attribute) and "property" in m.labels]
    names = [[m.name, *(alias for alias, of in aliases(found) if of == m.name)] for m in properties]
    return [(listed(each), typed(m.annotation), prose(m)) for each, m in zip(names, properties, strict=True)]


def default(field: griffe.Attribute) -> str:
    """Return what a field is when it is not given; ``field()`` and ``Field()`` may name a factory, or nothing."""
    value = str(field.value or "") if "class-attribute" in field.labels else ""
    given = re.search(r"default(_factory)?=([^,)\[]+)", value) or ("", "", "")
    return code(f"{given[2]}{'()' if given[1] else ''}" if value.lower().startswith("field(") else value)


def signature(function: griffe.Function) -> str:
    """Return how a function is declared, a line for each argument where one line would be too long."""
    shown = [f"@{one.value}" for one in function.decorators]
    for one in function.overloads or [function]:
        line = f"{'async ' if 'async' in one.labels else ''}def {one.signature()}"
        start, inside, end = line.partition("(")[0], *line.partition("(")[2].rsplit(")", 1)
        folded = re.sub(r", (?![^\[]*\])", ",\n    ", inside)
        shown.append(line if len(line) <= LONGEST_LINE else f"{start}(\n    {folded},\n){end}")
    return "\n".join(shown)


def typed(annotation: object) -> str:
    """Return a type as code, which leads to where it is described."""
    text = re.sub(r"\w+", lambda found: WORDS.get(found[0], found[0]), str(annotation or ""))
    known = [name for name in re.findall(r"\w+", text) if name in places()]
    return f"[{code(text)}](/{places()[known[0]]})" if known else code(text)


def prose(found: griffe.Object) -> str:
    """Return the text of a docstring."""
    return "\n\n".join(map(plain, section(found, "text")))


def example(found: griffe.Object) -> str:
    """Return the example of a docstring, which is fenced already."""
    return "\n\n".join(one.description for one in section(found, "admonition"))


def plain(text: str) -> str:
    """Return the text of a docstring as Markdown."""
    return re.sub(r"::$", ":", text.replace("``", "`"), flags=re.MULTILINE)


def code(text: object) -> str:
    """Return a text as code, and nothing as nothing."""
    return f"`{text}`" if text else ""


def listed(names: Iterable[str]) -> str:
    """Return names as code, one after the other."""
    return ", ".join(map(code, names))


def table(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table under its title, without columns that say nothing; nothing at all if no column says something."""
    cells = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows]
    columns = [[name, "---", *column] for name, *column in zip(head, *cells, strict=True) if any(column)]
    lines = [f"| {' | '.join(line)} |" for line in zip(*columns, strict=True)]
    return f"{title}\n\n" + "\n".join(lines) if lines else ""


if __name__ == "__main__":
    main()
