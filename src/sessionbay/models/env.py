"""The results of operations on environment variables."""

from typing import ClassVar

from ..core.errors import AgentBayError, EnvError
from ..core.public import public
from ..core.result import Result


@public
class EnvSetResult(Result[bool]):
    """The result of ``env.set``. ``data`` is True."""

    error_type: ClassVar[type[AgentBayError]] = EnvError


@public
class EnvResult(Result[dict[str, str]]):
    """The result of ``env.get``. ``data`` maps names to values."""

    error_type: ClassVar[type[AgentBayError]] = EnvError

    @property
    def envs(self) -> dict[str, str]:
        """The variables that are set, by name."""
        return self.unwrap()
