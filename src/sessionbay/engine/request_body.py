"""Reading request bodies within limits of size and time, after the key or until it comes."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from starlette.requests import Request

from ..core.http import InvalidRequest
from ..dialects.key_search import KeySearch
from .api_errors import bad_key
from .contexts.threads import run_in_threads

T = TypeVar("T")
MAX_BODY = 64 * 2**20  # bytes
MAX_KEYLESS_BODY = 8 * 2**20  # bytes in which the key must come
BODY_TIMEOUT = 120.0  # seconds to receive the whole body
FREE_SIZE = 64 * 1024  # bytes that a body without a key may always have
MAX_WAITING = 32 * 2**20  # bytes beyond that of all bodies without a key together
LARGE = 64 * 1024  # bytes; larger bodies are parsed in a thread


def constant_time_equal(one: str, other: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


async def read_body(request: Request) -> bytes:
    """Return the body of an authorized request; raise when it is larger than ``MAX_BODY`` or slower than allowed."""
    body = bytearray()
    async with _timeout():
        async for chunk in request.stream():
            body += chunk
            _check_size(body, MAX_BODY)
    return bytes(body)


async def parse_body(body: bytes, parse: Callable[[], T]) -> T:
    """Parse a body; a large one in a thread."""
    return await run_in_threads(parse) if len(body) > LARGE else parse()


class KeyGuard:
    """Reads bodies as long as no wrong key came; what waits for its key is bounded for all requests together."""

    def __init__(self, is_key: Callable[[str], bool]) -> None:
        self._is_key = is_key
        self._waiting = 0

    async def read(self, request: Request, search: KeySearch) -> bytes:
        """Return the body of a request; raise as soon as its key is wrong or does not come."""
        body, counted = bytearray(), 0
        authorized = self._check(search)
        if not authorized and "transfer-encoding" in request.headers:
            raise InvalidRequest("Content-Length is required.", code="MissingContentLength", status=411)
        try:
            async with _timeout():
                async for chunk in request.stream():
                    body += chunk
                    if not authorized:
                        search.feed(chunk)
                        authorized = self._check(search)
                    _check_size(body, MAX_BODY if authorized else MAX_KEYLESS_BODY)
                    held = 0 if authorized else max(len(body) - FREE_SIZE, 0)
                    self._waiting += held - counted
                    counted = held
                    if held and self._waiting > MAX_WAITING:
                        raise InvalidRequest(
                            "Too many requests wait for their key.", code="TooManyRequests", status=429
                        )
        finally:
            self._waiting -= counted
        search.finish()
        self._check(search)
        return bytes(body)

    def _check(self, search: KeySearch) -> bool:
        """Return whether the right key was found, or raise if it was another."""
        if search.key is None:
            return False
        if not self._is_key(search.key):
            raise bad_key()
        return True


def _check_size(body: bytearray, limit: int) -> None:
    if len(body) > limit:
        raise InvalidRequest(f"The request body is larger than {limit} bytes.", code="RequestTooLarge", status=413)


@contextlib.asynccontextmanager
async def _timeout() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            yield
    except TimeoutError as exc:
        message = f"The request body was not complete within {BODY_TIMEOUT:g} s."
        raise InvalidRequest(message, code="RequestTimeout", status=408) from exc
