"""The reserved labels: they identify a session whose creation was not answered, and orphaned sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

MINE = "sessionbay"
ATTEMPT = f"{MINE}.attempt"
CREATED = f"{MINE}.created"


@dataclass(frozen=True)
class CreationAttempt:
    """One attempt to create a session: its name, and its start (Unix seconds)."""

    name: str
    began: float

    def labels(self) -> dict[str, str]:
        """Return the labels of the session to create."""
        return {MINE: "1", ATTEMPT: self.name, CREATED: str(int(self.began))}


def is_reserved(name: str) -> bool:
    """Return whether a label is reserved."""
    return name == MINE or name.startswith(f"{MINE}.")


def own(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the user's labels."""
    return {name: value for name, value in labels.items() if not is_reserved(name)}


def reserved(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the reserved labels."""
    return {name: value for name, value in labels.items() if is_reserved(name)}


def created_at(labels: Mapping[str, str]) -> str:
    """Return the creation time in ISO 8601, or an empty string if the labels do not hold it."""
    created = labels.get(CREATED, "")
    return datetime.fromtimestamp(int(created), UTC).isoformat() if created.isdecimal() and len(created) < 11 else ""


def age(labels: Mapping[str, str], now: float) -> float | None:
    """Return the age of a session in seconds; None if its labels do not hold it."""
    created = labels.get(CREATED, "")
    return max(0.0, now - float(created)) if labels.get(MINE) == "1" and created.isdecimal() else None
