"""The environment of a session as callers see it."""

from typing import ClassVar

from ..core.errors import AgentBayError, EnvError
from ..core.result import Result


class EnvSetResult(Result[bool]):
    """The answer to setting variables: ``data`` is True."""

    error_type: ClassVar[type[AgentBayError]] = EnvError


class EnvResult(Result[dict[str, str]]):
    """The answer to a question for variables: ``data`` maps names to values."""

    error_type: ClassVar[type[AgentBayError]] = EnvError

    @property
    def envs(self) -> dict[str, str]:
        """The variables; those that are not set are not in it."""
        return self.unwrap()
