"""A blocking HTTP/1.1 connection for the threads that run after a signal.

It neither logs nor imports anything and takes no lock of this process, since the interrupted thread may hold each of
them. That rules out httpx.
"""

import http.client
import os
import socket
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import SplitResult, unquote, urlsplit

from ..core.challenge import KnownEngine

MAX_BODY = 2**20  # bytes of a response
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Server:
    """A server, and how to reach it. Host names are bytes, as Python loads a codec to encode text.

    Attributes:
        tls: The TLS context; None for plain HTTP.
        proxy: The URL of an HTTP proxy.
        known_engine: The identity that each connection verifies.
    """

    url: SplitResult
    tls: ssl.SSLContext | None = None
    proxy: SplitResult | None = None
    known_engine: KnownEngine | None = None
    proxy_headers: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, url: str, tls: ssl.SSLContext | None, proxy: str | None, known: KnownEngine | None) -> Self | None:
        """Return the server of a URL; None if it is behind a proxy that does not speak plain HTTP."""
        via = urlsplit(proxy) if proxy else None
        if via and via.scheme != "http":
            return None
        login = f"{unquote(via.username)}:{unquote(via.password or '')}".encode() if via and via.username else b""
        headers = b"Proxy-Authorization: Basic " + b64encode(login) + b"\r\n" if login else b""
        return cls(urlsplit(url), tls, via, known, headers)

    @property
    def host(self) -> bytes:
        """The value of the Host header."""
        return self.url.netloc.rpartition("@")[2].encode("idna" if not self.url.netloc.isascii() else "ascii")

    @property
    def target_prefix(self) -> bytes:
        """What precedes the path in a request target."""
        return b"http://" + self.host if self.proxy and not self.tls else b""

    @property
    def extra_headers(self) -> bytes:
        """The headers for a proxy that sees the request."""
        return self.proxy_headers if self.target_prefix else b""

    def connect_request(self) -> bytes:
        """Return the request for a tunnel through the proxy."""
        authority = b"%s:%d" % (_host(self.url), _port(self.url))
        return b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (authority, authority, self.proxy_headers)


class PlainConnection:
    """A connection to a server, through its proxy if it has one. All failures are ``OSError``."""

    def __init__(self, server: Server, deadline: float) -> None:
        self._sock = _connect(server.proxy or server.url, deadline)
        try:
            if server.proxy and server.tls:
                self._tunnel(server, deadline)
            if server.tls:
                self._sock = server.tls.wrap_socket(self._sock, server_hostname=_host(server.url))
            if server.known_engine:
                self._authenticate(server.known_engine, server.host, deadline)
        except BaseException:
            self.close()
            raise

    def send(self, request: bytes, deadline: float) -> tuple[int, bytes]:
        """Send a request and return the status and the body of the response."""
        self._sock.settimeout(_remaining(deadline))
        self._sock.sendall(request)
        response = http.client.HTTPResponse(self._sock)
        try:
            response.begin()
            return response.status, response.read(MAX_BODY)
        except (http.client.HTTPException, ValueError) as exc:
            raise OSError(f"the response is not HTTP: {type(exc).__name__}") from exc
        finally:
            response.close()

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()

    def _tunnel(self, server: Server, deadline: float) -> None:
        self._sock.settimeout(_remaining(deadline))
        self._sock.sendall(server.connect_request())
        head = b""
        while not head.endswith(b"\r\n\r\n"):  # byte by byte, since what follows belongs to TLS
            byte = self._sock.recv(1)
            if not byte or len(head) > MAX_BODY:
                raise OSError("the proxy refused the connection")
            head += byte
        status_line = head.partition(b"\r")[0].decode("latin-1")
        if status_line.split(" ")[1:2] != ["200"]:
            raise OSError(f"the proxy refused the connection: {status_line[:100]}")

    def _authenticate(self, engine: KnownEngine, host: bytes, deadline: float) -> None:
        challenge = os.urandom(16).hex()
        _, body = self.send(
            b"GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (engine.challenge_path(challenge).encode(), host), deadline
        )
        if not engine.is_proved(challenge, body):
            raise OSError("the server is not the engine that this program started with")


def _connect(url: SplitResult, deadline: float) -> socket.socket:
    """Try the addresses of a host in turn, each for its share of the remaining time."""
    failure = OSError("the host has no address")
    addresses = socket.getaddrinfo(_host(url), _port(url), type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_remaining(deadline) / (len(addresses) - number))
            sock.connect(address)
            sock.settimeout(_remaining(deadline))
        except OSError as exc:
            sock.close()
            failure = exc
        else:
            return sock
    raise failure


def _host(url: SplitResult) -> bytes:
    host = url.hostname or ""
    return host.encode("ascii" if host.isascii() else "idna")


def _port(url: SplitResult) -> int:
    return url.port or PORTS[url.scheme]


def _remaining(deadline: float) -> float:
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError("there was no answer in time")
    return remaining
