"""Requests as httpx sends them."""

from collections.abc import AsyncIterator, Iterator
from functools import cached_property, lru_cache
from typing import Any

import httpx

from ..core.http import HttpRequest
from .request_head import split_plain_url
from .timeouts import step_timeouts


class Body(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A request body. httpx's own is an async generator, which trio reports as unfinished after a cancellation."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        return iter([self._content])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once(self._content)


class _Once(AsyncIterator[bytes]):
    def __init__(self, content: bytes) -> None:
        self._remaining = [content]

    async def __anext__(self) -> bytes:
        if not self._remaining:
            raise StopAsyncIteration
        return self._remaining.pop()


def http_request(request: HttpRequest, limit: float, connect: float | None, deadline: float) -> httpx.Request:
    """Return ``request`` as an httpx request.

    Each step may take ``limit`` seconds, the connect step ``connect``. Our own transport also enforces ``deadline``,
    the deadline of the whole call.
    """
    url = _url(request.url)
    headers = {"host": url.netloc.decode(), **request.headers}
    if request.method != "GET":
        headers["content-length"] = str(len(request.body))
    extensions = {"timeout": step_timeouts(limit, connect), "deadline": deadline}
    result = httpx.Request(request.method, _NO_URL, headers=headers, stream=Body(request.body), extensions=extensions)
    result.url = url
    return result


class _Target(httpx.URL):
    """A URL whose origin is parsed once and cached, because parsing URLs is expensive.

    ``_uri_reference`` is httpx's own attribute. It is parsed lazily and serves every property not overridden here.
    """

    def __init__(self, origin: httpx.URL, target: str) -> None:
        self._origin = origin
        self._target = target

    @cached_property
    def _uri_reference(self) -> Any:  # type: ignore[override]
        return httpx.URL(str(self))._uri_reference

    def __str__(self) -> str:
        return f"{str(self._origin).rstrip('/')}{self._target}"

    def __repr__(self) -> str:
        return repr(httpx.URL(str(self)))

    @property
    def netloc(self) -> bytes:
        return self._origin.netloc

    @property
    def scheme(self) -> str:
        return self._origin.scheme

    @property
    def host(self) -> str:
        return self._origin.host

    @property
    def raw_host(self) -> bytes:
        return self._origin.raw_host

    @property
    def port(self) -> int | None:
        return self._origin.port

    @property
    def username(self) -> str:
        return self._origin.username

    @property
    def password(self) -> str:
        return self._origin.password

    @property
    def raw_path(self) -> bytes:
        return self._target.encode()


_NO_URL = httpx.URL()  # a placeholder: httpx.Request parses the URL that it is given, so the real one is set afterwards
_origin_of = lru_cache(maxsize=1024)(httpx.URL)


def _url(text: str) -> httpx.URL:
    plain = split_plain_url(text)
    return _Target(_origin_of(plain[0]), plain[1]) if plain else httpx.URL(text)
