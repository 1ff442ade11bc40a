"""What is read of a request before anything is decided."""

import asyncio
import hmac

from starlette.requests import Request

from ..core.http import InvalidRequest

MOST_BODY = 64 * 2**20
PATIENCE = 120.0  # seconds for all of it: it comes from this machine, and often from somebody who shows the key in it


def constant_time_equal(one: str, other: str) -> bool:
    """Compare secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


async def body_of(request: Request) -> bytes:
    """Return the body, up to a size that no honest request exceeds, and within a time that all keep to."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _whole(request)
    except TimeoutError as exc:
        told = f"the request did not come to its end within {PATIENCE:g} s"
        raise InvalidRequest(told, code="RequestTimeout", status=408) from exc


async def _whole(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise InvalidRequest(f"the request is larger than {MOST_BODY} bytes", code="RequestTooLarge", status=413)
    return bytes(body)
