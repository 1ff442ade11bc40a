"""Requests and answers of HTTP as plain values: dialects make and read them, the channel carries them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .adaptive_rate import AdaptiveRate
from .errors import AgentBayError
from .secrets import Secret

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, ready to be sent; its repr shows neither headers nor body, which hold the key."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """One answer, read to its end; header names are lower case. Its repr shows no body, which may hold a token."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = field(default=b"", repr=False)


class Timeouts:
    """The timeouts of one HTTP exchange: httpx's own per step, cut to the deadline of the call if it has one."""

    def __init__(self, extensions: Mapping[str, Any], clock: Callable[[], float]) -> None:
        self._steps: Mapping[str, float | None] = extensions.get("timeout", {})
        self._deadline: float | None = extensions.get("deadline")
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
    """What makes a request unique: the time (Unix seconds) and a nonce (32 hexadecimal digits)."""

    time: float
    nonce: str


@dataclass(frozen=True, slots=True)
class Call(Generic[R]):
    """A question and how its answer is read: all that the carrying of it needs to know.

    Attributes:
        name: What it is called in logs and errors.
        errors: The class of the error that silence is made into.
        idempotent: Whether it may be asked again when nobody knows whether it was heard.
        rate: Records whether the service throttled the call.
        secrets: What must not be seen in an error, beside the key.
    """

    name: str
    encode: Callable[[RequestStamp], HttpRequest]
    decode: Callable[[HttpResponse], R]
    errors: type[AgentBayError]
    idempotent: bool = False
    rate: AdaptiveRate | None = None
    secrets: tuple[Secret, ...] = ()


class InvalidResponse(ValueError):
    """The service answered something that is not its protocol; ``lasting`` where asking again would not mend it."""

    def __init__(self, message: str, *, status: int = 0, request_id: str = "", lasting: bool = False) -> None:
        super().__init__(message)
        self.lasting = lasting
        self.status = status
        self.request_id = request_id


class InvalidRequest(ValueError):
    """A request that no operation of the dialect can be made of (the engine's side)."""

    gateway = True

    def __init__(self, message: str, *, code: str = "InvalidParameter", status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class UnknownOperation(InvalidRequest):
    """A request for an operation that is not in the catalogue; ``name`` is what the request calls it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no operation {name!r} here", code="ActionNotSupportedLocally")
        self.name = name
