"""The page on the architecture: every function that it names exists."""

import pkgutil
import re

import pytest

from .pages import ROOT

PAGE = ROOT / "docs" / "internals" / "architecture.md"
NAMES = re.findall(r"`(sessionbay(?:\.\w+)+\.\w+)`", PAGE.read_text("utf-8"))


def resolve(name: str) -> object:
    """Return the object with a qualified name."""
    return pkgutil.resolve_name(name)


def test_the_page_names_functions() -> None:
    assert len(NAMES) > 30


@pytest.mark.parametrize("name", NAMES)
def test_a_named_function_exists(name: str) -> None:
    assert callable(resolve(name))
