"""The results of object storage operations."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..core.errors import OssError
from ..core.public import public
from ..core.result import MappingResult, Result


@public
class OSSClientResult(MappingResult[Mapping[str, Any], Any], error=OssError):
    """The result of ``env_init``. ``data`` is the machine's configuration; empty if the response is not JSON.

    It may contain the credentials, so the repr omits it.
    """

    data: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def client_config(self) -> dict[str, Any]:
        """The configuration."""
        return dict(self.unwrap())


@public
class OSSTransferResult(Result[str], error=OssError):
    """The result of an upload or a download. ``data`` is the machine's message."""

    @property
    def content(self) -> str:
        """The machine's message."""
        return self.unwrap()


OSSUploadResult = OSSTransferResult
OSSDownloadResult = OSSTransferResult
