"""Session limits as command-line options."""

import re
from dataclasses import fields
from typing import Any

import click

from ..engine.limits import Limits

NAMES = {field.name: int if isinstance(field.default, int) else float for field in fields(Limits)}
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
PATTERN = re.compile(r"(?P<name>\w+)=(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[kmgt]?)i?b?", re.IGNORECASE)


class LimitType(click.ParamType[tuple[str, float]]):
    """A ``NAME=NUMBER`` option; numbers of bytes may have the suffix K, M, G or T."""

    name = "NAME=NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Parse the option."""
        match = PATTERN.fullmatch(str(value))
        if match is None or match["name"] not in NAMES:
            self.fail(f"Invalid limit {value!r}: use NAME=NUMBER with one of {', '.join(NAMES)}.", param, ctx)
        return match["name"], float(match["number"]) * UNITS[match["unit"].lower()]


def limits_of(options: tuple[tuple[str, float], ...]) -> Limits:
    """Return the given limits, with defaults for the rest."""
    return Limits(**{name: NAMES[name](value) for name, value in options})  # type: ignore[arg-type]  # as NAMES says
