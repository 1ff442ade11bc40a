"""Links to ports inside a session."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Do

SERVER = """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

class Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        data = json.dumps({"path": self.path, "body": body}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

server = HTTPServer(("127.0.0.1", 0), Echo)
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def port(session: Any, do: Do, folder: str) -> Iterator[int]:
    """Give the port of a server in the session."""
    do(session.file_system.write_file(f"{folder}/server.py", SERVER))
    command = "nohup python3 server.py >port 2>/dev/null & echo $!; until [ -s port ]; do sleep 0.02; done; cat port"
    process, number = do(session.command.execute_command(command, cwd=folder)).stdout.split()
    yield int(number)
    do(session.command.execute_command(f"kill {process}"))


def test_a_link_leads_to_a_port(session: Any, do: Do, port: int) -> None:
    result = do(session.get_link("https", port))
    assert result.success
    request = urllib.request.Request(f"{result.data}some/path?a=b", b"hello", method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert json.load(answer) == {"path": "/some/path?a=b", "body": "hello"}


def test_a_link_to_a_port_is_the_same_each_time(session: Any, do: Do, port: int) -> None:
    assert do(session.get_link("https", port)).data == do(session.get_link("https", port)).data


def test_a_link_leads_to_any_port(session: Any, do: Do) -> None:
    assert do(session.get_link("https", 8080)).data


@pytest.mark.defect("It takes a refused link for a success, and gives an empty text for the link.")
@pytest.mark.parametrize(("kind", "port"), [("http", 30100), ("https", 99_999)])
def test_a_refused_link(session: Any, do: Do, kind: str, port: int) -> None:
    result = do(session.get_link(kind, port))
    assert (result.success, result.data, result.error_message) == (True, "", "")
