"""Names that were retired stay retired, and imports between the modules of the client have no cycle."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
CLIENT = SOURCE / "sessionbay" / "_async"
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
TYPE_ONLY = {("session", "client")}  # session.agent_bay is a client
"""The edges against the order of imports that a module of the client may have, for annotations only."""


def retired(section: str) -> list[str]:
    """Return the names of a section of the list."""
    text = (ROOT / "tests" / "data" / "retired_names.txt").read_text("utf-8")
    return text.partition(f"[{section}]\n")[2].partition("\n\n")[0].split()


@cache
def definitions() -> dict[str, list[str]]:
    """Return the modules that define each name, over all Python of this repository."""
    found: dict[str, list[str]] = {}
    for top in ("src", "tests", "scripts", "bench"):
        for path in (ROOT / top).rglob("*.py"):
            module = ".".join(path.relative_to(SOURCE if top == "src" else ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, DEFINITIONS):
                    found.setdefault(node.name, []).append(module.removesuffix(".__init__"))
    return found


def test_no_retired_module_is_back() -> None:
    paths = {name: SOURCE.joinpath(*name.split(".")) for name in retired("modules")}
    assert paths
    assert [name for name, path in paths.items() if path.is_dir() or path.with_suffix(".py").exists()] == []


def test_no_retired_name_is_defined_anywhere() -> None:
    names = retired("anywhere")
    assert names
    assert {name: definitions()[name] for name in names if name in definitions()} == {}


def test_no_retired_name_is_defined_in_its_module() -> None:
    names = [name.rpartition(".") for name in retired("qualified")]
    assert names
    assert [f"{module}.{name}" for module, _, name in names if module in definitions().get(name, [])] == []


def edges(path: Path, *, type_checking: bool) -> Iterator[str]:
    """Yield the modules of the client that a module imports: within functions too, or for type checkers only."""
    package = path.relative_to(CLIENT).parent.parts
    for node, only_types in imports(ast.parse(path.read_bytes()), only_types=False):
        if node.level == 0 or only_types is not type_checking or node.level > len(package) + 1:
            continue
        base = [*package[: len(package) + 1 - node.level], *(node.module or "").split(".")]
        for name in node.names:
            for parts in ([*base, name.name], base):
                module = ".".join(filter(None, parts))
                if module in modules():
                    yield module
                    break


def imports(node: ast.AST, *, only_types: bool) -> Iterator[tuple[ast.ImportFrom, bool]]:
    """Yield the relative imports of a module, and whether each stands below ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom):
            yield child, only_types
        else:
            guarded = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from imports(child, only_types=only_types or guarded)


@cache
def modules() -> dict[str, Path]:
    """Return the modules of the client; a package is its ``__init__``."""
    paths = {path: path.relative_to(CLIENT).with_suffix("").parts for path in CLIENT.rglob("*.py")}
    return {".".join(part for part in parts if part != "__init__"): path for path, parts in paths.items()}


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules that are left when those that import none of the others are taken away, again and again."""
    left = dict(graph)
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def graph_of(*, type_checking: bool) -> dict[str, set[str]]:
    """Return which modules of the client each of them imports, at run time or for type checkers only."""
    return {name: {*edges(path, type_checking=type_checking)} - {name} for name, path in modules().items()}


def test_modules_of_the_client_import_each_other_in_no_cycle() -> None:
    graph = graph_of(type_checking=False)
    assert sum(map(len, graph.values())) > 50
    assert cycle(graph) == []


def test_only_known_imports_for_annotations_are_against_the_order() -> None:
    at_run_time, for_types = graph_of(type_checking=False), graph_of(type_checking=True)
    known = {name: {target for source, target in TYPE_ONLY if source == name} for name in for_types}
    assert cycle({name: at_run_time[name] | (for_types[name] - known[name]) for name in for_types}) == []


@pytest.mark.parametrize("graph", [{"a": {"b"}, "b": {"a"}}, {"a": {"b"}, "b": {"c"}, "c": {"b"}}])
def test_a_cycle_is_found(graph: dict[str, set[str]]) -> None:
    assert cycle(graph)
