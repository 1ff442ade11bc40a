"""What the tests of the pure layers share: the two dialects, their operations, and how hypothesis is set."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st

from sessionbay import _public
from sessionbay.core.http import HttpRequest, HttpResponse, RequestStamp
from sessionbay.core.operation import Operation
from sessionbay.core.result import Result
from sessionbay.core.secrets import Secret
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.dialects.base import AnyOperation, Dialect
from sessionbay.operations.registry import OPERATIONS

BAY = AgentBayDialect(
    "https://agentbay.cn-hangzhou.aliyuncs.com", Secret("akm-00000000-0000-0000-0000-000000000000"), "cn-hangzhou"
)
AGB = AGBDialect("https://sdk-api.agb.cloud", Secret("akm-EXAMPLE-KEY"))
DIALECTS: tuple[Dialect, ...] = (BAY, AGB)
STAMP = RequestStamp(1_795_243_855.72, f"{126_043_978:032x}")

SPOKEN = [(dialect, op) for dialect in DIALECTS for op in OPERATIONS.operations if dialect.offers(op)]
every_operation = pytest.mark.parametrize(
    ("dialect", "op"), SPOKEN, ids=[f"{dialect.name}-{op.action}" for dialect, op in SPOKEN]
)


def key_of(dialect: Dialect | type[Dialect], request: HttpRequest) -> str:
    """Return the key of a request, as the engine finds it."""
    search = dialect.key_search(request)
    search.feed(request.body)
    return search.finish()


def spoken(*, in_gate: Callable[[int, Dialect, AnyOperation], bool]) -> pytest.MarkDecorator:
    """Parametrize a test by dialect and operation; what is not ``in_gate`` is slow."""
    numbers = {op.action: number for number, op in enumerate(OPERATIONS.operations)}
    return pytest.mark.parametrize(
        ("dialect", "op"),
        [
            pytest.param(
                dialect,
                op,
                id=f"{dialect.name}-{op.action}",
                marks=() if in_gate(numbers[op.action], dialect, op) else (pytest.mark.slow,),
            )
            for dialect, op in SPOKEN
        ],
    )


def _is_its_turn(number: int, dialect: Dialect, op: AnyOperation) -> bool:
    return dialect is DIALECTS[number % 2] or not all(other.offers(op) for other in DIALECTS)


each_operation_once = spoken(in_gate=_is_its_turn)
"""For properties of an operation's fields: in the gate each operation in one of the dialects, in turn."""
some_operations = spoken(
    in_gate=lambda number, dialect, op: op.action in ("DeleteSessionAsync", "GetLabel", "ListSession")
)
"""For properties of the envelope: in the gate an operation without data, with an object, and with a list."""
either_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
PUBLIC_RESULTS: list[type[Result[Any]]] = [
    value for value in vars(_public).values() if isinstance(value, type) and issubclass(value, Result)
]

some = settings(max_examples=50)
few = settings(some, max_examples=20)
"""For tests that run once for each operation."""
texts = st.text(st.characters(codec="utf-8"))
words = st.text(st.characters(codec="utf-8"), min_size=1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def operation(action: str) -> Operation[Any, Any, Any]:
    """Return the operation that AgentBay calls ``action``."""
    return OPERATIONS.by_action[action]


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return an HTTP answer whose body is ``body`` as JSON."""
    return HttpResponse(status, headers or {}, json.dumps(body).encode())


def names(folder: Path) -> list[str]:
    """Return what is in a folder of this machine."""
    return sorted(path.name for path in folder.iterdir())
