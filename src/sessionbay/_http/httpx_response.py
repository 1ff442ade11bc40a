"""Reading a response of httpx."""

import zlib

import httpx

from ..core.http import HttpResponse, InvalidResponse
from .request import Body
from .response import MAX_RESPONSE_SIZE, decompressed

_CONSUMED = Body(b"")


class ResponseReader:
    """Collects the body of a response."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> bool:
        """Add a chunk; return whether the body is still within ``MAX_RESPONSE_SIZE``."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        return self._size <= MAX_RESPONSE_SIZE

    def finish(self) -> HttpResponse:
        """Return the complete response as a plain value."""
        response = self._response
        response.stream = _CONSUMED  # breaks a reference cycle
        headers = dict(response.headers)
        try:
            body = decompressed(b"".join(self._chunks), headers.get("content-encoding", "identity"))
        except (ValueError, zlib.error) as exc:
            raise InvalidResponse(str(exc), status=response.status_code, lasting=True) from exc
        return HttpResponse(response.status_code, headers, body)
