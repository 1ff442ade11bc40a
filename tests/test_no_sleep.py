"""No test of the gate sleeps: it waits for what it tests, in a helper that looks again and again within bounds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SLEEPS = {"time.sleep", "anyio.sleep", "asyncio.sleep", "trio.sleep", "sleep"}
BOUNDED = {
    ("async_only/test_cancellation.py", "work"),  # is cancelled
    ("engine/test_discovery.py", "dripping"),  # a server that sends a byte now and then
    ("raw_server.py", "until"),
    ("threads/_async.py", "until"),
}
"""Helpers that look again within bounds, a server that is slow, and a task that waits to be cancelled."""


def sleeps(node: ast.AST, function: str = "", *, slow: bool = False) -> Iterator[str]:
    """Yield the functions in which a module sleeps; a pause of no seconds lets others run, and is none."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            is_slow = slow or any("mark.slow" in ast.unparse(one) for one in child.decorator_list)
            yield from sleeps(child, child.name, slow=is_slow)
            continue
        is_sleep = isinstance(child, ast.Call) and ast.unparse(child.func) in SLEEPS
        if is_sleep and not slow and not ast.unparse(child).endswith("(0)"):
            yield function
        yield from sleeps(child, function, slow=slow)


def test_no_test_of_the_gate_sleeps() -> None:
    found = {
        (path.relative_to(TESTS).as_posix(), function)
        for path in TESTS.rglob("*.py")
        if "_sync" not in path.parts
        for function in sleeps(ast.parse(path.read_bytes()))
    }
    assert found == BOUNDED


@pytest.mark.parametrize("code", ["time.sleep(1)", "await anyio.sleep(delay)"])
def test_a_sleep_is_found(code: str) -> None:
    assert list(sleeps(ast.parse(f"async def test() -> None:\n    {code}"))) == ["test"]
