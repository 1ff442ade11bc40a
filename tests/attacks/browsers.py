"""Attacks by a session on the browser that shows it: on its other services, and on the token of the link."""

from collections.abc import Callable

import httpx
from starlette.responses import PlainTextResponse
from starlette.types import Scope

from sessionbay.engine.port_forward import port_proxy, token_middleware
from sessionbay.engine.port_forward.cookies import CookieNames

from ..engine.links import Inner, cookie_of
from .attack import add, attack
from .framing import behind, post
from .scene import PATIENCE, Scene

BROWSER = "links in a browser"
OWN_NAMES = "the names of a link's cookies begin with the link's own, both ways"
NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-site": "none"}


def token_of(link: httpx.URL) -> str:
    return link.path.split("/")[2]


def received(scene: Scene, headers: dict[str, str]) -> tuple[httpx.URL, str]:
    """Return a link, and what its server received with these headers."""
    link, server = behind(scene, b"HTTP/1.1 204 No Content\r\n\r\n")
    lines = "".join(f"{name}: {value.format(port=link.port)}\r\n" for name, value in headers.items())
    scene.raw(link.port or 0, post(link, lines))
    return link, server.inners[0].received.decode()


def any_cookies_in(scene: Scene) -> None:
    """Forward all cookies."""
    scene.patch.setattr(CookieNames, "inward", lambda _, header: header)


def any_cookies_out(scene: Scene) -> None:
    """Let a session set cookies of any name, for any host."""
    scene.patch.setattr(CookieNames, "outward", lambda _, header, base: header)


@attack(BROWSER, OWN_NAMES, any_cookies_in)
def cookies_of_another_service(scene: Scene) -> str | None:
    """A server reads the cookies of the browser's other services on 127.0.0.1: cookies know no ports."""
    _, seen = received(scene, {"cookie": "session=of-another-service; sessionbay_link_1.sid=of-another-link"})
    return seen if "of-another" in seen else None


def cookies_set(scene: Scene, *cookies: str) -> list[str]:
    """Return the Set-Cookie headers of a link whose server sends these."""
    lines = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in cookies)
    link, _ = behind(scene, f"HTTP/1.1 204 No Content\r\n{lines}\r\n".encode())
    came = scene.http("GET", str(link.copy_with(path="/")), headers={"cookie": cookie_of(link)})
    return came.headers.get_list("set-cookie")


@attack(BROWSER, OWN_NAMES, any_cookies_out)
def cookie_for_another_service(scene: Scene) -> str | None:
    """A server sets a cookie of a name that another service on 127.0.0.1 uses, and one of another link's."""
    names = ("session", "sessionbay_link_1.sid", "sessionbay_link_1")
    found = cookies_set(scene, *(f"{name}=tossed; Path=/" for name in names))
    return next((cookie for cookie in found if cookie.partition("=")[0] in names), None)


@attack(BROWSER, "a link's cookies are for its host only", any_cookies_out)
def cookie_for_all_hosts(scene: Scene) -> str | None:
    """A server sets a cookie for a domain."""
    found = cookies_set(scene, "a=b; Domain=localhost; Path=/", "a=b; domain = .localhost")
    return next((cookie for cookie in found if "localhost" in cookie), None)


def any_header(scene: Scene) -> None:
    """Forward every header of a response."""
    scene.patch.setattr(port_proxy, "BROWSER_WIDE", set())


WIDE = {
    "clear-site-data": ('"cookies"', "the cookies of all services on 127.0.0.1 are deleted"),
    "service-worker-allowed": ("/", "a script becomes a service worker of paths above its own"),
    "strict-transport-security": ("max-age=99999999", "services on localhost are no longer reached by plain HTTP"),
    "alt-svc": ('h3="evil.example:443"; persist=1', "requests go to another server"),
    "nel": ('{"report_to":"a","max_age":99999999}', "the requests of other services are reported"),
    "report-to": ('{"group":"a","endpoints":[{"url":"https://evil.example"}]}', "reports go to another server"),
    "public-key-pins": ('pin-sha256="a"; max-age=99999999', "services of the host are no longer reached by TLS"),
}


def sending(name: str, sent: str) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link, _ = behind(scene, f"HTTP/1.1 204 No Content\r\n{name.title()}: {sent}\r\n\r\n".encode())
        value: str | None = scene.http("GET", str(link)).headers.get(name)
        return value

    return attempt


