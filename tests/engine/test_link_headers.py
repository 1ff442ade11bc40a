"""Links: what a browser's other services, and the session's server, learn of each other through headers."""

import json
import string
from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx
import pytest
from hypothesis import given, settings, strategies as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol
from websockets.utils import accept_key

from sessionbay.engine.port_forward.cookies import CookieNames
from sessionbay.engine.port_forward.port_proxy import BROWSER_WIDE

from .links import Inner, Links, cookie_of, links, said, scripted
from .processes import ENOUGH

NAVIGATION = {"sec-fetch-mode": "navigate", "sec-fetch-site": "none"}
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"


@pytest.fixture(scope="module")
def opened() -> Iterator[Links]:
    with links() as made:
        yield made


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=ENOUGH) as made:
        yield made


def fields(inner: Inner) -> dict[str, str]:
    """Return the header fields that a server received."""
    lines = inner.received.decode("latin-1").partition("\r\n\r\n")[0].split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def token_of(link: httpx.URL) -> str:
    return link.path.split("/")[2]


NAMES = CookieNames("sessionbay_link_1")


@pytest.mark.parametrize(
    ("inside", "base", "outside"),
    [
        ("sid=1", "", "{}sid=1"),
        ("sid=1; Path=/; Domain=127.0.0.1; HttpOnly", "", "{}sid=1; Path=/; HttpOnly"),
        ("sid=1;domain=.localhost;PATH=/app", "", "{}sid=1; Path=/app"),
        ("sid=1; Path=/app", "/request_ai/T/path", "{}sid=1; Path=/request_ai/T/path/app"),
        ("sid=1; Path=/", "/request_ai/T/path", "{}sid=1; Path=/"),
        ("sid=1; Path=app", "/request_ai/T/path", "{}sid=1; Path=app"),
        ("sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ;", "", "{}sid=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        ("sessionbay_link_2=stolen", "", "{}sessionbay_link_2=stolen"),
        ("=nameless", "", "{}=nameless"),
        ("nameless", "", "{}=nameless"),
        (" a = b=c ", "", "{}a=b=c"),
        ("__Host-a=1; Secure", "", "{}__Host-a=1; Secure"),
    ],
)
def test_a_cookie_that_a_session_sets_is_the_links_own(inside: str, base: str, outside: str) -> None:
    assert NAMES.outward(inside.encode(), base).decode() == outside.format("sessionbay_link_1.")


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("sessionbay_link_1.sid=1", "sid=1"),
        ("other=1; sessionbay_link_1.a=b=c;sessionbay_link_1.d=;  e=f", "a=b=c; d="),
        ("sessionbay_link_1=token; sessionbay_link_11.a=1; sessionbay_link_2.b=1; sessionbay_link_1x=1", ""),
        ("sessionbay_link_1.=nameless", "nameless"),
        ("SESSIONBAY_LINK_1.a=1; ; =; sessionbay_link_1", ""),
    ],
)
def test_a_session_gets_its_own_cookies_only(outside: str, inside: str) -> None:
    assert NAMES.inward(outside.encode()).decode() == inside


COOKIE_TEXT = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=20)


@settings(max_examples=20, deadline=None)
@given(cookies=st.dictionaries(COOKIE_TEXT, COOKIE_TEXT, max_size=4), others=st.dictionaries(COOKIE_TEXT, COOKIE_TEXT))
def test_a_session_gets_the_cookies_that_it_set(cookies: dict[str, str], others: dict[str, str]) -> None:
    kept = [f"{name}={value}" for name, value in others.items()]
    for name, value in cookies.items():
        kept.append(NAMES.outward(f"{name}={value}; Path=/".encode(), "").decode().removesuffix("; Path=/"))
    back = NAMES.inward("; ".join(kept).encode()).decode()
    assert back == "; ".join(f"{name}={value}" for name, value in cookies.items())


def test_a_browser_keeps_the_cookies_of_two_links_and_another_service_apart(
    opened: Links, client: httpx.Client
) -> None:
    with (
        scripted(RESPONSE + b"Set-Cookie: sid=one; Path=/; Domain=localhost\r\n\r\n") as one,
        scripted(RESPONSE + b"Set-Cookie: sid=two\r\nSet-Cookie: service=tossed\r\n\r\n") as two,
    ):
        client.cookies.set("service", "secret", domain="127.0.0.1")
        first, second = opened.open(one.port), opened.open(two.port)
        for _ in range(2):
            client.get(first)
            client.get(second)
        assert ["cookie" in fields(server.inners[0]) for server in (one, two)] == [False, False]
        assert fields(one.inners[1])["cookie"] == "sid=one"
        assert sorted(fields(two.inners[1])["cookie"].split("; ")) == ["service=tossed", "sid=two"]
        assert client.cookies["service"] == "secret"


