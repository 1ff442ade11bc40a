"""Links: what goes in, what comes out, and what stays outside."""

import json
import logging
import re
import socket
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.port_forward import websocket

from ..inside import listening, serves_on_a_port
from .conftest import Raw, client_of
from .processes import ENOUGH, eventually

pytestmark = serves_on_a_port

# A server that tells what it was asked, streams slowly, and names an absolute path.
SERVER = """
import base64, hashlib, json, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

def websocket(handler):
    if handler.path == "/closed":
        return handler.send_error(403, "not you")
    if handler.path == "/login":
        return moved(handler, 401, "http://localhost:30100/there", "www-authenticate")
    if handler.path == "/status/700":
        return moved(handler, 700, "/there", "x-private")
    key = handler.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    handler.send_response(101)
    handler.send_header("upgrade", "websocket")
    handler.send_header("connection", "Upgrade")
    handler.send_header("sec-websocket-accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
    if "sec-websocket-protocol" in handler.headers:
        handler.send_header("sec-websocket-protocol", handler.headers["sec-websocket-protocol"].split(",")[-1].strip())
    handler.send_header("x-seen", json.dumps({"path": handler.path, "headers": dict(handler.headers)}))
    handler.end_headers()
    while True:
        first, size = handler.rfile.read(2)
        size &= 127
        if size > 125:
            size = int.from_bytes(handler.rfile.read(2 if size == 126 else 8), "big")
        mask, data = handler.rfile.read(4), handler.rfile.read(size)
        data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        if data.startswith(b"close "):
            first, data = 0x88, int(data.split()[1]).to_bytes(2, "big") + b"bye"
        head = len(data).to_bytes(1, "big") if len(data) < 126 else bytes([127]) + len(data).to_bytes(8, "big")
        handler.wfile.write(bytes([first]) + head + data)
        if first == 0x88:
            handler.close_connection = True
            return

def moved(handler, status, location, name):
    handler.send_response(status, "Moved")
    handler.send_header("location", location)
    handler.send_header(name, "Basic")
    handler.send_header("set-cookie", "one=1")
    handler.send_header("set-cookie", "two=2")
    handler.send_header("content-length", "0")
    handler.end_headers()

came = threading.Event()  # the first part of the slow answer

class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("upgrade") == "websocket":
            return websocket(self)
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        while "transfer-encoding" in self.headers and (size := int(self.rfile.readline(), 16)):
            body += self.rfile.read(size).decode() + "|"
            self.rfile.readline()
        if self.path.startswith("/came"):
            came.set()
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("location", "http://localhost:30100/there?x=1")
            self.send_header("connection", "X-Private")
            self.send_header("x-private", "1")
            self.send_header("content-length", "0")
            self.end_headers()
            return
        if self.path.startswith("/to?"):
            return moved(self, 302, urllib.parse.unquote(self.path.partition("?")[2]), "x-other")
        if self.path.startswith("/status/"):
            return moved(self, int(self.path[8:]), "/there", "x-other")
        if self.path.startswith("/large"):
            return moved(self, 302, "/there", "x-large: " + "x" * 900_000 + "\\r\\nx-other")
        if self.path.startswith("/events"):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            for number in range(1000):
                self.wfile.write(b"data: %d\\n\\n" % number)
                self.wfile.flush()
                time.sleep(0.2)
        if self.path.startswith("/breaks"):
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"some")
            self.close_connection = True
            return
        if self.path.startswith("/slow"):
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for part in ("first", "last"):
                self.wfile.write(b"%x\\\\r\\\\n%s\\\\r\\\\n" % (len(part), part.encode()))
                came.wait()
            self.wfile.write(b"0\\\\r\\\\n\\\\r\\\\n")
            return
        data = json.dumps(told).encode()
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("content-length", str(len(data)))
        self.send_header("set-cookie", "theirs=1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET

    def log_message(self, *args):
        pass

class Server(ThreadingHTTPServer):
    daemon_threads = True

server = Server(("127.0.0.1", 30100), Echo)
print("Serving")
server.serve_forever()
"""


@pytest.fixture(scope="module")
def serving(engine: LocalEngine) -> Iterator[Session]:
    with client_of(engine) as bay, bay.session() as session:
        session.file_system.write_file("server.py", SERVER.replace("\\\\", "\\"))
        session.command.run(listening("server.py"))
        yield session


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=ENOUGH) as client:
        yield client


