"""Ways to say something as the client does, and the names in what was recorded."""

from collections.abc import Callable, Mapping
from typing import Any, Unpack

from sessionbay.core.http import HttpRequest
from sessionbay.core.operation import Operation
from sessionbay.core.secrets import Secret
from sessionbay.core.wire_model import Wire
from sessionbay.dialects.base import Dialect
from sessionbay.models.creation import CreateSessionFields, CreateSessionParams
from sessionbay.operations import direct_route
from sessionbay.operations.creation import create_request
from sessionbay.operations.session import CREATE
from sessionbay.operations.tools import CALL_TOOL, CallRequest

from ..support import STAMP

Said = Callable[[Dialect], HttpRequest]

BAY_SESSION = "session-04bdwfj7u688ec96t"
BAY_CONTEXT = "SdkCtx-04bdwfj7u2a668axp"
BAY_LINK = "https://gw.invalid/request_ai/LINKTOKEN/path/"
BAY_TOKEN = "tok-SESSION-TOKEN-0123456789abcdef"
BAY_LABELS = {"project": "demo", "env": "测试"}
AGB_SESSION = "session-04example0000000001"
AGB_LINK = "https://server.invalid/link"
AGB_TOKEN = "TOKEN-EXAMPLE"
TRANSFER = "/tmp/file_transfer"


def creates(**fields: Unpack[CreateSessionFields]) -> Said:
    """Say that a session is created, as ``client.create`` does."""
    return lambda dialect: dialect.encode(CREATE, create_request(CreateSessionParams(**fields), dialect), STAMP)


def asks(op: Operation[Any, Any, Any], request: Wire) -> Said:
    """Say any operation."""
    return lambda dialect: dialect.encode(op, request, STAMP)


def calls(
    session_id: str, name: str, args: Wire | Mapping[str, Any], server: str | None = None, auto: bool = False
) -> Said:
    """Say that a tool is called through the control plane."""
    plain = args.dump() if isinstance(args, Wire) else dict(args)
    request = CallRequest(session_id=session_id, name=name, args=plain, server=server, auto_gen_session=auto)
    return asks(CALL_TOOL, request)


def calls_straight(link: str, token: str, server: str, name: str, args: Wire | Mapping[str, Any]) -> Said:
    """Say that a tool is called on the direct route."""
    plain = args.dump() if isinstance(args, Wire) else dict(args)
    return lambda dialect: direct_route.encode_request(link, Secret(token), name, server, plain, STAMP)
