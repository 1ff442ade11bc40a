"""Marks the public names: reprs, tracebacks and pickles show ``sessionbay.Name``, not the private module."""

import builtins
import re
import sys
from collections.abc import Callable, Iterator, KeysView
from functools import cached_property
from importlib import import_module
from types import FunctionType
from typing import Any, TypeVar, cast

T = TypeVar("T")


def public(value: T) -> T:
    """Return a public class or function, which is importable from ``sessionbay``, as a member of that module."""
    marked: Any = value
    marked.__module__ = "sessionbay"
    if isinstance(value, type):  # its annotations, which are evaluated there, may name itself
        vars(sys.modules["sessionbay"]).setdefault(value.__name__, value)
    if isinstance(value, type) and marked.__repr__ is object.__repr__:
        marked.__repr__ = _repr
    if "__firstlineno__" in vars(marked):  # Python 3.13 and later: inspect would read these lines of the wrong file
        del marked.__firstlineno__
    return value


def _repr(self: object) -> str:
    """Return the name of the class; the default repr would add an address."""
    return f"<{type(self).__name__}>"


def lazy_annotations(*modules: str) -> Callable[[T], T]:
    """Return a decorator of a class or function whose annotations name classes that only type checkers import.

    ``typing.get_type_hints`` works all the same: reading the annotations imports ``modules``, which are relative to the
    package of the function, and copies the names from them.
    """

    def decorate(value: T) -> T:
        for function in _functions(value):
            if not isinstance(function.__annotations__, _LazyAnnotations):  # one with two names comes twice
                function.__annotations__ = _LazyAnnotations(function, modules)
        return value

    return decorate


def _functions(value: object) -> Iterator[Any]:
    """Yield a function, or the functions of a class, those behind its properties too."""
    for member in vars(value).values() if isinstance(value, type) else [value]:
        if isinstance(member, property):
            member = member.fget
        elif isinstance(member, (classmethod, staticmethod)):
            member = cast("Any", member).__func__
        elif isinstance(member, cached_property):
            member = member.func
        if isinstance(member, FunctionType):
            yield member


class _LazyAnnotations(dict[str, Any]):
    """The annotations of a function. Reading them imports the classes that they name."""

    def __init__(self, function: Any, modules: tuple[str, ...]) -> None:
        super().__init__(function.__annotations__)
        self._namespace: dict[str, Any] = function.__globals__
        self._modules = modules

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # of dict_keys, which has no public name
        """Return the names; ``dict()`` copies a subclass with its own ``__iter__`` by them."""
        words = {word for text in self.values() if isinstance(text, str) for word in re.findall(r"\w+", text)}
        missing = words - self._namespace.keys() - vars(builtins).keys()
        for module in self._modules if missing else ():
            found = vars(import_module(module, self._namespace["__package__"]))
            self._namespace.update((name, found[name]) for name in missing & found.keys())
        return super().keys()
