"""The object storage tools. The traffic is the machine's own; none of it goes through the client."""

from typing import Any, TypeVar, cast

from pydantic import Field
from pydantic_core import from_json

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
    """The address may hold a signature, which is as good as a password."""

    url: str = Field(repr=False)
    path: str


def parse_init(text: str) -> dict[str, Any]:
    """Read the machine's set-up; words that are no JSON say how it went."""
    try:
        found: Any = from_json(text)
    except ValueError:
        return parse_transfer(text) | ({} if _is_failure(text) else {"data": {}})
    return {"data": cast("dict[str, Any]", found) if isinstance(found, dict) else {}}


def parse_transfer(text: str) -> dict[str, Any]:
    """Read how a transfer went, which the machine says in words."""
    if _is_failure(text):
        return {"success": False, "error_message": text.strip() or "the machine said nothing"}
    return {"data": text}


def _is_failure(text: str) -> bool:
    """Return whether words tell of a failure: those of a success name it."""
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
    about="Set up the machine's access to object storage, with temporary credentials.",
    args=InitArgs,
    result=OSSClientResult,
    read=parse_init,
    only="agentbay",
)
UPLOAD = _transfer_tool("oss_upload", "Upload a file to a bucket.", ObjectArgs)
DOWNLOAD = _transfer_tool("oss_download", "Download a file from a bucket.", ObjectArgs)
# The clouds spell these so.
UPLOAD_ANONYMOUS = _transfer_tool("oss_upload_annon", "Upload a file to an address (PUT).", UrlArgs)
DOWNLOAD_ANONYMOUS = _transfer_tool("oss_download_annon", "Download a file from an address.", UrlArgs)
