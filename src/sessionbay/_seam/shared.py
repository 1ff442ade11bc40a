"""What both sides of the seam share: time that is read, the environment, and the making of an HTTP request."""

import os
import platform
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import httpx

from .._version import __version__
from ..core.config import DotEnv, parse_dotenv
from ..core.http import HttpAnswer, HttpRequest

CONNECT_TIMEOUT = 5.0
USER_AGENT = f"sessionbay/{__version__} ({platform.system()}; {platform.machine()}) Python/{platform.python_version()}"
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=20.0)


class Time:
    """Time that is read; how it passes is the seam's business."""

    def time(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()


def nonce() -> str:
    """Return 32 hexadecimal digits that nobody has seen before."""
    return uuid.uuid4().hex


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ


def find_dotenv(*, upwards: bool) -> DotEnv | None:
    """Return the ``.env`` file of the working directory, or of the nearest one above it."""
    here = Path.cwd()
    for folder in (here, *here.parents) if upwards else (here,):
        path = folder / ".env"
        if path.is_file():
            return DotEnv(str(path), parse_dotenv(path.read_text("utf-8", "replace")))
    return None


class Body(httpx.AsyncByteStream, httpx.SyncByteStream):
    """The bytes of a request. httpx's own is an async generator, which trio finds unfinished after a cancellation."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        return iter([self._content])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once(self._content)


class _Once(AsyncIterator[bytes]):
    def __init__(self, content: bytes) -> None:
        self._left = [content]

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


def http_request(request: HttpRequest, limit: float, connect: float | None = None) -> httpx.Request:
    """Return ``request`` as httpx sends it: each step within ``limit`` seconds, connecting within ``connect``."""
    timeout = httpx.Timeout(limit, connect=min(limit, connect or CONNECT_TIMEOUT))
    url = httpx.URL(request.url)
    headers = {"host": url.netloc.decode(), **request.headers}
    if request.method != "GET":
        headers["content-length"] = str(len(request.body))
    return httpx.Request(
        request.method,
        url,
        headers=headers,
        stream=Body(request.body),
        extensions={"timeout": timeout.as_dict()},
    )


def http_answer(response: httpx.Response) -> HttpAnswer:
    """Return a response that was read as a plain value."""
    return HttpAnswer(response.status_code, dict(response.headers), response.content)