def test_headers_that_take_effect_beyond_the_link_are_dropped(opened: Links, client: httpx.Client) -> None:
    wide = b"".join(b"%s: x\r\n" % name.title() for name in sorted(BROWSER_WIDE))
    with scripted(RESPONSE + wide + b"X-Mine: 1\r\n\r\n") as server:
        headers = client.get(opened.open(server.port)).headers
    assert headers["x-mine"] == "1"
    assert {name.decode() for name in BROWSER_WIDE} & set(headers) == set()


def test_a_browser_is_redirected_to_an_address_without_the_token(opened: Links, client: httpx.Client) -> None:
    with scripted(RESPONSE + b"\r\n") as server:
        link = opened.open(server.port)
        moved = client.get(f"{link}a/b?c=%20d", headers=NAVIGATION)
        assert (moved.status_code, moved.headers["location"]) == (303, "/a/b?c=%20d")
        assert (moved.headers["cache-control"], moved.headers["referrer-policy"]) == ("no-store", "no-referrer")
        cookie = SimpleCookie(moved.headers["set-cookie"])[f"sessionbay_link_{link.port}"]
        assert (cookie.value, cookie["path"], cookie["httponly"], cookie["samesite"]) == (
            token_of(link),
            "/",
            True,
            "strict",
        )
        assert server.inners == []
        page = client.get(moved.next_request.url if moved.next_request else "", headers=NAVIGATION)
        assert (page.status_code, page.history) == (200, [])
        assert server.inners[0].received.startswith(b"GET /a/b?c=%20d HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("path", "location"),
    [("", "/"), ("?a=1", "/?a=1"), ("/evil.example/", "/.//evil.example/"), ("\\evil.example", "/./\\evil.example")],
)
def test_the_redirect_stays_on_the_link(opened: Links, path: str, location: str) -> None:
    with scripted(RESPONSE + b"\r\n") as server:
        link = opened.open(server.port)
        head = f"GET {link.path}{path} HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nSec-Fetch-Mode: navigate\r\n"
        came = said(link, f"{head}Connection: close\r\n\r\n".encode()).decode()
    assert f"location: {location}\r\n" in came


@pytest.mark.parametrize(
    ("method", "headers"), [("GET", {}), ("GET", {"sec-fetch-mode": "cors"}), ("POST", NAVIGATION)]
)
def test_programs_are_not_redirected(opened: Links, client: httpx.Client, method: str, headers: dict[str, str]) -> None:
    with scripted(RESPONSE + b"\r\n") as server:
        link = opened.open(server.port)
        assert client.request(method, link, headers=headers).status_code == 200
        assert client.cookies[f"sessionbay_link_{link.port}"] == token_of(link)


def encoded(token: str) -> str:
    """Return a token of which each character is percent-encoded."""
    return "".join(f"%{ord(character):02x}" for character in token)


@pytest.mark.parametrize(
    "place", ["query", "query, encoded", "path", "referer", "origin", "header", "cookie", "all of it"]
)
def test_the_token_never_arrives(opened: Links, client: httpx.Client, place: str) -> None:
    with scripted(RESPONSE + b"\r\n") as server:
        link = opened.open(server.port)
        token, root = token_of(link), link.copy_with(path="/")
        cookie = cookie_of(link)
        url, headers = {
            "query": (f"{root}?a=1&t={token}", {}),
            "query, encoded": (f"{root}?t={encoded(token)}&a=1", {}),
            "path": (f"{root}a/{token}/request_ai/{token}/path/", {}),
            "referer": (f"{root}", {"referer": f"{link}?token={token}"}),
            "origin": (f"{root}", {"origin": f"http://127.0.0.1:{link.port}", "x-origin": token}),
            "header": (f"{root}", {"authorization": f"Bearer {token}", "x-access-token": encoded(token)}),
            "cookie": (f"{root}", {"cookie": f"{cookie}; sessionbay_link_{link.port}.a=b{token}c"}),
            "all of it": (f"{link}{link.path}?{link}", {"referer": f"{link}", "cookie": cookie}),
        }[place]
        answer = client.get(url, headers={"cookie": cookie, **headers})
        assert answer.status_code == 200
        (inner,) = server.inners
        assert token not in inner.received.decode("latin-1")
        assert encoded(token) not in inner.received.decode("latin-1")


# WebSockets.


