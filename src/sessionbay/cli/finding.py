"""A finding of ``sessionbay doctor``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        group: The group of the check.
        detail: The details, or the reason of the failure.
        fix: How to fix it.
    """

    group: str
    name: str
    works: bool
    detail: str = ""
    fix: str = ""
