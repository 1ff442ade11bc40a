"""Session limits as command-line options."""

from collections.abc import Iterable
from dataclasses import fields

from ..engine.limits import Limits

NAMES = {field.name: int if isinstance(field.default, int) else float for field in fields(Limits)}


def limits_of(options: Iterable[tuple[str, float]]) -> Limits:
    """Return the given limits, with defaults for the rest."""
    return Limits(**{name: NAMES[name](value) for name, value in options})  # type: ignore[arg-type]  # as NAMES says