def handshake(answer: bytes) -> bytes:
    """Return the response that opens every WebSocket, whatever its key."""
    return b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + answer + b"\r\n"


def accepted(inner: Inner, more: bytes) -> None:
    """Open a WebSocket, with more header fields, and keep it until the client leaves."""
    inner.until(b"\r\n\r\n")
    key = fields(inner)["sec-websocket-key"]
    inner.say(handshake(b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n" + more))
    inner.rest()


def websocket_url(link: httpx.URL) -> str:
    return f"ws://127.0.0.1:{link.port}/websocket_ai/{token_of(link)}"


def test_a_websockets_handshake_is_written_anew(opened: Links) -> None:
    unwanted = b"Content-Length: 5\r\nTransfer-Encoding: gzip\r\nClear-Site-Data: *\r\nSec-WebSocket-Version: 13\r\n"
    more = unwanted + b"Set-Cookie: sid=1\r\nSet-Cookie: b=2\r\n"
    with scripted(lambda inner: accepted(inner, more)) as server:
        link = opened.open(server.port)
        cookies = f"service=secret; {cookie_of(link)}; sessionbay_link_{link.port}.sid=1"
        with connect(
            f"{websocket_url(link)}/deep?t={token_of(link)}",
            proxy=None,
            open_timeout=ENOUGH,
            additional_headers={"Cookie": cookies, "Origin": f"http://127.0.0.1:{link.port}"},
        ) as client:
            assert client.response is not None
            headers = client.response.headers
            assert headers.get_all("set-cookie") == [
                f"sessionbay_link_{link.port}.sid=1",
                f"sessionbay_link_{link.port}.b=2",
            ]
            names = {name.lower() for name in headers}
            assert {"content-length", "transfer-encoding", "clear-site-data", "sec-websocket-version"} & names == set()
        seen = fields(server.inners[0])
        assert server.inners[0].received.startswith(b"GET /deep?t=- HTTP/1.1\r\n")
        assert (seen["cookie"], seen["origin"]) == ("sid=1", f"http://localhost:{server.port}")
        assert "sec-websocket-extensions" not in seen
        assert token_of(link) not in json.dumps(seen)


def test_a_token_among_the_subprotocols_never_arrives(opened: Links) -> None:
    with scripted(lambda inner: accepted(inner, b"Sec-WebSocket-Protocol: chat\r\n")) as server:
        link = opened.open(server.port)
        with connect(
            websocket_url(link),
            proxy=None,
            open_timeout=ENOUGH,
            subprotocols=[Subprotocol(token_of(link)), Subprotocol("chat")],
        ) as client:
            assert client.subprotocol == "chat"
        assert fields(server.inners[0])["sec-websocket-protocol"] == "chat"


@pytest.mark.parametrize(
    "more",
    [
        b"Sec-WebSocket-Extensions: permessage-deflate\r\n",
        b"Sec-WebSocket-Protocol: not-asked-for\r\n",
        b"Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: chat\r\n",
        b"Sec-WebSocket-Accept: again\r\n",
        b"X-Folded: a\r\n b\r\n",
        b"X-Bare: a\n",
        b"X: " + b"x" * 10_000 + b"\r\n",
        b"X: x\r\n" * 200,
    ],
)
def test_a_websocket_of_two_meanings_is_a_bad_gateway(opened: Links, more: bytes) -> None:
    with scripted(lambda inner: accepted(inner, more)) as server:
        link = opened.open(server.port)
        with pytest.raises(InvalidStatus) as refused:
            connect(websocket_url(link), proxy=None, open_timeout=ENOUGH, subprotocols=[Subprotocol("chat")])
    assert refused.value.response.status_code == 502


@pytest.mark.parametrize(
    "more",
    [
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
        "Connection: Content-Length\r\nContent-Length: 0\r\n",
        f"Cookie: {'x' * 9000}\r\n",
        "Sec-WebSocket-Protocol: a b\r\n",
        "Sec-WebSocket-Key: again\r\n",
        "Sec-WebSocket-Version: 8\r\n",
        "X-Folded: a\r\n b\r\n",
    ],
)
def test_a_handshake_that_is_none_is_refused_at_once(opened: Links, more: str) -> None:
    with scripted(Inner.rest) as server:
        link = opened.open(server.port)
        head = f"GET /websocket_ai/{token_of(link)} HTTP/1.1\r\nHost: 127.0.0.1:{link.port}\r\nUpgrade: websocket\r\n"
        key = "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        assert said(link, f"{head}{key}{more}\r\n".encode()).startswith(b"HTTP/1.1 400 ")
        assert server.inners == []