@pytest.fixture
def link(serving: Session) -> str:
    return str(serving.get_link("https", 30100))


def own_cookie(link: str) -> str:
    return f"sessionbay_link_{httpx.URL(link).port}"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_request_arrives_as_it_was_sent(browser: httpx.Client, link: str, method: str) -> None:
    answer = browser.request(method, f"{link}some/path?a=1&b=%20", content=b"body" if method != "GET" else None)
    reported = answer.json()
    assert (reported["method"], reported["path"]) == (method, "/some/path?a=1&b=%20")
    assert reported["body"] == ("body" if method != "GET" else "")


def test_an_answers_status_and_headers_come_back(browser: httpx.Client, link: str) -> None:
    answer = browser.get(f"{link}missing")
    assert (answer.status_code, answer.cookies[f"{own_cookie(link)}.theirs"]) == (404, "1")


def test_a_head_request_has_no_body(browser: httpx.Client, link: str) -> None:
    answer = browser.head(link)
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_answer_is_streamed_as_it_comes(browser: httpx.Client, link: str) -> None:
    with browser.stream("GET", f"{link}slow") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"first"
        browser.get(f"{link}came")
        assert b"".join(parts) == b"last"


def test_events_come_while_the_answer_is_still_being_made(browser: httpx.Client, link: str) -> None:
    begun = time.monotonic()
    with browser.stream("GET", f"{link}events") as answer:
        first = next(answer.iter_lines())
    assert first == "data: 0"
    assert time.monotonic() - begun < ENOUGH


def test_many_streams_at_once_do_not_wait_for_each_other(link: str) -> None:
    any_number = httpx.Limits(max_connections=None)
    with httpx.Client(trust_env=False, timeout=ENOUGH, limits=any_number) as client, ExitStack() as stack:
        for _ in range(30):
            answer = stack.enter_context(client.stream("GET", f"{link}events"))
            assert next(answer.iter_lines()) == "data: 0"


def test_a_body_is_streamed_in(browser: httpx.Client, link: str) -> None:
    def parts() -> Iterator[bytes]:
        yield b"first,"
        yield b"last"

    answer = browser.post(link, content=parts())
    assert answer.status_code == 200, answer.text
    assert answer.json()["body"].replace("|", "") == "first,last"


