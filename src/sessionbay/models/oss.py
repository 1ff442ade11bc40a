"""Object storage as a session's machine answers of it."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..core.errors import AgentBayError, OssError
from ..core.result import Result


@dataclass(frozen=True, kw_only=True)
class OSSClientResult(Result[dict[str, Any]]):
    """The answer to ``env_init``: ``data`` is what the machine says of its set-up, empty where that is no JSON.

    It may repeat the credentials, so the repr leaves it out.
    """

    data: dict[str, Any] | None = field(default=None, repr=False)

    error_type: ClassVar[type[AgentBayError]] = OssError

    @property
    def client_config(self) -> dict[str, Any]:
        """The set-up."""
        return self.unwrap()


class OSSTransferResult(Result[str]):
    """The answer to an upload or a download: ``data`` is the machine's own words."""

    error_type: ClassVar[type[AgentBayError]] = OssError

    @property
    def content(self) -> str:
        """The machine's own words."""
        return self.unwrap()
