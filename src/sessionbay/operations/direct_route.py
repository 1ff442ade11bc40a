"""The direct route: a tool call straight to the session's machine, which both clouds word the same."""

import json
from typing import Any

from pydantic import Field, ValidationError

from ..core.http import HttpRequest, HttpResponse, InvalidResponse, RequestStamp
from ..core.result import format_refusal
from ..core.secrets import Secret
from ..core.wire_model import JsonText, Wire
from ..models.tools import McpToolResult
from .tools import CallAnswer


class DirectCall(Wire):
    """The body of a call; the token stands here and in the header ``X-Access-Token``."""

    tool: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    server: str = ""
    request_id: str = ""
    token: str = Field(default="", repr=False)


class RpcError(Wire):
    code: str | None = None
    message: str | None = None


class RpcAnswer(Wire):
    result: CallAnswer | None = None
    error: RpcError | None = None


class DirectAnswer(Wire):
    success: bool | None = None
    data: JsonText[RpcAnswer | None] = None
    code: str | None = None
    message: str | None = None
    request_id: str | None = None


def encode_request(
    link_url: str, token: Secret, tool: str, server: str, args: dict[str, Any], stamp: RequestStamp
) -> HttpRequest:
    """Return the HTTP request that calls ``tool``."""
    call = {
        "args": args,
        "server": server,
        "requestId": f"link-{int(stamp.time * 1000)}-{int(stamp.nonce, 16) % 10**9:09d}",
        "tool": tool,
        "token": token.reveal(),
    }
    headers = {"content-type": "application/json", "x-access-token": token.reveal(), "accept": "*/*"}
    return HttpRequest(
        "POST", f"{link_url.rstrip('/')}/callTool", headers, json.dumps(call, ensure_ascii=False).encode()
    )


def parse_response(answer: HttpResponse) -> McpToolResult:
    """Return what the tool answered; raise ``InvalidResponse`` when the answer is not the protocol."""
    try:
        said = DirectAnswer.model_validate_json(answer.body)
    except ValidationError as exc:
        raise InvalidResponse(f"HTTP {answer.status} and not a tool's answer", status=answer.status) from exc
    rpc = said.data or RpcAnswer()
    known: dict[str, Any] = {"http_status_code": answer.status, "request_id": said.request_id or ""}
    if answer.status >= 400 or rpc.error or (said.success is False and rpc.result is None):
        told = rpc.error or RpcError(code=said.code, message=said.message)
        text = format_refusal(told.code or "", told.message or f"refused with HTTP {answer.status}")
        return McpToolResult(code=told.code or "", error_message=text, **known)
    if rpc.result is None:
        raise InvalidResponse("the answer holds no result of the tool", status=answer.status)
    fields = rpc.result.fields()
    if (reason := rpc.result.refusal()) is not None:
        fields |= {"data": None, "error_message": reason}
    return McpToolResult(success=reason is None, **fields, **known)


def format_response(request_id: str, answer: CallAnswer) -> bytes:
    """Return the body that says ``answer`` (the engine's side)."""
    rpc = json.dumps({"jsonrpc": "2.0", "id": request_id, "result": answer.dump()})
    return json.dumps({"code": 200, "success": True, "requestId": request_id, "data": rpc}).encode()
