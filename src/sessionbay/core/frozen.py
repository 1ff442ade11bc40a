"""Read-only dicts and lists: subclasses of the built-in types whose mutators raise ``TypeError``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from .public import public

K = TypeVar("K")
V = TypeVar("V")


def _refuse(self: object, *args: object, **kwargs: object) -> NoReturn:
    copy = "dict" if issubclass(self.__class__, dict) else "list"
    raise TypeError(f"{type(self).__name__} is read-only: change a copy, {copy}(x), instead.")


@public
class FrozenDict(dict[K, V]):
    """A read-only dict: JSON, ``dict(x)``, ``**x`` and ``x | y`` work; ``dict(x)`` and ``x | y`` are mutable copies.

    Nested dicts and lists are read-only, too.

    Example:
        ```python
        labels = FrozenDict({"env": "test"})
        print(dict(labels) | {"team": "a"})
        ```
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values: dict[Any, Any] = dict(*args, **kwargs)
        super().__init__({key: value if type(value) is str else freeze(value) for key, value in values.items()})

    def __hash__(self) -> int:  # type: ignore[override]  # a dict has none, since it is mutable
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return type(self), (dict(self),)

    if not TYPE_CHECKING:
        __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


@public
class FrozenList(list[V]):
    """A read-only list; ``list(x)`` and ``x + y`` are mutable copies. Nested dicts and lists are read-only, too."""

    def __hash__(self) -> int:  # type: ignore[override]  # a list has none, since it is mutable
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return type(self), (list(self),)

    if not TYPE_CHECKING:
        __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
        append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def freeze(value: Any) -> Any:
    """Return plain dicts and lists as read-only ones, at every depth, and other values unchanged."""
    kind = cast("type[object]", type(value))
    if kind is dict:
        frozen: FrozenDict[Any, Any] = FrozenDict(value)  # calling a parametrized class takes longer
        return frozen
    if kind in (list, tuple):
        return (FrozenList if kind is list else tuple)(freeze(item) for item in value)
    return value
