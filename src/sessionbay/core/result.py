"""The base classes of results. A result is a response of the service; a missing response raises."""

from dataclasses import dataclass
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar, overload

from .errors import AgentBayError, Kind, SessionError
from .public import public

T = TypeVar("T")
E = TypeVar("E")
F = TypeVar("F", bound="Result[Any]")


@public
@dataclass(frozen=True, kw_only=True)
class Result(Generic[T]):
    """A response from the service: check ``success``, or chain ``raise_for_error()`` or ``unwrap()``.

    Attributes:
        success: Whether the operation succeeded; also the truth value of the result.
        data: The payload; None on failure.
        request_id: The service's id of the request, or an empty string.
        error_message: The reason of a failure, as ``[Code] text`` if there is a code; empty on success.
        code: The service's code, or an empty string.
        http_status_code: The HTTP status of the response.
        outcome_unknown: Whether a failed request may have taken effect: the service had an internal error, or it
            rejected the retry of a request whose response was lost. The error of this result has the outcome
            ``unknown``.
    """

    success: bool = False
    data: T | None = None
    request_id: str = ""
    error_message: str = ""
    code: str = ""
    http_status_code: int = 0
    outcome_unknown: bool = False

    error_type: ClassVar[type[AgentBayError]] = SessionError

    def __bool__(self) -> bool:
        return self.success

    @property
    def message(self) -> str:
        """The same as ``error_message``."""
        return self.error_message

    def get_request_id(self) -> str:
        """Return the service's id of the request."""
        return self.request_id

    def raise_for_error(self) -> Self:
        """Return this result. Raise the error of its module if the operation failed."""
        if not self.success:
            self._raise(self.error_message or "refused without a reason")
        return self

    def unwrap(self) -> T:
        """Return the payload. Raise as ``raise_for_error`` does."""
        self.raise_for_error()
        if self.data is None:
            self._raise("the answer carries no data")
        return self.data

    def as_failure(self, kind: type[F], reason: str = "") -> F:
        """Return this failure as a result of another class. ``reason`` replaces the message; a success needs one."""
        return kind(
            request_id=self.request_id,
            error_message=reason or self.error_message,
            code="" if self.success else self.code,
            http_status_code=self.http_status_code,
            outcome_unknown=self.outcome_unknown,
        )

    def raise_if_strict(self) -> Self:
        """Return this result, or raise, as a strict client does."""
        return self.raise_for_error()

    def _kind(self) -> Kind:
        return "refused"

    def _errors(self) -> type[AgentBayError]:
        return self.error_type

    def _raise(self, message: str) -> NoReturn:
        raise self._errors().of(
            self._kind(),
            message,
            code=self.code,
            request_id=self.request_id,
            http_status_code=self.http_status_code,
            outcome="unknown" if self.outcome_unknown else None,
            result=self,
        )


@dataclass(frozen=True, kw_only=True)
class PageResult(Result[tuple[E, ...]], Generic[E]):
    """One page of a list.

    Attributes:
        next_token: The token of the next page; empty on the last page.
        total_count: The number of items on all pages; None if the service does not report it.
        max_results: The page size; None if the service does not report it.
    """

    next_token: str = ""
    total_count: int | None = None
    max_results: int | None = None


class Delegated(Generic[T]):
    """A property that returns the attribute of the same name from ``data``. On a failed result it raises."""

    def __set_name__(self, owner: type[Result[Any]], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, result: None, owner: type[Result[Any]]) -> Self: ...
    @overload
    def __get__(self, result: Result[Any], owner: type[Result[Any]]) -> T: ...
    def __get__(self, result: Result[Any] | None, owner: type[Result[Any]]) -> Self | T:
        if result is None:
            return self
        value: T = getattr(result.unwrap(), self._name)
        return value


def format_refusal(code: str, message: str) -> str:
    """Return an error in the format of both official clients: ``[Code] message``."""
    return f"[{code}] {message.strip()}".strip() if code else message.strip()