for _name, (_value, _harm) in WIDE.items():
    add(
        f"link-that-sends-{_name}",
        BROWSER,
        "headers that take effect beyond the link are dropped",
        sending(_name, _value),
        any_header,
        f"A server sends {_name.title()}: {_harm}.",
    )


def no_redirect(scene: Scene) -> None:
    """Show a page at the address that has the token."""

    def stay(self: token_middleware.TokenMiddleware, target: str, scope: Scope) -> PlainTextResponse:
        return PlainTextResponse("the page")

    scene.patch.setattr(token_middleware.TokenMiddleware, "_redirect", stay)


@attack(BROWSER, "a browser is redirected to an address without the token", no_redirect)
def page_that_reads_its_address(scene: Scene) -> str | None:
    """A page reads its own address: it would have the token, also in the browser's history and on screens."""
    link, _ = behind(scene, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    with httpx.Client(trust_env=False, timeout=PATIENCE, follow_redirects=True) as browser:
        shown = browser.get(f"{link}page?token={token_of(link)}", headers=NAVIGATION).url
    return str(shown) if token_of(link) in str(shown) else None


def as_it_is(scene: Scene) -> None:
    """Redirect to the path as it is."""
    scene.patch.setattr(token_middleware, "as_path", lambda target: target)


@attack(BROWSER, "a redirect never names a host", as_it_is)
def redirect_that_leads_away(scene: Scene) -> str | None:
    """A link to a path of two slashes: the browser takes the address without the token for that of another host."""
    link, _ = behind(scene, b"HTTP/1.1 204 No Content\r\n\r\n")
    moved = scene.http("GET", f"{link}/evil.example/", headers=NAVIGATION)
    target = link.join(moved.headers["location"])
    return str(target) if target.host != link.host else None


def with_the_token(scene: Scene) -> None:
    """Forward what has the token as it is."""
    scene.patch.setattr(port_proxy.PortProxy, "without_token", lambda _, text: text)
    scene.patch.setattr(port_proxy.PortProxy, "has_token", lambda *_: False)


def encoded(token: str) -> str:
    """Return a token of which each character is percent-encoded."""
    return "".join(f"%{ord(character):02x}" for character in token)


TOKENS: dict[str, tuple[str, Callable[[str], tuple[str, dict[str, str]]]]] = {
    "in-a-query": ("a parameter", lambda token: (f"/?token={token}", {})),
    "in-an-encoded-query": ("a parameter that is percent-encoded", lambda token: (f"/?token={encoded(token)}", {})),
    "in-a-path": ("a part of a path", lambda token: (f"/request_ai/x/{token}/path/", {})),
    "in-a-referers-query": (
        "a parameter of the page before",
        lambda token: ("/", {"referer": f"http://127.0.0.1:1/?t={token}"}),
    ),
    "in-a-cookies-value": ("the value of a cookie", lambda token: ("/", {"cookie": f"{{name}}.a={token}"})),
}


def telling(where: Callable[[str], tuple[str, dict[str, str]]]) -> Callable[[Scene], str | None]:
    def attempt(scene: Scene) -> str | None:
        link, server = behind(scene, b"HTTP/1.1 204 No Content\r\n\r\n")
        token, own = token_of(link), cookie_of(link)
        target, headers = where(token)
        more = headers.pop("cookie", "").format(name=own.partition("=")[0])
        scene.http("GET", str(link.join(target)), headers={"cookie": f"{own}; {more or 'a=b'}", **headers})
        seen = server.inners[0].received.decode()
        return seen if token in seen or encoded(token) in seen else None

    return attempt


for _name, (_where, _telling) in TOKENS.items():
    add(
        f"link-token-{_name}",
        BROWSER,
        "the token is removed from all that is forwarded but bodies",
        telling(_telling),
        with_the_token,
        f"The token arrives inside as {_where}.",
    )


@attack(BROWSER, "the token is removed from all that is forwarded but bodies", with_the_token)
def link_token_in_a_subprotocol(scene: Scene) -> str | None:
    """The token arrives inside as a WebSocket's subprotocol, as programs in browsers send tokens."""

    def refuse(inner: Inner) -> None:
        inner.until(b"\r\n\r\n")
        inner.say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    link, server = behind(scene, refuse)
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nCookie: {cookie_of(link)}\r\nConnection: Upgrade\r\n"
    key = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    scene.raw(link.port or 0, f"{head}{key}Sec-WebSocket-Protocol: chat, {token_of(link)}\r\n\r\n".encode())
    seen = server.inners[0].received.decode()
    return seen if token_of(link) in seen else None
