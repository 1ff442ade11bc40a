"""The type of the option ``--limit``."""

import re
from typing import Any

import click

UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
PATTERN = r"(?P<name>\w+)=(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[kmgt]?)i?b?"


class LimitType(click.ParamType[tuple[str, float]]):
    """A ``NAME=NUMBER`` option; numbers of bytes may have the suffix K, M, G or T."""

    name = "NAME=NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Parse the option."""
        from .limits import NAMES

        match = re.fullmatch(PATTERN, str(value), re.IGNORECASE)
        if match is None or match["name"] not in NAMES:
            self.fail(f"Invalid limit {value!r}: use NAME=NUMBER with one of {', '.join(NAMES)}.", param, ctx)
        return match["name"], float(match["number"]) * UNITS[match["unit"].lower()]
