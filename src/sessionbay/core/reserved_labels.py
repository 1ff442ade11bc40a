"""The labels that are ours: by them a session is found whose creation nobody answered, and what was left over."""

from collections.abc import Mapping
from dataclasses import dataclass

MINE = "sessionbay"
ATTEMPT = f"{MINE}.attempt"
CREATED = f"{MINE}.created"


@dataclass(frozen=True)
class CreationAttempt:
    """One attempt to create a session: its name, and when it began (Unix seconds)."""

    name: str
    began: float

    def tags(self) -> dict[str, str]:
        """Return the labels that go along with the creation."""
        return {MINE: "1", ATTEMPT: self.name, CREATED: str(int(self.began))}


def is_reserved(name: str) -> bool:
    """Return whether a label is ours, not the user's."""
    return name == MINE or name.startswith(f"{MINE}.")


def own(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that are the user's."""
    return {name: value for name, value in labels.items() if not is_reserved(name)}


def reserved(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that are ours."""
    return {name: value for name, value in labels.items() if is_reserved(name)}


def age(labels: Mapping[str, str], now: float) -> float | None:
    """Return how old a session is, in seconds; None when its labels do not say."""
    created = labels.get(CREATED, "")
    return max(0.0, now - float(created)) if labels.get(MINE) == "1" and created.isdecimal() else None
