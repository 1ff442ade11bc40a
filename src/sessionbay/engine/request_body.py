"""Reading request bodies within a size and a time limit."""

import asyncio
import hmac

from starlette.requests import Request

from ..core.http import InvalidRequest

MAX_BODY = 64 * 2**20  # bytes
BODY_TIMEOUT = 120.0  # seconds to receive the whole body


def constant_time_equal(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


async def read_body(request: Request) -> bytes:
    """Return the body; raise when it is larger than ``MAX_BODY`` or slower than ``BODY_TIMEOUT``."""
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _read(request)
    except TimeoutError as exc:
        message = f"The request body was not complete within {BODY_TIMEOUT:g} s."
        raise InvalidRequest(message, code="RequestTimeout", status=408) from exc


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise InvalidRequest(
                f"The request body is larger than {MAX_BODY} bytes.", code="RequestTooLarge", status=413
            )
    return bytes(body)
