"""HTTP requests and responses as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .adaptive_rate import AdaptiveRate
from .errors import AgentBayError
from .secrets import Secret
from .text import escape_controls

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request. The repr omits the headers and the body, which contain the key."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete response with lower-case header names. The repr omits the body, which may contain a token."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = field(default=b"", repr=False)


class Timeouts:
    """The timeouts of one HTTP exchange: those of its steps, cut to the deadline of the call if it has one."""

    def __init__(self, steps: Mapping[str, float | None], deadline: float | None, clock: Callable[[], float]) -> None:
        self._steps = steps
        self._deadline = deadline
        self._clock = clock

    def remaining(self, step: str) -> float | None:
        """Return the timeout in seconds of a step (connect, read, write, pool) that starts now; None means no limit."""
        limit = self._steps.get(step)
        if self._deadline is None:
            return limit
        remaining = max(self._deadline - self._clock(), 0.001)
        return remaining if limit is None else min(limit, remaining)

    def is_expired(self) -> bool:
        """Return whether the deadline has passed; the timeouts do not bound a peer that sends without a pause."""
        return self._deadline is not None and self._clock() >= self._deadline


@dataclass(frozen=True, slots=True)
class RequestStamp:
    """The parts that make a request unique: its time (Unix seconds) and nonce (32 hexadecimal digits)."""

    time: float
    nonce: str


@dataclass(frozen=True, slots=True)
class Call(Generic[R]):
    """A request to encode, send and decode.

    Attributes:
        name: The name in logs and errors.
        errors: The class of the errors for a missing response.
        idempotent: Whether a retry is safe when the outcome is unknown.
        rate: Records whether the service throttled the call.
        secrets: Values to redact from errors, in addition to the key.
    """

    name: str
    encode: Callable[[RequestStamp], HttpRequest]
    decode: Callable[[HttpResponse], R]
    errors: type[AgentBayError]
    idempotent: bool = False
    rate: AdaptiveRate | None = None
    secrets: tuple[Secret, ...] = ()


class InvalidResponse(ValueError):
    """A response that violates the protocol. ``lasting`` means that a retry would get the same response."""

    def __init__(self, message: str, *, status: int = 0, request_id: str = "", lasting: bool = False) -> None:
        super().__init__(escape_controls(message))
        self.lasting = lasting
        self.status = status
        self.request_id = request_id


class InvalidRequest(ValueError):
    """A request that the dialect cannot parse (the engine's side)."""

    gateway = True

    def __init__(self, message: str, *, code: str = "InvalidParameter", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class UnknownOperation(InvalidRequest):
    """A request for an unknown operation. ``name`` is the action or path of the request."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unknown operation {name!r}.", code="ActionNotSupportedLocally")
        self.name = name
