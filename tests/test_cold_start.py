"""What a fresh process imports, by the names of the modules: no clock."""

import os
import subprocess
import sys
from functools import cache

import pytest

from .raw_server import RawServer, always, answer

PAGE = b'{"RequestId": "r-1", "Success": true, "Code": "ok", "Data": []}'
SESSION = b'{"RequestId": "r-1", "Success": true, "Code": "ok", "Data": {"SessionId": "s-1"}}'
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
CREATION = """
from sessionbay import AgentBay
assert AgentBay("key", endpoint={url!r}, allow_http=True).create().success
"""
ASYNC_CREATION = """
import asyncio
from sessionbay import AsyncAgentBay
async def main():
    assert (await AsyncAgentBay("key", endpoint={url!r}, allow_http=True).create()).success
asyncio.run(main())
"""
AGB_CREATION = """
from sessionbay import AGB
assert AGB("key", endpoint={url!r}, allow_http=True).create(image_id="agb-code-space-1").success
"""
SHARED = {"dialects.base", "dialects.envelope", "dialects.key_search", "dialects.loading"}
OF_SESSIONS = {
    "models.context_sync",
    "models.mobile_config",
    "models.sessions",
    "models.strict_model",
    "operations.mounts",
    "operations.session",
}
OF_CREATION = OF_SESSIONS | {"models.browser_context", "models.creation", "operations.creation", "operations.labels"}


def imported(code: str, **variables: str) -> set[str]:
    """Return the names of all modules that a fresh process has imported after ``code``."""
    code += "\nimport sys; print(*sys.modules, sep='\\n')"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | variables, timeout=100, check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def within(modules: set[str], *packages: str) -> set[str]:
    """Return those of ``modules`` that are one of ``packages`` or below one."""
    return {name for name in modules for package in packages if f"{name}.".startswith(f"{package}.")}


@cache
def after_a_call(code: str, page: bytes = PAGE, setting: str = "") -> set[str]:
    """Return the names of all modules that a fresh process has imported after ``code``, which makes one call."""
    with RawServer(always(answer(page))) as server:
        modules = imported(code.format(url=server.url), SESSIONBAY_HTTPX=setting)
        assert server.requests
    return modules


@pytest.mark.parametrize(
    ("code", "unused"),
    [(SYNC, ["asyncio", "anyio", "sessionbay._async"]), (ASYNC, ["anyio", "sniffio", "trio", "sessionbay._sync"])],
)
def test_a_first_call_imports_no_httpx_and_no_engine(code: str, unused: list[str]) -> None:
    everywhere = ["httpx", "httpcore", "h11", "certifi", "rich", "click", "starlette", "uvicorn", "psutil"]
    everywhere += ["sessionbay.engine", "sessionbay.cli"]
    assert not within(after_a_call(code), *everywhere, *unused)


def test_the_creation_of_a_session_on_asyncio_imports_no_anyio() -> None:
    assert not within(after_a_call(ASYNC_CREATION, SESSION), "anyio")


@pytest.mark.parametrize("code", [SYNC, ASYNC])
def test_the_setting_imports_httpx(code: str) -> None:
    assert within(after_a_call(code, setting="1"), "httpx")


@pytest.mark.parametrize(
    ("code", "page", "loaded"),
    [
        (SYNC, PAGE, OF_SESSIONS | {"dialects.agentbay"}),
        (ASYNC, PAGE, OF_SESSIONS | {"dialects.agentbay"}),
        (CREATION, SESSION, OF_CREATION | {"dialects.agentbay"}),
        (ASYNC_CREATION, SESSION, OF_CREATION | {"dialects.agentbay"}),
        (AGB_CREATION, SESSION, OF_CREATION | {"dialects.agb"}),
    ],
)
def test_a_first_call_imports_its_own_operations_and_dialect(code: str, page: bytes, loaded: set[str]) -> None:
    layers = [f"sessionbay.{layer}" for layer in ("dialects", "operations", "models")]
    modules = within(after_a_call(code, page), *layers) - set(layers)
    assert {name.removeprefix("sessionbay.") for name in modules} == SHARED | loaded


def test_a_first_call_without_proxies_imports_no_http_client_of_the_standard_library() -> None:
    assert not within(after_a_call(SYNC), "urllib.request", "http.client")


def test_the_help_text_needs_neither_the_engine_nor_rich() -> None:
    code = """
import contextlib, io, sys
from sessionbay.cli import main
sys.argv = ["sessionbay", "--help"]
with contextlib.redirect_stdout(io.StringIO()) as page, contextlib.suppress(SystemExit):
    main()
assert "Usage: sessionbay" in page.getvalue()
"""
    unused = ["rich", "httpx", "pydantic", "anyio", "asyncio", "sessionbay.engine", "sessionbay.operations"]
    assert not within(imported(code), *unused)


def test_importing_the_package_and_its_names_imports_no_dependency() -> None:
    modules = imported("import sessionbay; from sessionbay import AGB, AgentBay, AsyncAGB, AsyncAgentBay")
    own = {name.partition(".")[0] for name in modules} - sys.stdlib_module_names
    assert own & {"httpx", "anyio", "pydantic", "pydantic_core", "httptools", "click"} == set()
    assert not within(modules, "asyncio", "ssl")
