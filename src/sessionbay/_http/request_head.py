"""Writing requests."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from ..core.http import HttpRequest
from .errors import InvalidRequestError

Origin = tuple[str, str, int]
"""The scheme, host and port of a server."""

DEFAULT_PORTS = {"http": 80, "https": 443}
_plain = re.compile(
    r"(https?://[0-9A-Za-z_.:\[\]-]+)"  # re searches ranges faster than \w
    r"(/(?:[0-9A-Za-z_.~=@+:/-]++|%[0-9A-Fa-f]{2})*(?:\?(?:[0-9A-Za-z_.~=@+:/&-]++|%[0-9A-Fa-f]{2})+)?)"
).fullmatch  # URLs that httpx does not rewrite, except for "." and ".." in a path
_is_target = re.compile(rb"[!-~]+").fullmatch
_are_headers = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++: [^\r\n\0]*+\r\n)*+").fullmatch


def encode_request(request: HttpRequest, host: str, target: str) -> bytes:
    """Return a whole request as bytes."""
    lines = [f"{name}: {value}\r\n" for name, value in request.headers.items()]
    if request.method != "GET":
        lines.append(f"content-length: {len(request.body)}\r\n")
    headers = _checked("".join(lines).encode("latin-1"))
    return b"%b%b\r\n%b" % (f"{request.method} {target} HTTP/1.1\r\nhost: {host}\r\n".encode(), headers, request.body)


def encode_head(method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the head of a request."""
    if not _is_target(target):
        raise InvalidRequestError("the target of the request has a character that is not allowed")
    lines = b"".join([b"%b: %b\r\n" % header for header in headers])
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method.encode(), target, _checked(lines))


def split_plain_url(url: str) -> tuple[str, str] | None:
    """Return the origin and the target of a URL that httpx sends as it is, None for another one."""
    plain = _plain(url)
    return (plain[1], plain[2]) if plain and "/." not in url else None


@lru_cache(maxsize=1024)
def parse_origin(url: str) -> tuple[Origin, str]:
    """Return the origin of a URL without a path, and the value of the Host header."""
    parts = urlsplit(url)
    host, default = parts.hostname or "", DEFAULT_PORTS[parts.scheme]
    port = parts.port or default
    name = f"[{host}]" if ":" in host else host
    return (parts.scheme, host, port), name if port == default else f"{name}:{port}"


def _checked(headers: bytes) -> bytes:
    if not _are_headers(headers):
        raise InvalidRequestError("a header of the request has a character that is not allowed")
    return headers
