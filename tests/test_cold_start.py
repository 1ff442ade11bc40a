"""What a fresh process imports, by the names of the modules: no clock."""

import os
import subprocess
import sys

import pytest

from .raw_server import RawServer, always, answer

PAGE = b'{"RequestId": "r-1", "Success": true, "Code": "ok", "Data": []}'
SYNC = """
from sessionbay import AgentBay
with AgentBay("key", endpoint={url!r}, allow_http=True) as client:
    assert client.list().success
"""
ASYNC = """
import asyncio
from sessionbay import AsyncAgentBay
async def main():
    async with AsyncAgentBay("key", endpoint={url!r}, allow_http=True) as client:
        assert (await client.list()).success
asyncio.run(main())
"""


def imported(code: str, **variables: str) -> set[str]:
    """Return the names of all modules that a fresh process has imported after ``code``."""
    code += "\nimport sys; print(*sys.modules, sep='\\n')"
    env = {name: value for name, value in os.environ.items() if name != "SESSIONBAY_HTTPX"} | variables
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, timeout=100, check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def within(modules: set[str], *packages: str) -> set[str]:
    """Return those of ``modules`` that are one of ``packages`` or below one."""
    return {name for name in modules for package in packages if f"{name}.".startswith(f"{package}.")}


def after_a_call(code: str, **variables: str) -> set[str]:
    """Return the names of all modules that a fresh process has imported after ``code``, which makes one call."""
    with RawServer(always(answer(PAGE))) as server:
        modules = imported(code.format(url=server.url), **variables)
        assert len(server.requests) == 1
    return modules


@pytest.mark.parametrize(
    ("code", "unused"), [(SYNC, ["asyncio", "anyio", "sessionbay._async"]), (ASYNC, ["sessionbay._sync", "trio"])]
)
def test_a_first_call_imports_no_httpx(code: str, unused: list[str]) -> None:
    everywhere = ["httpx", "httpcore", "h11", "rich", "click", "certifi", "sessionbay.engine", "sessionbay.cli"]
    assert not within(after_a_call(code), *everywhere, *unused)


@pytest.mark.parametrize("code", [SYNC, ASYNC])
def test_the_setting_imports_httpx(code: str) -> None:
    assert within(after_a_call(code, SESSIONBAY_HTTPX="1"), "httpx")
