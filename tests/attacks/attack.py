"""What an attack is, and where all of them are kept."""

from collections.abc import Callable
from dataclasses import dataclass

from .scene import Scene

Attempt = Callable[[Scene], str | None]
ATTACKS: list["Attack"] = []


@dataclass(frozen=True)
class Attack:
    """One attack.

    Attributes:
        name: What the tests and the table of docs/internals/security.md call it.
        threat: The kind of threat that it belongs to.
        defence: What repels it.
        attempt: Tries it; returns what was got, None when it was repelled.
        defence_off: Switches the defence off, for the control.
        needs: What the machine must have for it: see ``missing``.
        about: What it does, in a sentence.
        slow: Whether it takes seconds, since something waits for what does not come; the gate leaves it out.
    """

    name: str
    threat: str
    defence: str
    attempt: Attempt
    defence_off: Callable[[Scene], object]
    needs: tuple[str, ...]
    about: str
    slow: bool


def attack(
    threat: str, defence: str, off: Callable[[Scene], object], *, needs: tuple[str, ...] = (), slow: bool = False
) -> Callable[[Attempt], Attempt]:
    """Keep the function as an attack; its name and its docstring say what it does."""

    def keep(attempt: Attempt) -> Attempt:
        add(attempt.__name__, threat, defence, attempt, off, attempt.__doc__ or "", needs=needs, slow=slow)
        return attempt

    return keep


def add(
    name: str,
    threat: str,
    defence: str,
    attempt: Attempt,
    off: Callable[[Scene], object],
    about: str,
    *,
    needs: tuple[str, ...] = (),
    slow: bool = False,
) -> None:
    """Keep one attack."""
    ATTACKS.append(Attack(name.replace("_", "-"), threat, defence, attempt, off, needs, about, slow))
