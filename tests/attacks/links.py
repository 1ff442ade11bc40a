"""Attacks on links: who gets in, where a link leads, and what the session learns."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx

from sessionbay import Session
from sessionbay.engine import listener
from sessionbay.engine.port_forward import cookies, port_forwards, port_proxy, token_middleware

from ..inside import listening
from .attack import add, attack
from .defences_off import guard_off
from .scene import Scene

LINKS = "links"
OWN_PORTS = ("namespaces",)  # elsewhere two sessions cannot both have a server on one port
PORT = 3010
SECRET = "the page inside"

# Two servers: one tells what it was asked, the other, on ten times the port, is nobody's business.
SERVER = f"""
import json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = {{"page": self.said, "path": self.path, "headers": dict(self.headers), "body": body}}
        data = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, *args):
        pass

class Other(Page):
    said = "the other port"

Page.said = "{SECRET}"
other = ThreadingHTTPServer(("127.0.0.1", {PORT}0), Other)
threading.Thread(target=other.serve_forever, daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", {PORT}), Page)
print("Serving")
server.serve_forever()
"""


def serving(scene: Scene) -> Session:
    """Return a session with a page."""
    session = scene.session()
    session.file_system.write_file("server.py", SERVER).unwrap()
    session.command.run(listening("server.py")).unwrap()
    return session


def linked(scene: Scene) -> httpx.URL:
    """Return a link to a page; on a port that the clouds do not open, but the engine's own user may ask for."""
    session = scene.known(serving(scene))
    return httpx.URL(scene.on_loop(lambda: session.links.open(PORT)))


def token_of(link: httpx.URL) -> str:
    return link.path.split("/")[2]


def seen(scene: Scene, url: httpx.URL, **more: Any) -> str | None:
    """Return the page's answer if it came."""
    answer = scene.http("GET", str(url), **more)
    return answer.text if SECRET in answer.text else None


def no_token(scene: Scene) -> None:
    """Let everyone through a link."""
    scene.patch.setattr(token_middleware, "compare_digest", lambda *_: True)


HEADERS = {
    "under-another-name": {"host": "evil.example"},
    "under-a-longer-name": {"host": "127.0.0.1:{port}.evil.example"},
    "from-a-page": {"origin": "https://evil.example"},
    "from-a-page-of-another-link": {"origin": "http://127.0.0.1:1", "sec-fetch-site": "same-site"},
    "from-a-picture-in-a-page": {"sec-fetch-site": "cross-site"},
}


def in_headers(headers: dict[str, str]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link = linked(scene)
        return seen(scene, link, headers={name: value.format(port=link.port) for name, value in headers.items()})

    return attempt


for _kind, _headers in HEADERS.items():
    add(
        f"link-{_kind}",
        LINKS,
        "the guard of the front door stands before each link too",
        in_headers(_headers),
        guard_off,
        f"A link's own address, with {', '.join(f'{name}: {value}' for name, value in _headers.items())}.",
        needs=OWN_PORTS,
    )


def at(change: Callable[[httpx.URL], dict[str, Any]]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link = linked(scene)
        return seen(scene, link.copy_with(path="/"), **change(link))

    return attempt


PLACES: dict[str, tuple[str, Callable[[httpx.URL], dict[str, Any]]]] = {
    "without-a-token": ("The link's port without its token.", lambda link: {}),
    "token-in-the-referer": ("The token as a page's address.", lambda link: {"headers": {"referer": str(link)}}),
    "token-in-the-query": ("The token as a parameter.", lambda link: {"params": {"token": token_of(link)}}),
    "token-in-a-header": (
        "The token in the headers that other routes take.",
        lambda link: {"headers": {"x-access-token": token_of(link), "authorization": f"Bearer {token_of(link)}"}},
    ),
    "token-cut-short": (
        "A part of the token as the cookie.",
        lambda link: {"headers": {"cookie": f"{cookies.COOKIE}{link.port}={token_of(link)[:-1]}"}},
    ),
}
for _kind, (_about, _change) in PLACES.items():
    add(
        f"link-{_kind}",
        LINKS,
        "the token counts in the path and in its own cookie only",
        at(_change),
        no_token,
        _about,
        needs=OWN_PORTS,
    )


@attack(LINKS, "each link has a token of its own", no_token, needs=OWN_PORTS)
def link_by_the_cookie_of_another(scene: Scene) -> str | None:
    """The cookie of one link, shown to another."""
    one, other = linked(scene), linked(scene)
    cookie = f"{cookies.COOKIE}{one.port}={token_of(other)}; {cookies.COOKIE}{other.port}={token_of(other)}"
    return seen(scene, one.copy_with(path="/"), headers={"cookie": cookie})


@attack(LINKS, "each link has a token of its own", no_token, needs=OWN_PORTS)
def link_by_the_token_of_another(scene: Scene) -> str | None:
    """The path of one link, on the port of another."""
    one, other = linked(scene), linked(scene)
    return seen(scene, one.copy_with(path=other.path))


@attack(LINKS, "a path is compared as it was sent, not as it may be read", no_token, needs=OWN_PORTS)
def link_by_a_tricky_path(scene: Scene) -> str | None:
    """Paths that some servers take for others, and requests that name a whole address."""
    link = linked(scene)
    tricks = (
        "/request_ai//path/",
        "/request_ai/%00/path/",
        "/request_ai/x/../path/",
        "/request_ai/%2e%2e/path/",
        "/request_ai/%252e%252e/path/",
        "//request_ai/path",
        f"http://localhost:{PORT}/",
        f"http://127.0.0.1:{link.port}/",
        "*",
    )
    for trick in tricks:
        got = scene.raw(
            link.port or 0, f"GET {trick} HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nConnection: close\r\n\r\n".encode()
        )
        if SECRET.encode() in got:
            return trick
    return None


def address_as_one_text(scene: Scene) -> None:
    """Write the address inside as one text, and take what follows the link's prefix for a path."""

    def base(self: token_middleware.TokenMiddleware, path: str) -> str:
        if not path.startswith(self._page):
            return ""
        inside = httpx.URL(f"http://localhost:{PORT}{path.removeprefix(self._page)}")
        self.proxy.port = inside.port or PORT
        return path.removesuffix(inside.path)

    scene.patch.setattr(token_middleware.TokenMiddleware, "_base", base)


@attack(LINKS, "what follows the prefix is a path, and never a part of the port", address_as_one_text, needs=OWN_PORTS)
def link_to_another_port(scene: Scene) -> str | None:
    """A link to port 3010 with a 0 behind it: another server of the session's, on 30100."""
    link = linked(scene)
    if "the other port" in scene.http("GET", str(link.copy_with(path=f"{link.path.rstrip('/')}0/"))).text:
        return "the other port, by the path"
    cookie = f"Cookie: {cookies.COOKIE}{link.port}={token_of(link)}"
    ask = f"GET 0/ HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\n{cookie}\r\nConnection: close\r\n\r\n"
    return "the other port, by the cookie" if b"the other port" in scene.raw(link.port or 0, ask.encode()) else None


def told_inside(scene: Scene, link: httpx.URL, **more: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(scene.http("GET", str(link), **more).text)
    return found


def pass_everything_on(scene: Scene) -> None:
    """Forward all headers as they are."""
    scene.patch.setattr(port_proxy.PortProxy, "request_headers", lambda self, headers: list(headers.raw))


@attack(LINKS, "the cookies of all links are taken out on the way in", pass_everything_on, needs=OWN_PORTS)
def session_that_collects_cookies(scene: Scene) -> str | None:
    """A page inside reads the cookie of another link: browsers keep cookies for a host, whatever the port."""
    link = linked(scene)
    reported = told_inside(
        scene, link, headers={"cookie": f"{cookies.COOKIE}1=of-another; {cookies.COOKIE}{link.port}=own"}
    )
    return reported["headers"].get("cookie") or None


@attack(
    LINKS,
    "an address with the token is taken out of Referer and Origin on the way in",
    pass_everything_on,
    needs=OWN_PORTS,
)
def session_that_reads_its_own_link(scene: Scene) -> str | None:
    """A page inside reads the token of its link from the Referer of the next request."""
    link = linked(scene)
    reported = json.dumps(told_inside(scene, link, headers={"referer": str(link)}))
    return reported if token_of(link) in reported else None


def keep_links(scene: Scene) -> None:
    """Leave links open when their session ends."""

    async def close(self: port_forwards.PortForwards) -> None:
        for link in self._open.values():
            scene.ending.callback(scene.on_loop, link.close)

    scene.patch.setattr(port_forwards.PortForwards, "close", close)


@attack(LINKS, "links end with their session", keep_links, needs=OWN_PORTS)
def link_after_deletion(scene: Scene) -> str | None:
    """A link to a session that was deleted."""
    session = scene.lost_session()
    link = str(session.get_link("https", 30100))
    session.delete().raise_for_error()

    def closed() -> bool:
        try:
            scene.http("GET", link)
        except httpx.TransportError:
            return True
        return False

    return None if scene.eventually(closed, 3) else "it still answers"


BOTH_LENGTHS = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n{more}\r\n"
    "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
)
TWO_LENGTHS = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nContent-Length: 44\r\n{more}\r\n"
    "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
)
ODD_CODING = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked, identity\r\n{more}\r\n"
    "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
)


def copy_requests(scene: Scene) -> None:
    """Copy what comes into the session byte by byte, as a relay does that reads no HTTP."""

    async def start(self: listener.Listener, app: Any) -> None:
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection(sock=await app._app.proxy.connect())
            back.write(await reader.read(65536))
            with contextlib.suppress(TimeoutError):
                while data := await asyncio.wait_for(there.read(65536), 3):
                    writer.write(data)
            writer.close()
            back.close()

        relays[self] = await asyncio.start_server(relay, sock=self._socket)

    async def stop(self: listener.Listener) -> None:
        relays.pop(self).close()

    relays: dict[listener.Listener, asyncio.Server] = {}

    scene.patch.setattr(listener.Listener, "start", start)
    scene.patch.setattr(listener.Listener, "stop", stop)


@attack(LINKS, "each request is read, and written anew", copy_requests, needs=OWN_PORTS)
def request_smuggling(scene: Scene) -> str | None:
    """Requests of which two servers may see different ends: the second must not reach the session as one of its own."""
    link = linked(scene)
    for form in (BOTH_LENGTHS, TWO_LENGTHS, ODD_CODING):
        data = form.format(path=link.path, port=link.port, more="")
        got = scene.raw(link.port or 0, data.encode())
        if b'"path": "/smuggled"' in got:
            return form.splitlines()[2]
    return None
