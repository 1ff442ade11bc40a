"""An operation of the control plane, declared once: both clients, both dialects and the engine read this."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .encoding import ParameterLocation
from .result import Result
from .wire_model import Wire

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])

NOTHING = type(None)
"""The answer of an operation that answers no more than yes or no."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where AGB offers an operation: a path of its own, and where its parameters go."""

    method: Literal["GET", "POST"]
    path: str
    place: ParameterLocation = "query"


def _whole(answer: Any) -> dict[str, Any]:
    return {"data": answer}


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation(Generic[Q, A, R]):
    """One call of the control plane.

    Attributes:
        action: AgentBay's name of it.
        agb: AGB's route, or None where AGB has no such operation.
        request: What goes over.
        answer: What ``Data`` holds, or ``NOTHING``.
        result: What the caller gets.
        fields: The result's own fields, taken from the answer.
        paged: Whether ``NextToken``, ``MaxResults`` and the total come along.
        idempotent: Whether it may be sent again when nobody knows whether it was done.
    """

    action: str
    agb: Route | None
    request: type[Q]
    answer: type[A]
    result: type[R]
    fields: Callable[[A], dict[str, Any]] = _whole
    paged: bool = False
    idempotent: bool = False


@dataclass(frozen=True, kw_only=True)
class OperationReply(Generic[A]):
    """What the engine answers to an operation: a payload, or a refusal.

    ``gateway`` says that the refusal came before the operation itself: a bad key, an unknown action or session.
    """

    data: A | None = None
    success: bool = True
    gateway: bool = False
    code: str = ""
    message: str = ""
    status: int = 200
    request_id: str = ""
    next_token: str | None = None
    max_results: int | None = None
    total_count: int | None = None


class OperationRegistry:
    """The operations that an engine serves, by each cloud's name of them."""

    def __init__(self, operations: Iterable[Operation[Any, Any, Any]]) -> None:
        self.operations = tuple(operations)
        self.by_action = {op.action: op for op in self.operations}
        self.by_path = {op.agb.path: op for op in self.operations if op.agb}
