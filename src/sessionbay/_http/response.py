"""Reading a response."""

import zlib

import httpx

from ..core.http import HttpResponse, InvalidResponse
from .request import Body

MAX_RESPONSE_SIZE = 64 * 1024 * 1024  # bytes of a response: tools send files in pieces, and all else is small
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's wbits for each content encoding


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


def decompressed(body: bytes, encoding: str) -> bytes:
    """Return the decompressed body. Requests do not ask for compression, but HTTP allows it."""
    if encoding != "identity":
        if encoding not in _WINDOW_BITS:
            raise ValueError(f"the response has an unsupported content encoding: {encoding}")
        unpacker = zlib.decompressobj(_WINDOW_BITS[encoding])
        body = unpacker.decompress(body, MAX_RESPONSE_SIZE + 1)
        if not unpacker.eof and len(body) <= MAX_RESPONSE_SIZE:
            raise ValueError(f"the response body is not valid {encoding}")
    if len(body) > MAX_RESPONSE_SIZE:
        raise ValueError(f"the response is longer than {MAX_RESPONSE_SIZE} bytes")
    return body
