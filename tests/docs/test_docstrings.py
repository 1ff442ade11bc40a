"""The docstrings of the public API: they are there, they are whole, and their examples run."""

import inspect
import logging
import re

import pytest

import sessionbay
from sessionbay import AGB, AgentBay, AsyncAGB, AsyncAgentBay

from .docstrings import ASYNC, NAMES, SYNC, VALUES, Example, Member, examples, members
from .pages import ROOT

WITHOUT_EXAMPLE = {  # a client is closed by its block, and uses its transport by itself
    "AsyncClient.aclose",
    "AsyncFaultTransport.aclose",
    "AsyncFaultTransport.handle_async_request",
}
METHODS = [member for member in members(ASYNC) if member.is_method]
ALL = [*members(ASYNC), *members(SYNC), *members(VALUES)]


def named(one: Member | Example) -> str:
    """Return the name that a test goes by."""
    return one.name


@pytest.mark.parametrize("one", examples(ASYNC), ids=named)
async def test_the_async_example_runs(one: Example) -> None:
    async with AsyncAgentBay() as bay, AsyncAGB() as agb, bay.session() as session:
        waiting = eval(one.compiled(), NAMES | {"bay": bay, "agb": agb, "session": session})
        if inspect.iscoroutine(waiting):
            await waiting


@pytest.mark.parametrize("one", examples(SYNC), ids=named)
def test_the_sync_example_runs(one: Example) -> None:
    with AgentBay() as bay, AGB() as agb, bay.session() as session:
        eval(one.compiled(), NAMES | {"bay": bay, "agb": agb, "session": session})


@pytest.mark.parametrize("one", examples(VALUES), ids=named)
@pytest.mark.filterwarnings("ignore::sessionbay.engine.IsolationWarning")
def test_the_example_of_a_value_runs(one: Example) -> None:
    eval(one.compiled(), dict(NAMES))


def test_the_example_of_get_logger_runs() -> None:
    logger = logging.getLogger("sessionbay.channel")
    before = logger.level
    exec(
        str(sessionbay.get_logger.__doc__).partition("```python")[2].partition("```")[0].strip(),
        {"sessionbay": sessionbay},
    )
    assert logger.level == logging.DEBUG
    logger.setLevel(before)


def test_every_public_class_says_what_it_is() -> None:
    docs = {one.__name__: str(vars(one).get("__doc__") or "") for one in (*ASYNC, *SYNC, *VALUES)}
    assert [name for name, doc in docs.items() if not doc or doc.startswith(f"{name}(")] == []


def test_every_public_method_and_property_says_what_it_does() -> None:
    assert [member.name for member in ALL if not member.doc] == []


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_a_method_describes_the_arguments_that_it_takes(method: Member) -> None:
    described = re.findall(r"^    (\w+):", method.section("Args"), re.MULTILINE)
    assert described == method.arguments


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_a_method_says_what_it_returns(method: Member) -> None:
    nothing = inspect.signature(method.about).return_annotation in (None, "None")
    reported = method.section("Returns") or method.section("Yields") or method.doc.startswith("Return ")
    assert nothing or reported


@pytest.mark.parametrize("method", METHODS, ids=named)
def test_a_method_has_an_example(method: Member) -> None:
    assert bool(method.section("Example")) == (method.name not in WITHOUT_EXAMPLE)


def test_every_public_name_is_on_the_page_of_names() -> None:
    index = (ROOT / "docs" / "reference" / "names.md").read_text("utf-8")
    assert [name for name in NAMES if f"`{name}`" not in index] == []