def test_an_answer_that_breaks_off_inside_breaks_off_outside(browser: httpx.Client, link: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        browser.get(f"{link}breaks")


def test_a_redirect_to_the_sessions_own_address_stays_on_the_link(browser: httpx.Client, link: str) -> None:
    answer = browser.get(f"{link}away")
    assert (answer.headers["location"], "x-private" in answer.headers) == ("/there?x=1", False)
    assert browser.get(f"{link}away", follow_redirects=True).json()["path"] == "/there?x=1"


def test_the_session_sees_its_own_address_only(browser: httpx.Client, link: str) -> None:
    origin = str(httpx.URL(link).copy_with(raw_path=b"/")).rstrip("/")
    headers = browser.get(link, headers={"origin": origin, "referer": f"{link}page?x"}).json()["headers"]
    assert (headers["host"], headers["origin"]) == ("localhost:30100", "http://localhost:30100")
    assert headers["referer"] == "http://localhost:30100/page?x"


@pytest.mark.parametrize("path", [";a=1;b", "%2e%2e/x", "a//b", "?", "?a=1;b#"])
def test_a_path_arrives_as_it_is(browser: httpx.Client, link: str, path: str) -> None:
    reported = browser.get(f"{link}{path}").json()["path"]
    assert reported == "/" + path.removesuffix("#").removesuffix("?")


def test_an_upgrade_to_anything_but_a_websocket_is_ignored(browser: httpx.Client, link: str) -> None:
    offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAMAAABkAAQAAP__"}
    answer = browser.get(link, headers=offer)
    assert answer.status_code == 200
    assert not {"upgrade", "http2-settings"} & {name.lower() for name in answer.json()["headers"]}


@pytest.mark.parametrize(
    ("location", "rewritten"),
    [
        ("http://localhost:30100", "/"),
        ("http://localhost:30100?x=1", "/?x=1"),
        ("http://localhost:30100#top", "/#top"),
        ("//localhost:30100/there", "/there"),
        ("HTTP://LOCALHOST:30100/There", "/There"),
        ("http://127.0.0.1:30100/there", "/there"),
        ("http://[::1]:30100/there", "/there"),
        ("http://localhost:30100//evil.example/", "/.//evil.example/"),
        ("http://localhost:301001/there", "http://localhost:301001/there"),
        ("http://localhost:30100@evil.example/", "http://localhost:30100@evil.example/"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("there?x=1", "there?x=1"),
    ],
)
def test_a_redirect_stays_on_the_link_in_whatever_form(
    browser: httpx.Client, link: str, location: str, rewritten: str
) -> None:
    answer = browser.get(f"{link}to?{quote(location, safe='')}")
    assert answer.headers["location"] == rewritten


def test_a_large_response_head_comes_back(link: str) -> None:
    url = httpx.URL(f"{link}large")
    with socket.create_connection((url.host, url.port or 0), ENOUGH) as sock:
        sock.sendall(f"GET {url.path} HTTP/1.1\r\nHost: localhost:{url.port}\r\nConnection: close\r\n\r\n".encode())
        with sock.makefile("rb") as response:
            head = response.read()
    assert head.startswith(b"HTTP/1.1 302 ")
    assert b"x" * 900_000 in head


@pytest.mark.parametrize(("status", "forwarded"), [(599, 599), (600, 502), (999, 502)])
def test_a_status_that_is_none_is_a_bad_gateway(
    browser: httpx.Client, link: str, status: int, forwarded: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert browser.get(f"{link}status/{status}").status_code == forwarded
    assert caplog.records == []


def test_a_head_that_is_too_large_is_refused(link: str) -> None:
    url = httpx.URL(link)
    with socket.create_connection((url.host, url.port or 0), ENOUGH) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ".ljust(2**20 + 1, b"x"))
        assert sock.recv(100).startswith(b"HTTP/1.1 431 ")


def test_ports_of_the_engine_itself_are_not_linked(process_engine: LocalEngine) -> None:
    port = int(process_engine.endpoint.rpartition(":")[2])
    with client_of(process_engine) as bay, bay.session() as session:
        form = {"SessionId": session.session_id, "ProtocolType": "https", "Port": str(port)}
        answer = Raw(process_engine).agentbay("GetLink", **form).json()
    assert (answer["Success"], answer["Code"]) == (False, "InvalidPort")


def test_after_the_first_hit_absolute_paths_lead_into_the_session(browser: httpx.Client, link: str) -> None:
    browser.get(link)
    assert browser.get(httpx.URL(link).copy_with(path="/style.css")).json()["path"] == "/style.css"


def test_the_session_learns_neither_the_token_nor_the_links_cookie(browser: httpx.Client, link: str) -> None:
    token = link.split("/")[4]
    browser.cookies.set("other-service", "secret")
    browser.get(link)
    headers = browser.get(link).json()["headers"]
    assert token not in json.dumps(headers)
    assert headers["cookie"] == "theirs=1"


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "https://evil.example"}])
def test_a_link_is_for_this_machine_only(browser: httpx.Client, link: str, headers: dict[str, str]) -> None:
    assert browser.get(link, headers=headers).status_code == 403


def test_a_wrong_token_opens_nothing(browser: httpx.Client, link: str) -> None:
    wrong = link.replace(link.split("/")[4], "wrong")
    assert browser.get(wrong).status_code == 401


def test_a_link_of_a_paused_session_says_so(engine: LocalEngine, browser: httpx.Client) -> None:
    with client_of(engine) as bay, bay.session() as session:
        link = str(session.get_link("https", 30100))
        session.pause(poll_interval=0.01)
        answer = browser.get(link)
        assert (answer.status_code, "PAUSED" in answer.text) == (502, True)


def test_a_link_ends_with_its_session(engine: LocalEngine, browser: httpx.Client) -> None:
    with client_of(engine) as bay, bay.session() as session:
        link = str(session.get_link("https", 30100))
    with pytest.raises(httpx.TransportError):
        for _ in range(200):
            browser.get(link)


@contextmanager
def websocket_of(session: Session, path: str = "", **more: Any) -> Generator[ClientConnection]:
    link = f"{session.get_link('wss', 30100)}{path}"
    with connect(link, proxy=None, open_timeout=ENOUGH, **more) as client:  # pyright: ignore[reportUnknownVariableType]  # any option
        yield client


