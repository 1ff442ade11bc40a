"""The direct route: tool calls that are opened by a session's own token, and need no key."""

import logging

from pydantic import ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ..core.http import InvalidRequest
from ..operations.direct_route import DirectCall, format_response
from . import tool_dispatch
from .api_errors import ApiError
from .config import EngineConfig
from .request_body import body_of, constant_time_equal
from .session import EngineSession

log = logging.getLogger("sessionbay.engine")
HEADER = "x-access-token"  # it holds the session's token


async def serve(session: EngineSession, request: Request, config: EngineConfig) -> Response:
    """Serve one call; the token of the header was looked at, that of the body is looked at here."""
    request_id = ""
    try:
        call = DirectCall.model_validate_json(await body_of(request))
        request_id = call.request_id
        if call.token and not constant_time_equal(call.token, session.token):
            raise no_way_in()
        answer = await tool_dispatch.call(session, call.tool, call.args, config)
    except ValidationError:
        return refused(ApiError("InvalidParameter", "the body is no tool call"))
    except (InvalidRequest, ApiError) as exc:
        return refused(exc, request_id)
    except ClientDisconnect:
        return Response(status_code=499)
    except Exception:  # the outermost edge: whatever is wrong here, the client gets an answer that it can read
        log.exception("a call on the direct route of %s failed", session.id)
        return refused(ApiError("InternalError", "the local engine failed; its log says how", status=500), request_id)
    return Response(format_response(request_id, answer), media_type="application/json")


def no_way_in() -> ApiError:
    """Return the refusal for whoever has no token, be it that there is no session, or none of theirs."""
    return ApiError("Unauthorized", "this address needs a running session and its token", status=401)


def refused(no: InvalidRequest | ApiError, request_id: str = "") -> Response:
    """Return the "no" to a call, as the clouds' gateway shapes it."""
    told = {"code": no.code, "success": False, "message": str(no), "requestId": request_id}
    return JSONResponse(told, no.status)
