"""Object storage."""

from typing import Any

from ..core import validation
from ..core.errors import OssError
from ..core.public import public
from ..core.tool import Tool
from ..models.oss import OSSClientResult, OSSTransferResult
from ..operations import oss
from .module import AsyncModule


@public
class AsyncOss(AsyncModule):
    """Moves files between the session's machine and Alibaba Cloud's object storage; the machine does the transfer.

    AgentBay only. Every method raises ``OssUsageError`` for a wrong argument, before anything is sent, and ``OssError``
    when there was no answer.
    """

    async def env_init(
        self,
        access_key_id: str,
        access_key_secret: str,
        security_token: str,
        endpoint: str | None = None,
        region: str | None = None,
    ) -> OSSClientResult:
        """Give the machine temporary credentials, which ``upload`` and ``download`` need.

        Args:
            access_key_id: The id of a temporary (STS) key.
            access_key_secret: Its secret.
            security_token: Its token.
            endpoint: Where the storage is; the region's own if not given.
            region: The region.

        Returns:
            ``client_config`` is what the machine says of its set-up.

        Example:
            ```python
            ready = await session.oss.env_init("STS.key", "secret", "token", region="cn-hangzhou")
            print(ready.error_message)
            ```
        """
        args = oss.InitArgs(
            access_key_id=validation.text("access_key_id", access_key_id, OssError),
            access_key_secret=validation.text("access_key_secret", access_key_secret, OssError),
            security_token=validation.text("security_token", security_token, OssError),
            endpoint=endpoint or None,
            region=region or None,
        )
        return await self._connection.call_tool(oss.INIT, args)

    async def upload(self, bucket: str, object: str, path: str) -> OSSTransferResult:
        """Upload a file of the machine's to a bucket.

        Args:
            bucket: The bucket.
            object: The object's key.
            path: The file on the machine.

        Returns:
            ``content`` is what the machine said.

        Example:
            ```python
            print((await session.oss.upload("bucket", "reports/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return await self._with_object(oss.UPLOAD, bucket, object, path)

    async def download(self, bucket: str, object: str, path: str) -> OSSTransferResult:
        """Download an object of a bucket to the machine.

        Args:
            bucket: The bucket.
            object: The object's key.
            path: Where to on the machine.

        Returns:
            ``content`` is what the machine said.

        Example:
            ```python
            print((await session.oss.download("bucket", "reports/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return await self._with_object(oss.DOWNLOAD, bucket, object, path)

    async def upload_anonymous(self, url: str, path: str) -> OSSTransferResult:
        """Upload a file of the machine's to an address, without credentials.

        Args:
            url: Where to; the machine sends it a PUT.
            path: The file on the machine.

        Returns:
            ``content`` is what the machine said.

        Example:
            ```python
            print((await session.oss.upload_anonymous("https://bucket.example/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return await self._with_url(oss.UPLOAD_ANONYMOUS, url, path)

    async def download_anonymous(self, url: str, path: str) -> OSSTransferResult:
        """Download what is at an address to the machine, without credentials.

        Args:
            url: Where from.
            path: Where to on the machine.

        Returns:
            ``content`` is what the machine said.

        Example:
            ```python
            print((await session.oss.download_anonymous("https://bucket.example/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return await self._with_url(oss.DOWNLOAD_ANONYMOUS, url, path)

    async def _with_object(
        self, tool: Tool[oss.ObjectArgs, OSSTransferResult], bucket: str, object: str, path: str
    ) -> OSSTransferResult:
        said: dict[str, Any] = {"bucket": bucket, "object": object, "path": path}
        args = oss.ObjectArgs(**{name: validation.text(name, value, OssError) for name, value in said.items()})
        return await self._connection.call_tool(tool, args)

    async def _with_url(self, tool: Tool[oss.UrlArgs, OSSTransferResult], url: str, path: str) -> OSSTransferResult:
        args = oss.UrlArgs(url=validation.text("url", url, OssError), path=validation.text("path", path, OssError))
        return await self._connection.call_tool(tool, args)
