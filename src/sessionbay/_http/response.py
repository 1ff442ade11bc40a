"""Decompressing a response."""

import zlib

MAX_RESPONSE_SIZE = 64 * 1024 * 1024  # bytes of a response: tools send files in pieces, and all else is small
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's wbits for each content encoding


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
