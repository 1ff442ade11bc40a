"""Marks the public names: reprs, tracebacks and pickles show ``sessionbay.Name``, not the private module."""

from typing import Any, TypeVar

T = TypeVar("T")


def public(value: T) -> T:
    """Return a public class or function, which is importable from ``sessionbay``, as a member of that module."""
    marked: Any = value
    marked.__module__ = "sessionbay"
    if "__firstlineno__" in vars(marked):  # Python 3.13 and later: inspect would read these lines of the wrong file
        del marked.__firstlineno__
    return value
