"""The code kernels against a real ipykernel and node's REPL: see ``tests/kernel_table.py``."""

import shutil
from collections.abc import AsyncIterator

import pytest

from sessionbay import AsyncAgentBay, AsyncSession
from sessionbay.engine import LocalEngine

from ..kernel_table import DEVIATIONS, expected, inputs, javascript_answer, python_answer, recorded
from .conftest import connect

IPYTHON_ONLY = ("%", "!", "?", "display", "IPython", "plt", ";", "_repr_mimebundle_", "no html", "captured")


VERSION = repr(tuple(recorded("python")["python"].split(".")[:2]))


@pytest.fixture
async def plain(engine: LocalEngine) -> AsyncIterator[AsyncSession]:
    """Give a session whose Python does not find IPython."""
    async with connect(engine, AsyncAgentBay) as bay, bay.session() as session:
        await session.file_system.create_directory("IPython")
        await session.file_system.write_file("IPython/__init__.py", "raise ImportError('hidden')")
        yield session


async def run_python(session: AsyncSession, codes: dict[str, str], *, stream: bool = False) -> dict[str, object]:
    """Run every input in one kernel; return the answers that differ from the recorded ones."""
    answers, differing = expected("python"), dict[str, object]()
    version = (await session.code.run_code("import platform\nplatform.python_version_tuple()[:2]", "python")).result
    for name, code in codes.items():
        answer = python_answer(await session.code.run_code(code, "python", stream_beta=stream))
        if version != VERSION and answer["error"] and answers[name]["error"]:
            answer["error"][1] = answers[name]["error"][1]  # the words differ
        if name == "help":
            answer["stdout"] = answer["stdout"].partition("\n")[0]
        if answer != answers[name]:
            differing[name] = answer, answers[name]
    return differing


FORK = """
import os
child = os.fork()
if not child:
    print("in the child")
    {end}
else:
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
status
"""


async def check_forks(session: AsyncSession, *, stream: bool = False) -> None:
    """Assert that a forked child ends where its code ends, and leaves its parent alone."""
    for end, status, error in [
        ("status = 1", 0, ""),
        ("raise SystemExit(3)", 3, ""),
        ("1 / 0", 1, "ZeroDivisionError"),
    ]:
        result = await session.code.run_code(FORK.format(end=end), "python", stream_beta=stream)
        assert (result.success, result.result) == (True, str(status)), end
        assert "".join(result.logs.stdout) == "in the child\n"
        assert error in "".join(result.logs.stderr)


@pytest.mark.one_driver
async def test_python_answers_as_ipykernel(shared_bay: AsyncSession) -> None:
    codes = inputs("python")
    if (await shared_bay.code.run_code("import IPython", "python")).error is not None:
        pytest.skip("the Python of the sessions cannot use the packages of this one")
    assert DEVIATIONS["python"].keys() <= codes.keys()
    assert len(codes) > 60
    assert await run_python(shared_bay, codes) == {}


async def test_python_fails_in_a_stream_as_in_a_call(bay_session: AsyncSession) -> None:
    names = [
        "exception group",
        "task group",
        "unknown magic",
        "exit call",
        "exit with a code",
        "str raises",
        "name kept",
    ]
    names += ["surrogate in an error", "closed stdout", "after a closed stdout", "fork"]
    codes = {
        name: code for name, code in inputs("python").items() if name in ["assignment", "kept from a coroutine", *names]
    }
    assert await run_python(bay_session, codes, stream=True) == {}
    await check_forks(bay_session, stream=True)


async def test_python_without_ipython_answers_alike(plain: AsyncSession) -> None:
    codes = {name: code for name, code in inputs("python").items() if not any(word in code for word in IPYTHON_ONLY)}
    assert await run_python(plain, codes) == {}
    await check_forks(plain)


@pytest.mark.one_driver
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
async def test_javascript_answers_as_the_repl_of_node(shared_bay: AsyncSession) -> None:
    answers, codes = expected("javascript"), inputs("javascript")
    version = (await shared_bay.code.run_code("process.version.split('.')[0]", "javascript")).result
    if version != repr(recorded("javascript")["node"].partition(".")[0]):
        pytest.skip(f"the answers are those of another node than {version}")
    home = (await shared_bay.command.run("pwd")).stdout.strip()
    differing: dict[str, object] = {}
    for name, code in codes.items():
        answer = javascript_answer(await shared_bay.code.run_code(code, "javascript"), home)
        if answers[name]["output"] is None:
            answer["output"] = None
        if answer != answers[name]:
            differing[name] = answer, answers[name]
    assert differing == {}
