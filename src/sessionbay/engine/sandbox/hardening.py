"""The hardening of a sandbox."""

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True)
class Hardening:
    """The defences that the agent applies to itself, inherited by every command. Only tests turn one off.

    Attributes:
        dumpable: Commands can neither trace nor read the agent, though they run as the same user.
        no_new_privs: No program gives more rights than its caller has.
        keyring: Commands cannot reach the session keyring of the engine.
        seccomp: System calls that only attacks need are refused.
        landlock: Files outside of the session's own cannot be written, where no mount keeps them out of sight.
        descriptors: The agent refuses to start with an open file other than its socket.

    ``seccomp`` and ``landlock`` require ``no_new_privs``.
    """

    dumpable: bool = True
    no_new_privs: bool = True
    keyring: bool = True
    seccomp: bool = True
    landlock: bool = True
    descriptors: bool = True


class InForce(TypedDict):
    """The part of the requested hardening that the kernel enforces."""

    landlock: int
    seccomp: bool
