"""Links: what goes in, what comes out, and what stays outside."""

import json
from collections.abc import Iterator

import httpx
import pytest

from sessionbay import Session
from sessionbay.engine import LocalEngine

from ..inside import listening, serves_on_a_port
from .conftest import client_of

pytestmark = serves_on_a_port

# A server that tells what it was asked, streams slowly, and names an absolute path.
SERVER = """
import json, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
        if self.path.startswith("/slow"):
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for part in ("first", "last"):
                self.wfile.write(b"%x\\\\r\\\\n%s\\\\r\\\\n" % (len(part), part.encode()))
                time.sleep(0.3)
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

server = ThreadingHTTPServer(("127.0.0.1", 30100), Echo)
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
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def link(serving: Session) -> str:
    return str(serving.get_link("https", 30100))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_request_arrives_as_it_was_sent(browser: httpx.Client, link: str, method: str) -> None:
    answer = browser.request(method, f"{link}some/path?a=1&b=%20", content=b"body" if method != "GET" else None)
    told = answer.json()
    assert (told["method"], told["path"]) == (method, "/some/path?a=1&b=%20")
    assert told["body"] == ("body" if method != "GET" else "")


def test_an_answers_status_and_headers_come_back(browser: httpx.Client, link: str) -> None:
    answer = browser.get(f"{link}missing")
    assert (answer.status_code, answer.cookies["theirs"]) == (404, "1")


def test_a_head_request_has_no_body(browser: httpx.Client, link: str) -> None:
    answer = browser.head(link)
    assert (answer.status_code, answer.content) == (200, b"")


def test_an_answer_is_streamed_as_it_comes(browser: httpx.Client, link: str) -> None:
    with browser.stream("GET", f"{link}slow") as answer:
        parts = list(answer.iter_raw())
    assert b"".join(parts) == b"firstlast"
    assert len(parts) > 1


def test_after_the_first_hit_absolute_paths_lead_into_the_session(browser: httpx.Client, link: str) -> None:
    browser.get(link)
    assert browser.get(httpx.URL(link).copy_with(path="/style.css")).json()["path"] == "/style.css"


def test_the_session_learns_neither_the_token_nor_the_links_cookie(browser: httpx.Client, link: str) -> None:
    token = link.split("/")[4]
    browser.cookies.set("mine", "kept")
    browser.get(link)
    headers = browser.get(link).json()["headers"]
    assert token not in json.dumps(headers)
    assert sorted(headers["cookie"].split("; ")) == ["mine=kept", "theirs=1"]


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


@pytest.mark.parametrize("protocol", ["http", "wss", "ftp"])
def test_a_protocol_that_links_do_not_speak_is_refused(serving: Session, protocol: str) -> None:
    result = serving.get_link(protocol, 30100)
    assert (result.success, result.code) == (False, "InvalidProtocolType")


def test_a_link_without_a_port_leads_to_the_first_that_the_cloud_opens(browser: httpx.Client, serving: Session) -> None:
    assert browser.get(str(serving.get_link())).json()["path"] == "/"
