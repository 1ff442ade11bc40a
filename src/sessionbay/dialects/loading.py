"""Loads the dialect of a cloud; a client needs one of them."""

from importlib import import_module
from typing import cast

from .base import Dialect

_CLASSES = {"agentbay": "AgentBayDialect", "agb": "AGBDialect"}


def dialect_class(cloud: str) -> type[Dialect]:
    """Return the class of the dialect of ``cloud``, ``agentbay`` or ``agb``."""
    return cast("type[Dialect]", getattr(import_module(f".{cloud}", __package__), _CLASSES[cloud]))
