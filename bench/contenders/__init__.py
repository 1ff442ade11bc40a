"""Those who compete: one module each, with a class ``Contender`` that does what the scenarios ask for.

A module is only imported in the process that measures it, so that nobody pays for another one's imports.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

ON_UVLOOP = "_uvloop"  # how the names of those end that run on it
KEY = "bench"
CONNECTIONS = 512  # that each may have; the default of sessionbay


@dataclass(frozen=True)
class Place:
    """Where the server listens; ``authority`` is the file of the certificates to trust where it speaks TLS."""

    host: str
    authority: str | None = None

    @property
    def url(self) -> str:
        """The address as a URL."""
        return f"{'https' if self.authority else 'http'}://{self.host}"


class AsyncContender(Protocol):
    """What an async contender can do. A session is whatever it takes for one."""

    async def create(self) -> Any:
        """Create a session."""

    async def call(self, session: Any) -> None:
        """Make the cheapest call of the control plane: read the labels."""

    async def run(self, session: Any) -> None:
        """Run a command."""

    async def delete(self, session: Any) -> None:
        """Delete a session, and look whether it is gone."""

    async def write(self, session: Any, path: str, text: str) -> None:
        """Write a file."""

    async def read(self, session: Any, path: str) -> str:
        """Read a file."""

    async def aclose(self) -> None:
        """Close the connections."""


class Contender(Protocol):
    """What a sync contender can do."""

    def create(self) -> Any:
        """Create a session."""

    def call(self, session: Any) -> None:
        """Make the cheapest call of the control plane: read the labels."""

    def close(self) -> None:
        """Close the connections."""


def load(name: str, place: Place) -> Any:
    """Return the contender of the module ``name``, set up but with nothing sent yet."""
    return import_module(f"{__name__}.{name}").Contender(place)
