"""The results of operations on environment variables."""

from collections.abc import Mapping

from ..core.errors import EnvError
from ..core.public import public
from ..core.result import MappingResult, Result


@public
class EnvSetResult(Result[bool], error=EnvError):
    """The result of ``env.set``. ``data`` is True."""


@public
class EnvResult(MappingResult[Mapping[str, str], str], error=EnvError):
    """The result of ``env.get``. ``data`` maps names to values."""

    @property
    def envs(self) -> dict[str, str]:
        """The variables that are set, by name."""
        return dict(self.unwrap())
