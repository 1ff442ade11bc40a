"""A wrapper that equals what it wraps."""

from collections.abc import Callable
from functools import partial
from typing import Any


class EqualWrapper:
    """A replacement for a method that passes on what it sees; like those of wrapt, it equals the original."""

    def __init__(self, original: Callable[..., Any], see: Callable[..., Any]) -> None:
        self._original = original
        self._see = see

    def __get__(self, instance: object, owner: type) -> Callable[..., Any]:
        return self if instance is None else partial(self, instance)

    def __call__(self, instance: object, request: Any, **options: Any) -> Any:
        self._see(request)
        return self._original(instance, request, **options)

    def __eq__(self, other: object) -> bool:
        return self._original == other

    def __hash__(self) -> int:
        return hash(self._original)