def test_a_link_has_room_for_so_many_websockets_at_once(serving: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAX_WEBSOCKETS", 2)
    with websocket_of(serving), websocket_of(serving):
        with pytest.raises(InvalidStatus) as refused, websocket_of(serving):
            pass
        assert refused.value.response.status_code == 429
    assert eventually(lambda: _opens(serving))


def _opens(session: Session) -> bool:
    try:
        with websocket_of(session):
            return True
    except InvalidStatus:
        return False


@pytest.mark.parametrize("message", ["text", "grün", b"\0\xff", "x" * 70_000, ""])
def test_a_websockets_messages_go_both_ways(serving: Session, message: str | bytes) -> None:
    with websocket_of(serving) as client:
        client.send(message)
        assert client.recv(ENOUGH) == message


def test_without_a_word_a_link_is_for_websockets(serving: Session) -> None:
    link = str(serving.get_link(port=30100))
    assert re.fullmatch(r"ws://127\.0\.0\.1:\d+/websocket_ai/[\w-]+", link)


def test_a_websockets_path_subprotocol_and_headers_arrive_without_the_token(serving: Session) -> None:
    link = str(serving.get_link("wss", 30100))
    token = link.rpartition("/")[2]
    cookies = f"sessionbay_link_1={token}; k=another-service's; {own_cookie(link)}.k=v"
    with websocket_of(serving, "/deep?x=1", subprotocols=["a", "b"], additional_headers={"Cookie": cookies}) as client:
        assert client.subprotocol == "b"
        assert client.response is not None
        seen = json.loads(client.response.headers["x-seen"])
    assert seen["path"] == "/deep?x=1"
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert (headers["host"], headers["cookie"]) == ("localhost:30100", "k=v")
    assert token not in json.dumps(seen)


def test_a_websocket_is_closed_with_the_sessions_code_and_reason(serving: Session) -> None:
    with websocket_of(serving) as client:
        client.send("close 4321")
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(ENOUGH)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4321, "bye")


def test_a_websocket_that_the_session_refuses_is_refused_with_its_status(serving: Session) -> None:
    with pytest.raises(InvalidStatus) as refused, websocket_of(serving, "/closed"):
        pass
    assert refused.value.response.status_code == 403


def test_a_refused_websocket_keeps_its_headers_and_is_not_logged(
    serving: Session, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InvalidStatus) as refused, websocket_of(serving, "/login"):
        pass
    headers = refused.value.response.headers
    own = own_cookie(str(serving.get_link("wss", 30100)))
    assert (refused.value.response.status_code, headers["location"]) == (401, "/there")
    assert headers["www-authenticate"] == "Basic"
    assert headers.get_all("set-cookie") == [f"{own}.one=1", f"{own}.two=2"]
    with pytest.raises(InvalidStatus) as invalid, websocket_of(serving, "/status/700"):
        pass
    assert invalid.value.response.status_code == 502
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_websocket_needs_the_token_too(serving: Session) -> None:
    link = str(serving.get_link("wss", 30100))
    with pytest.raises(InvalidStatus) as refused:
        connect(link[:-3] + "wrong", proxy=None, open_timeout=ENOUGH)
    assert refused.value.response.status_code == 401


def test_a_websocket_of_a_web_page_is_refused(serving: Session) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        websocket_of(serving, additional_headers={"Origin": "https://evil.example"}),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_a_websocket_to_a_port_where_nothing_listens_says_so(serving: Session) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(str(serving.get_link("wss", 30177)), proxy=None, open_timeout=ENOUGH)
    assert refused.value.response.status_code == 502
    assert b"30177" in refused.value.response.body


def test_a_websocket_ends_with_its_session(engine: LocalEngine) -> None:
    with client_of(engine) as bay, ExitStack() as stack:
        with bay.session() as session:
            session.file_system.write_file("server.py", SERVER.replace("\\\\", "\\").replace("30100", "30101"))
            session.command.run(listening("server.py"))
            link = str(session.get_link("wss", 30101))
            client = stack.enter_context(connect(link, proxy=None, open_timeout=ENOUGH))
        with pytest.raises(ConnectionClosed):
            client.recv(ENOUGH)


@pytest.mark.parametrize("protocol", ["http", "ftp"])
def test_a_protocol_that_links_do_not_speak_is_refused(serving: Session, protocol: str) -> None:
    result = serving.get_link(protocol, 30100)
    assert (result.success, result.code) == (False, "InvalidProtocolType")


def test_a_link_without_a_port_leads_to_the_first_that_the_cloud_opens(browser: httpx.Client, serving: Session) -> None:
    assert browser.get(str(serving.get_link("https"))).json()["path"] == "/"
