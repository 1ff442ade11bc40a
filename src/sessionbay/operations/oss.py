"""The object storage tools. The session transfers the files; no data passes through the client."""

from typing import Any, TypeVar, cast

from pydantic import Field
from pydantic_core import from_json

from ..core.json_text import readable
from ..core.tool import Tool
from ..core.wire_model import Wire
from ..models.oss import OSSClientResult, OSSTransferResult

Q = TypeVar("Q", bound=Wire)

SERVER = "wuying_oss"


class InitArgs(Wire):
    access_key_id: str = Field(repr=False)
    access_key_secret: str = Field(repr=False)
    security_token: str = Field(repr=False)
    endpoint: str | None = None
    region: str | None = None


class ObjectArgs(Wire):
    bucket: str
    object: str
    path: str


class UrlArgs(Wire):
    """The URL may be presigned, and is a secret then."""

    url: str = Field(repr=False)
    path: str


def parse_init(text: str) -> dict[str, Any]:
    """Parse the configuration, as JSON; other text is a message, of a failure or a success."""
    try:
        config: Any = from_json(readable(text))
    except ValueError:
        return parse_transfer(text) | ({} if _is_failure(text) else {"data": {}})
    return {"data": cast("dict[str, Any]", config) if isinstance(config, dict) else {}}


def parse_transfer(text: str) -> dict[str, Any]:
    """Parse the outcome of a transfer, which is a message."""
    if _is_failure(text):
        return {"success": False, "error_message": text.strip() or "the session reported no outcome"}
    return {"data": text}


def _is_failure(text: str) -> bool:
    """Return whether a message is a failure: that of a success contains the word."""
    return not text.strip() or ("failed" in text.lower() and "success" not in text.lower())


def _transfer_tool(name: str, about: str, args: type[Q]) -> Tool[Q, OSSTransferResult]:
    return Tool(
        name=name,
        server=SERVER,
        about=about,
        args=args,
        result=OSSTransferResult,
        read=parse_transfer,
        only="agentbay",
    )


INIT = Tool(
    name="oss_env_init",
    server=SERVER,
    about="Set up access to object storage with temporary credentials.",
    args=InitArgs,
    result=OSSClientResult,
    read=parse_init,
    only="agentbay",
)
UPLOAD = _transfer_tool("oss_upload", "Upload a file to a bucket.", ObjectArgs)
DOWNLOAD = _transfer_tool("oss_download", "Download a file from a bucket.", ObjectArgs)
# The clouds' spelling.
UPLOAD_ANONYMOUS = _transfer_tool("oss_upload_annon", "Upload a file to a URL (PUT).", UrlArgs)
DOWNLOAD_ANONYMOUS = _transfer_tool("oss_download_annon", "Download a file from a URL.", UrlArgs)
