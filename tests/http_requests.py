"""Requests as the tests of the transport send them."""

import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

import httpx

from sessionbay._http.request import Body

from .raw_server import BOUND

HeaderLines = Mapping[str, str] | Sequence[tuple[str, str]]


def request(
    url: str,
    method: str = "GET",
    content: bytes | None = None,
    *,
    headers: HeaderLines | None = None,
    within: float | None = None,
    **steps: float,
) -> httpx.Request:
    """Return a request whose ``steps`` (connect, read, write, pool) may take so long, and all of it ``within``."""
    timeout = dict.fromkeys(["connect", "read", "write", "pool"], BOUND) | steps
    deadline = {} if within is None else {"deadline": time.monotonic() + within}
    given = headers.items() if isinstance(headers, Mapping) else headers or []
    lines = [
        ("Host", httpx.URL(url).netloc.decode()),
        *given,
        *([] if content is None else [("Content-Length", str(len(content)))]),
    ]
    extensions = {"timeout": timeout, **deadline}
    return httpx.Request(method, url, headers=lines, stream=Body(content or b""), extensions=extensions)


class Late(Body):
    """A body for which the client waits until something has happened, and sees nothing else meanwhile.

    Attributes:
        wanted: Set when the client has a connection, and wants the body.
        there: To be set when it may have it.
    """

    def __init__(self) -> None:
        super().__init__(b"x")
        self.wanted = threading.Event()
        self.there = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        self._wait()
        return super().__iter__()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._wait()
        return super().__aiter__()

    def _wait(self) -> None:
        self.wanted.set()
        assert self.there.wait(BOUND)
