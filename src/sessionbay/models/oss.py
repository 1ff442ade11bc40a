"""The results of object storage operations."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..core.errors import AgentBayError, OssError
from ..core.public import public
from ..core.result import Result


@public
@dataclass(frozen=True, kw_only=True)
class OSSClientResult(Result[dict[str, Any]]):
    """The result of ``env_init``. ``data`` is the machine's configuration; empty if the response is not JSON.

    It may contain the credentials, so the repr omits it.
    """

    data: dict[str, Any] | None = field(default=None, repr=False)

    error_type: ClassVar[type[AgentBayError]] = OssError

    @property
    def client_config(self) -> dict[str, Any]:
        """The configuration."""
        return self.unwrap()


@public
class OSSTransferResult(Result[str]):
    """The result of an upload or a download. ``data`` is the machine's message."""

    error_type: ClassVar[type[AgentBayError]] = OssError

    @property
    def content(self) -> str:
        """The machine's message."""
        return self.unwrap()
