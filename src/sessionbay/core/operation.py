"""Declarations of control-plane operations, shared by the clients, the dialects and the engine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar, get_origin

from .encoding import ParameterLocation
from .result import Result
from .wire_model import Wire

Q = TypeVar("Q", bound=Wire)
A = TypeVar("A")
R = TypeVar("R", bound=Result[Any])

NOTHING = type(None)
"""The response type of an operation without a payload."""


@dataclass(frozen=True, slots=True)
class Route:
    """AGB's HTTP method and path for an operation, and the location of its parameters."""

    method: Literal["GET", "POST"]
    path: str
    place: ParameterLocation = "query"


def _whole(answer: Any) -> dict[str, Any]:
    return {"data": answer}


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation(Generic[Q, A, R]):
    """A control-plane operation.

    Attributes:
        action: AgentBay's action name.
        agb: AGB's route, or None where AGB has no such operation.
        request: The request model.
        answer: The type of ``Data``, or ``NOTHING``.
        result: The result class.
        fields: Returns the result's fields from the response's data.
        paged: Whether ``NextToken``, ``MaxResults`` and the total are returned.
        idempotent: Whether a retry is safe when the outcome is unknown.
    """

    action: str
    agb: Route | None
    request: type[Q]
    answer: type[A]
    result: type[R]
    fields: Callable[[A], dict[str, Any]] = _whole
    paged: bool = False
    idempotent: bool = False

    def __post_init__(self) -> None:
        """Keep the class of a parametrized result: its alias takes as long for a call as the result itself."""
        object.__setattr__(self, "result", get_origin(self.result) or self.result)


@dataclass(frozen=True, kw_only=True)
class OperationReply(Generic[A]):
    """The engine's reply to an operation: a payload or an error.

    ``gateway`` marks an error raised before the operation ran: a bad key, an unknown action or session.
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
    """The operations of an engine, by AgentBay action and AGB path."""

    def __init__(self, operations: Iterable[Operation[Any, Any, Any]]) -> None:
        self.operations = tuple(operations)
        self.by_action = {op.action: op for op in self.operations}
        self.by_path = {op.agb.path: op for op in self.operations if op.agb}
