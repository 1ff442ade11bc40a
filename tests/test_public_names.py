"""Public names: all that users hold can be imported, from a folder, a zip, and compiled files alone."""

import compileall
import copy
import inspect
import pickle
import re
import shutil
import subprocess
import sys
import typing
import zipfile
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import sessionbay
from sessionbay import _async, _sync, errors
from sessionbay._public_names import MODULES

PACKAGE = Path(sessionbay.__file__).parent
INTERNAL = {"ClientCore", "AsyncClientCore"}  # ``core`` of a client, documented as internal
SECOND_NAMES = {
    "AGBError": "AgentBayError",
    "APIError": "AgentBayError",
    "ApiResponse": "Result",
    "AsyncContextManager": "AsyncSessionContext",
    "AuthenticationError": "AgentBayUsageError",
    "BaseResult": "Result",
    "CodeExecutionResult": "ExecutionResult",
    "ContextManager": "SessionContext",
    "OSSDownloadResult": "OSSTransferResult",
    "OSSUploadResult": "OSSTransferResult",
    "PtySessionNotFoundError": "PtyError",
    "ApplicationError": "ScreenError",
    "BetaContextMount": "ContextMount",
    "BetaContextMountAccessMode": "ContextMountAccessMode",
    "BetaContextMountStrategy": "ContextMountStrategy",
    "ContextStatusData": "ContextStatus",
    "MobileExtraConfig": "MobileConfig",
}  # of the official clients
PROGRAM = """
import sys
sys.path.insert(0, {path!r})
import sessionbay
assert sessionbay.__file__.startswith({path!r}), sessionbay.__file__
assert "httpx" not in sys.modules and "pydantic" not in sys.modules
import typing
from sessionbay.models.windows import Window
assert typing.get_type_hints(Window)["child_windows"] == tuple[Window, ...]  # a class that is not loaded yet
from sessionbay import AsyncFileSystem, AgentBay, SessionResult, errors, testing
try:
    AgentBay()
except sessionbay.AgentBayUsageError as exc:
    print("no API key" in str(exc), len(sessionbay.__all__) > 200)
"""


def functions_of(kind: type) -> Iterator[Any]:
    """Yield the functions of a class's public methods and properties."""
    for name, member in inspect.getmembers_static(kind):
        if name.startswith("_") and name not in ("__init__", "__aenter__", "__enter__", "__anext__", "__next__"):
            continue
        wrapped = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        function = wrapped.func if isinstance(wrapped, cached_property) else wrapped
        if inspect.isfunction(function) and function.__module__.startswith("sessionbay"):
            yield function


def annotations_of(kind: type) -> Iterator[object]:
    """Yield the annotations of a class's public attributes, properties and methods."""
    yield from (value for name, value in inspect.get_annotations(kind).items() if not name.startswith("_"))
    for function in functions_of(kind):
        if function.__name__ != "__init__":
            for signature in (function, *typing.get_overloads(function)):
                yield from signature.__annotations__.values()


def classes_by_name() -> dict[str, list[type]]:
    """Return the classes of the package that an annotation may name."""
    for tree in (_async, _sync):
        for module in walk_packages(tree.__path__, f"{tree.__name__}."):
            import_module(module.name)
    found: dict[str, list[type]] = {}
    names = [name for name in sys.modules if re.match(r"sessionbay\.(?!engine|cli)", name)]
    modules = [sys.modules[name] for name in names]
    for value in {value for module in modules for value in vars(module).values() if inspect.isclass(value)}:
        if not value.__name__.startswith("_") and re.match(r"sessionbay(?!\.engine)", value.__module__):
            found.setdefault(value.__name__, []).append(value)
    return found


def test_every_class_in_a_public_annotation_is_public() -> None:
    known, waiting, seen = classes_by_name(), [getattr(sessionbay, name) for name in MODULES], set[Any]()
    missing: set[str] = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen or not inspect.isclass(kind):
            continue
        seen.add(kind)
        for annotation in annotations_of(kind):
            for word in re.findall(r"\w+", annotation if isinstance(annotation, str) else str(annotation)):
                if word in MODULES:
                    continue
                if word in known and word not in INTERNAL and not word.endswith("Core"):
                    missing.add(f"{word}, in an annotation of {kind.__name__}")
                    waiting += known[word]
    assert sorted(missing) == []


def test_the_files_of_public_names_are_up_to_date() -> None:
    script = PACKAGE.parents[1] / "scripts" / "generate_public.py"
    assert subprocess.run([sys.executable, str(script), "--check"], timeout=60).returncode == 0


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_public_name_leads_to_its_class(name: str) -> None:
    assert getattr(sessionbay, name).__name__ == SECOND_NAMES.get(name, name)


def test_the_errors_are_a_module_of_their_own() -> None:
    found = {name for name in MODULES if inspect.isclass(value := getattr(sessionbay, name)) and is_error(value)}
    assert set(errors.__all__) == found


def public_values() -> list[Any]:
    """Return the public classes and functions, from where they are defined."""
    return [getattr(import_module(f"sessionbay.{module}"), name) for name, module in MODULES.items()]


def test_public_names_show_public_paths_only() -> None:
    assert [value.__name__ for value in public_values() if value.__module__ != "sessionbay"] == []


def test_public_names_are_pickled_by_their_public_path() -> None:
    for value in public_values():
        data = pickle.dumps(value)
        assert pickle.loads(data) is value is copy.deepcopy(value)
        assert b"sessionbay._" not in data


def test_public_classes_can_be_inspected() -> None:
    for kind in filter(inspect.isclass, public_values()):
        typing.get_type_hints(kind)
        if not typing.is_typeddict(kind):
            assert inspect.signature(kind)


def test_the_annotations_of_public_functions_can_be_evaluated() -> None:
    assert typing.get_type_hints(sessionbay.AsyncClient.attach)["return"] is sessionbay.AsyncSession
    assert typing.get_type_hints(sessionbay.Client.attach)["return"] is sessionbay.Session
    for value in public_values():
        for function in functions_of(value) if inspect.isclass(value) else [value]:
            assert not inspect.isfunction(function) or typing.get_type_hints(function) is not None


def is_error(kind: type) -> bool:
    return issubclass(kind, sessionbay.AgentBayError)


def run(path: str) -> str:
    command = [sys.executable, "-c", PROGRAM.format(path=path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_the_package_works_from_a_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bundle.zip", "w") as bundle:
        for path in sorted(PACKAGE.rglob("*.py")):
            bundle.write(path, path.relative_to(PACKAGE.parent))
    assert run(str(tmp_path / "bundle.zip")) == "True True"


def test_the_package_works_from_compiled_files_alone(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "sessionbay", ignore=shutil.ignore_patterns("__pycache__", "inside"))
    assert compileall.compile_dir(tmp_path / "sessionbay", quiet=1, legacy=True)
    for path in (tmp_path / "sessionbay").rglob("*.py"):
        path.unlink()
    assert run(str(tmp_path)) == "True True"


def test_a_broken_dependency_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODULES, "Session", "core.text")
    monkeypatch.delitem(vars(sessionbay), "Session", raising=False)
    with pytest.raises(ImportError, match=r"sessionbay\.Session cannot be loaded: .*has no attribute 'Session'"):
        _ = sessionbay.Session
