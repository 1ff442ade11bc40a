"""The base classes of results. A result is a response of the service; a missing response raises."""

from collections.abc import Generator, ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import field
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar, cast, dataclass_transform, overload

from .error_codes import ErrorCode
from .errors import AgentBayError, Kind, SessionError
from .public import public
from .text import escape_controls
from .value import Value

T = TypeVar("T")
E = TypeVar("E")
V = TypeVar("V")
M = TypeVar("M", bound=Mapping[str, Any])
F = TypeVar("F", bound="Result[Any]")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class _Response(Value):
    """The root of results, whose fields are keywords."""

    error_type: ClassVar[type[AgentBayError]] = SessionError

    def __init_subclass__(cls, error: type[AgentBayError] | None = None) -> None:
        super().__init_subclass__(kw_only=True)
        cls.error_type = error or cls.error_type


@public
class Result(_Response, Generic[T]):
    """A response from the service: check ``success``, or chain ``raise_for_error()`` or ``unwrap()``.

    Attributes:
        success: Whether the operation succeeded; also the truth value of the result.
        data: The payload; None on failure.
        request_id: The service's id of the request, or an empty string.
        error_message: The reason of a failure, as ``[Code] text`` if there is a code; empty on success.
        code: The code of a failure (see ``ErrorCode``), or the service's code; empty if it has none.
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

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.error_message:
            object.__setattr__(self, "error_message", escape_controls(self.error_message))

    def __bool__(self) -> bool:
        return self.success

    @property
    def message(self) -> str:
        """The same as ``error_message``."""
        return self.error_message

    def get_request_id(self) -> str:
        """Return the service's id of the request."""
        return self.request_id

    def __dir__(self) -> list[str]:
        """Return the attributes without those that raise, so that debuggers can walk a failed result."""
        return [name for name in super().__dir__() if self.success or self._is_readable(name)]

    @property
    def kind(self) -> Kind | None:
        """The kind of failure: ``refused``, ``timeout``, or ``gone`` if the session does not exist any more."""
        if self.success:
            return None
        if self.code == ErrorCode.SESSION_GONE:
            return "gone"
        return "timeout" if getattr(self, "timed_out", False) else "refused"

    def _is_readable(self, name: str) -> bool:
        try:
            getattr(self, name)
        except AgentBayError:
            return False
        return True

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
        return convert(self, kind, error_message=reason or self.error_message)

    def raise_if_strict(self) -> Self:
        """Return this result, or raise, as a strict client does."""
        return self.raise_for_error()

    def _errors(self) -> type[AgentBayError]:
        return self.error_type

    def _raise(self, message: str) -> NoReturn:
        raise self._errors().of(
            self.kind or "refused",
            message,
            code=self.code,
            request_id=self.request_id,
            http_status_code=self.http_status_code,
            outcome="unknown" if self.outcome_unknown else None,
            result=self,
        )


class AwaitableResult(Result[T], Generic[T]):
    """A result that can be awaited: programs for AGB's own client await some methods of its otherwise sync client."""

    def __await__(self) -> Generator[Any, Any, Self]:
        """Return this result."""
        yield from ()
        return self


ApiResponse = Result
BaseResult = Result


class MappingResult(Result[M], Generic[M, V]):
    """A result whose ``data`` is a dict, and which reads like it. On a failed result, reading raises its error."""

    def keys(self) -> KeysView[str]:
        """Return the keys of ``data``."""
        return self.unwrap().keys()

    def values(self) -> ValuesView[V]:
        """Return the values of ``data``."""
        return self.unwrap().values()

    def items(self) -> ItemsView[str, V]:
        """Return the keys and values of ``data``."""
        return self.unwrap().items()

    def get(self, key: str, default: V | None = None) -> V | None:
        """Return the value of ``key``, or ``default``."""
        return cast("V | None", self.unwrap().get(key, default))

    def __getitem__(self, key: str) -> V:
        return cast("V", self.unwrap()[key])

    def __contains__(self, key: object) -> bool:
        return key in self.unwrap()

    def __iter__(self) -> Iterator[str]:
        return iter(self.unwrap())

    def __len__(self) -> int:
        return len(self.unwrap())


class ListResult(Result[tuple[E, ...]], Generic[E]):
    """A result whose ``data`` is a tuple, and which reads like it. On a failed result, reading raises its error."""

    @overload
    def __getitem__(self, index: int) -> E: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[E, ...]: ...
    def __getitem__(self, index: int | slice) -> E | tuple[E, ...]:
        return self.unwrap()[index]

    def __contains__(self, item: object) -> bool:
        return item in self.unwrap()

    def __iter__(self) -> Iterator[E]:
        return iter(self.unwrap())

    def __len__(self) -> int:
        return len(self.unwrap())


class PageResult(ListResult[E], Generic[E]):
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


def convert(result: Result[Any], kind: type[F], **fields: Any) -> F:
    """Return a response as a result of another class: a failure, unless ``fields`` make it a success."""
    common: dict[str, Any] = {
        "request_id": result.request_id,
        "error_message": result.error_message,
        "code": "" if result.success else result.code,
        "http_status_code": result.http_status_code,
        "outcome_unknown": result.outcome_unknown,
    }
    return kind(**common | fields)


def format_refusal(code: str, message: str) -> str:
    """Return an error in the format of both official clients: ``[Code] message``."""
    return f"[{code}] {message.strip()}".strip() if code else message.strip()
