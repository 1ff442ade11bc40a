"""Every refusal of the engine has a code that the page of errors lists, and a sentence for people.

The refusals are read out of the source: what is raised or sent there is what this walks over.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sessionbay import ErrorCode

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "src" / "sessionbay" / name for name in ("engine", "dialects", "core/http.py")]
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
LISTED = set(re.findall(r"^\| `([\w.]+)` \|", PAGE.partition("## Codes")[2].partition("\n## ")[0], re.MULTILINE))
VERBATIM = (  # the clouds' own words, by which programs for them may go
    "  Resource [McpSession] is not found.",
    "You are not logged in or your login token has expired",
)
MESSAGE_FIRST = ("execution_failed", "InvalidRequest")


@dataclass(frozen=True)
class DeclaredError:
    """A call that makes an error of the engine: its class, code and message, with ``x`` for what is filled in."""

    kind: str
    code: str
    message: str
    place: str


def text_of(node: ast.expr | None, names: dict[str, ast.expr]) -> str:
    """Return the text of an expression, ``x`` for parts that only a run knows."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join("x" if isinstance(part, ast.FormattedValue) else text_of(part, names) for part in node.values)
    if isinstance(node, ast.Attribute) and node.attr in ErrorCode.__members__:
        return ErrorCode[node.attr].value
    if isinstance(node, ast.Attribute) and node.attr == "value":
        return text_of(node.value, names)
    return text_of(names[node.id], names) if isinstance(node, ast.Name) and node.id in names else "x"


def refusals() -> Iterator[DeclaredError]:
    """Yield every construction of an ApiError, a ToolFailure in the clouds' form, or an InvalidRequest."""
    for top in SOURCES:
        for path in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            tree = ast.parse(path.read_bytes())
            for function in ast.walk(tree):
                if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield from refusals_in(function, str(path.relative_to(ROOT)))


def refusals_in(function: ast.FunctionDef | ast.AsyncFunctionDef, place: str) -> Iterator[DeclaredError]:
    """Yield the refusals that a function makes."""
    nodes = list(ast.walk(function))
    names = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes:
        kind = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if not isinstance(node, ast.Call) or kind not in ("ApiError", *MESSAGE_FIRST):
            continue
        keywords = {word.arg: word.value for word in node.keywords}
        code, message = node.args[:2] if kind == "ApiError" else (keywords.get("code"), node.args[0])
        if kind == "execution_failed" and len(node.args) > 1:
            code = node.args[1]
        default = ast.Constant("InvalidParameter")
        yield DeclaredError(kind, text_of(code or default, names), text_of(message, names), f"{place}:{node.lineno}")


REFUSALS = sorted(set(refusals()), key=lambda refusal: refusal.place)


def test_the_walk_finds_the_refusals() -> None:
    assert len(REFUSALS) > 45
    assert {"NOT_LOGIN", "InvalidMcpSession.NotFound", "QuotaExceeded.Session"} <= {each.code for each in REFUSALS}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.place)
def test_a_refusal_has_a_code_on_the_page_and_is_a_sentence(refusal: DeclaredError) -> None:
    assert refusal.code in LISTED
    if refusal.message in VERBATIM or refusal.message == "x":
        return
    sentence = refusal.message.removeprefix("x: ")  # the operation, tool or path that it is about
    if sentence == "x.":
        return
    if refusal.kind == "execution_failed" and refusal.code in set(ErrorCode):
        return  # the system's own words, such as "No such file or directory"
    assert re.fullmatch(r"[A-Zx].*[.]", sentence, re.DOTALL)
    assert not re.search(r"Error code|Execution failed|\bno such\b", sentence)


def test_the_page_lists_no_code_that_nothing_has() -> None:
    used = {refusal.code for refusal in REFUSALS} | set(ErrorCode)
    sources = "".join(path.read_text("utf-8") for path in SOURCES[0].rglob("*.py"))
    assert {
        code for code in LISTED if code not in used and f'"{code}"' not in sources and f"[{code}]" not in sources
    } == set()


def test_the_page_lists_every_code_of_this_package() -> None:
    assert set(ErrorCode) <= LISTED
