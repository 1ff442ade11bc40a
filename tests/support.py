"""What the tests of the pure layers share: the two dialects, their operations, and how hypothesis is set."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st

from sessionbay import _public
from sessionbay.core.http import HttpResponse, RequestStamp
from sessionbay.core.operation import Operation
from sessionbay.core.result import Result
from sessionbay.core.secrets import Secret
from sessionbay.dialects.agb import AGBDialect
from sessionbay.dialects.agentbay import AgentBayDialect
from sessionbay.dialects.base import Dialect
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
