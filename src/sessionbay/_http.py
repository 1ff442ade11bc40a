"""HTTP as both sides of the seam say it: requests, answers, TLS, proxies."""

import re
import select
import ssl
import urllib.request
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache, cached_property, lru_cache
from typing import Any

import httpx

from .core.errors import AgentBayError
from .core.http import HttpRequest, HttpResponse, InvalidResponse

CONNECT_TIMEOUT = 5.0  # seconds
CLOSE_TIMEOUT = 1.0  # seconds that a polite close may take
MOST_READ = 64 * 1024 * 1024  # bytes of an answer: tools send files in pieces, and all else is small
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # what zlib is to look for
PIECE = 256 * 1024  # bytes that are received at once
_MOST_POLLED = 2**31 - 1  # milliseconds that the system takes: 24 days

ProxyOf = Callable[[httpx.URL], str | None]


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


def http_request(request: HttpRequest, limit: float, connect: float | None, deadline: float) -> httpx.Request:
    """Return ``request`` as httpx sends it.

    Each step may take ``limit`` seconds, connecting ``connect``; a transport of ours also keeps to the ``deadline`` of
    the whole.
    """
    url = _url(request.url)
    headers = {"host": url.netloc.decode(), **request.headers}
    if request.method != "GET":
        headers["content-length"] = str(len(request.body))
    steps = {"connect": min(limit, connect or CONNECT_TIMEOUT), "read": limit, "write": limit, "pool": limit}
    extensions = {"timeout": steps, "deadline": deadline}
    made = httpx.Request(request.method, _ANYWHERE, headers=headers, stream=Body(request.body), extensions=extensions)
    made.url = url
    return made


_READ = Body(b"")


class ResponseReader:
    """An answer that is being read, as far as it has come."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> bool:
        """Keep a piece; return whether there may be more, which is so until it is beyond all measure."""
        self._pieces.append(piece)
        self._size += len(piece)
        return self._size <= MOST_READ

    def answer(self) -> HttpResponse:
        """Return what was read as a plain value."""
        response = self._response
        response.stream = _READ  # its own refers back to the response, which makes work for the garbage collector
        headers = dict(response.headers)
        try:
            body = _unpacked(b"".join(self._pieces), headers.get("content-encoding", "identity"))
        except (ValueError, zlib.error) as exc:
            raise InvalidResponse(str(exc), status=response.status_code, lasting=True) from exc
        return HttpResponse(response.status_code, headers, body)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Return what a body says; nothing is asked to be compressed, but HTTP allows it."""
    if encoding != "identity":
        if encoding not in _PACKED:
            raise ValueError(f"the answer is compressed in a way that nobody asked for: {encoding}")
        unpacker = zlib.decompressobj(_PACKED[encoding])
        body = unpacker.decompress(body, MOST_READ + 1)
        if not unpacker.eof and len(body) <= MOST_READ:
            raise ValueError("the answer is not compressed as it says")
    if len(body) > MOST_READ:
        raise ValueError(f"the answer is longer than {MOST_READ} bytes")
    return body


class _NoCookies(httpx.Cookies):
    """Forgets what it is given: neither cloud sets cookies, and looking for them costs more than the rest of httpx."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


NO_COOKIES = _NoCookies()


def checked_verify(verify: object) -> bool | ssl.SSLContext:
    """Return what certificates are checked by; of other values, some would do without TLS, and show the key."""
    if isinstance(verify, (bool, ssl.SSLContext)):
        return verify
    hint = "ssl.create_default_context(cafile=…) makes one"
    raise AgentBayError.usage(f"verify must be True, False or an ssl.SSLContext, not {verify!r}: {hint}")


class TlsSettings:
    """How TLS is spoken. Making the context takes long, so it is made when it is needed, and once for the process."""

    def __init__(self, verify: bool | ssl.SSLContext, *, trust_env: bool) -> None:
        self._verify = verify
        self._trust_env = trust_env

    def context(self) -> ssl.SSLContext:
        """Return the context."""
        return _common(self._trust_env) if self._verify is True else self._own

    @cached_property
    def _own(self) -> ssl.SSLContext:
        return httpx.create_ssl_context(verify=self._verify, trust_env=self._trust_env)


@cache
def _common(trust_env: bool) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=trust_env)
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxy_of(given: str | None, *, trust_env: bool) -> ProxyOf | None:
    """Return the function that names the proxy for a URL; None where there is no proxy at all."""
    if given:
        return lambda _: given
    return _proxy_of_environment if trust_env and urllib.request.getproxies() else None


def is_proxied(url: str, given: str | None, *, trust_env: bool) -> bool:
    """Return whether there is a proxy for a URL."""
    found = proxy_of(given, trust_env=trust_env)
    return bool(found and found(httpx.URL(url)))


def _proxy_of_environment(url: httpx.URL) -> str | None:
    proxies = urllib.request.getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or urllib.request.proxy_bypass(url.netloc.decode()):
        return None
    return found if "://" in found else f"http://{found}"


def within(limit: float | None) -> str:
    """Return how an error says how long something could take; the system has limits of its own where there is none."""
    return "" if limit is None else f" within {limit:.3g} s"


class SocketWatch:
    """Tells, without waiting, whether a socket has something to read or was closed by its peer."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll() if hasattr(select, "poll") else None
        if self._poll:
            self._poll.register(descriptor, select.POLLIN)

    def has_news(self) -> bool:
        """Return whether there is something."""
        return bool(self._poll.poll(0) if self._poll else select.select([self._descriptor], [], [], 0)[0])


def ready(descriptor: int, limit: float | None, *, writes: bool) -> bool:
    """Wait until a socket can be read or written; return whether it can within ``limit`` seconds."""
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT if writes else select.POLLIN)
        return bool(poll.poll(None if limit is None else min(limit * 1000, _MOST_POLLED)))
    waiting = [descriptor]
    return any(select.select([] if writes else waiting, waiting if writes else [], [], limit))


def holds_more(tls: ssl.SSLObject) -> bool:
    """Return whether something is left of what came together; what it is, is lost."""
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True
    return True


class _Target(httpx.URL):
    """A URL at an origin that was parsed before: what a transport asks of it costs no parsing, which is dear.

    ``_uri_reference`` is httpx's own name: whatever else is asked for comes from there.
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


class NotHttpError(httpx.RemoteProtocolError):
    """The peer said something, and it is not HTTP; its going away half-way is none of this."""


class HiddenUrl(httpx.URL):
    """A URL that lets its reader in: httpx, which writes each URL into its log, sees no more than the host of it."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc.decode()}/***"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


_ANYWHERE = httpx.URL()  # a request takes over the parts of the URL that it is made with, which are still to be parsed
_origin_of = lru_cache(maxsize=1024)(httpx.URL)
_plain = re.compile(
    r"(https?://[\w.:\[\]-]+)"
    r"(/(?:[\w.~=@+:/-]++|%[0-9A-Fa-f]{2})*(?:\?(?:[\w.~=@+:/&-]++|%[0-9A-Fa-f]{2})+)?)",
    re.ASCII,
).fullmatch  # what httpx leaves as it is, but for "." and ".." in a path; all else it writes anew


def _url(text: str) -> httpx.URL:
    plain = _plain(text)
    return _Target(_origin_of(plain[1]), plain[2]) if plain and "/." not in text else httpx.URL(text)
