# Generated from src/sessionbay/_async/oss.py by scripts/generate_sync.py. Do not edit.
"""Object storage."""

from ..core import validation
from ..core.errors import OssError
from ..core.public import public
from ..core.tool import Tool
from ..models.oss import OSSClientResult, OSSTransferResult
from ..operations import oss
from .module import Module


@public
class Oss(Module):
    """Transfers files between the session and Alibaba Cloud's object storage (OSS). AgentBay only.

    Every method raises ``OssUsageError`` for an invalid argument, before anything is sent, and ``OssError`` when there
    is no response.
    """

    def env_init(
        self,
        access_key_id: str,
        access_key_secret: str,
        security_token: str,
        endpoint: str | None = None,
        region: str | None = None,
    ) -> OSSClientResult:
        """Set the temporary credentials that ``upload`` and ``download`` use.

        Args:
            access_key_id: The id of a temporary (STS) key.
            access_key_secret: Its secret.
            security_token: Its token.
            endpoint: The endpoint of the storage; the region's own by default.
            region: The region.

        Returns:
            ``client_config`` is the session's configuration.

        Example:
            ```python
            ready = session.oss.env_init("STS.key", "secret", "token", region="cn-hangzhou")
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
        return self._connection.call_tool(oss.INIT, args)

    def upload(self, bucket: str, object: str, path: str) -> OSSTransferResult:
        """Upload a file of the session to a bucket.

        Args:
            bucket: The bucket.
            object: The object's key.
            path: The file's path in the session.

        Returns:
            ``content`` is the output of the transfer.

        Example:
            ```python
            print((session.oss.upload("bucket", "reports/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return self._with_object(oss.UPLOAD, bucket, object, path)

    def download(self, bucket: str, object: str, path: str) -> OSSTransferResult:
        """Download an object of a bucket to the session.

        Args:
            bucket: The bucket.
            object: The object's key.
            path: The target path in the session.

        Returns:
            ``content`` is the output of the transfer.

        Example:
            ```python
            print((session.oss.download("bucket", "reports/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return self._with_object(oss.DOWNLOAD, bucket, object, path)

    def upload_anonymous(self, url: str, path: str) -> OSSTransferResult:
        """Upload a file of the session to a URL, without credentials.

        Args:
            url: The URL, which receives a PUT.
            path: The file's path in the session.

        Returns:
            ``content`` is the output of the transfer.

        Example:
            ```python
            print((session.oss.upload_anonymous("https://bucket.example/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return self._with_url(oss.UPLOAD_ANONYMOUS, url, path)

    def download_anonymous(self, url: str, path: str) -> OSSTransferResult:
        """Download from a URL to the session, without credentials.

        Args:
            url: The URL.
            path: The target path in the session.

        Returns:
            ``content`` is the output of the transfer.

        Example:
            ```python
            print((session.oss.download_anonymous("https://bucket.example/a.txt", "/tmp/a.txt")).error_message)
            ```
        """
        return self._with_url(oss.DOWNLOAD_ANONYMOUS, url, path)

    def _with_object(
        self, tool: Tool[oss.ObjectArgs, OSSTransferResult], bucket: str, object: str, path: str
    ) -> OSSTransferResult:
        fields = {"bucket": bucket, "object": object, "path": path}
        args = oss.ObjectArgs(**{name: validation.text(name, value, OssError) for name, value in fields.items()})
        return self._connection.call_tool(tool, args)

    def _with_url(self, tool: Tool[oss.UrlArgs, OSSTransferResult], url: str, path: str) -> OSSTransferResult:
        args = oss.UrlArgs(url=validation.text("url", url, OssError), path=validation.text("path", path, OssError))
        return self._connection.call_tool(tool, args)
