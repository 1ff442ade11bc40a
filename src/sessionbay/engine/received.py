"""What is read of a request before anything is decided."""

import hmac

from starlette.requests import Request

from ..core.http import InvalidRequest

MOST_BODY = 64 * 2**20


def same(one: str, other: str) -> bool:
    """Compare secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


async def body_of(request: Request) -> bytes:
    """Return the body, up to a size that no honest request exceeds."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BODY:
            raise InvalidRequest(f"the request is larger than {MOST_BODY} bytes", code="RequestTooLarge", status=413)
    return bytes(body)
