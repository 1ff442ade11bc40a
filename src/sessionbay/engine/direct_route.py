"""The direct route: tool calls authorized by a session's token, without an API key."""

from functools import partial

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ..core.http import HttpResponse, InvalidRequest
from ..operations.direct_route import DirectCall, format_response
from . import tool_dispatch
from .api_errors import ApiError
from .config import EngineConfig
from .request_body import constant_time_equal, parse_body, read_body
from .session import EngineSession
from .shortage import unexpected
from .tool_response import run_for_client, to_response

HEADER = "x-access-token"  # holds the session's token


async def serve(session: EngineSession, request: Request, config: EngineConfig) -> Response:
    """Serve one call; the caller has checked the header's token, and this checks that of the body."""
    request_id = ""
    try:
        body = await read_body(request)
        call = await parse_body(body, partial(DirectCall.model_validate_json, body))
        request_id = call.request_id
        if call.token and not constant_time_equal(call.token, session.token):
            raise unauthorized()
        return await run_for_client(request, call.tool, _respond(session, call, config))
    except ValidationError:
        return error_response(ApiError("InvalidParameter", "Invalid request body: it must be a tool call in JSON."))
    except (InvalidRequest, ApiError) as exc:
        return error_response(exc, request_id)
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception as exc:  # noqa: BLE001  # the outermost edge: the client still gets a response
        return error_response(unexpected(exc, f"a call on the direct route of {session.id}"), request_id)


async def _respond(session: EngineSession, call: DirectCall, config: EngineConfig) -> Response:
    """Call the tool, and encode its answer."""
    answer = await tool_dispatch.call(session, call.tool, call.args, config)
    headers = {"content-type": "application/json"}
    return await to_response(answer, lambda one: HttpResponse(200, headers, format_response(call.request_id, one)))


def unauthorized() -> ApiError:
    """Return the error for a missing session or a wrong token, without revealing which."""
    return ApiError("Unauthorized", "Invalid token, or the session does not run.", status=401)


def error_response(error: InvalidRequest | ApiError, request_id: str = "") -> Response:
    """Return an error response in the form of the clouds' gateway."""
    body = {"code": error.code, "success": False, "message": str(error), "requestId": request_id}
    return JSONResponse(body, error.status)
