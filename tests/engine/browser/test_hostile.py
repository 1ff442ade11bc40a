"""What a session may put in the place of its browser, or in its pages, and what the engine makes of it."""

import json

import pytest

from sessionbay import Session
from sessionbay.engine import LocalEngine
from sessionbay.engine.browser.devtools import object_of

from ..conftest import client_of
from .page import Page

IMPOSTOR = """
import http.server, sys

class Impostor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[1].encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

server = http.server.HTTPServer(("127.0.0.1", 9333), Impostor)
print("Serving", flush=True)
server.serve_forever()
"""
ANSWERS = {
    "no json": "<html>",
    "no object": "[1]",
    "another address": json.dumps({"webSocketDebuggerUrl": "ws://example.com/elsewhere"}),
    "a header": json.dumps({"webSocketDebuggerUrl": "ws://localhost:9333/devtools/browser/a\r\nX-A: b"}),
    "much": "[" * 100_000,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_poses_as_the_browser_is_refused_with_a_reason(browsing: Session, name: str) -> None:
    browsing.file_system.write_file("impostor.py", IMPOSTOR).raise_for_error()
    browsing.command.run("pkill -9 chromium; pkill -f impostor.py; rm -f log")
    quoted = "'" + ANSWERS[name].replace("'", "'\\''") + "'"
    start = f"nohup python3 impostor.py {quoted} >log 2>&1 & until grep -q Serving log; do sleep 0.01; done"
    browsing.command.run(start).raise_for_error()
    refused = browsing.browser.operator.navigate("about:blank")
    assert (refused.success, refused.outcome_unknown) == (False, False)
    assert "browser" in refused.error_message


def test_a_page_cannot_reach_the_engine(browser_engine: LocalEngine, fresh: Session, open_page: Page) -> None:
    fresh.browser.initialize().raise_for_error()
    open_page.connect(fresh.browser.get_endpoint_url())
    tried = f"fetch('{browser_engine.endpoint}', {{mode: 'no-cors'}}).then(() => 'reached', () => 'refused')"
    assert open_page.evaluate(tried) == "refused"


def test_another_session_has_no_way_to_the_browser(browser_engine: LocalEngine, fresh: Session) -> None:
    with client_of(browser_engine) as bay, bay.session() as other:
        fresh.browser.initialize().raise_for_error()
        assert fresh.command.run("curl -s http://localhost:9333/json/version").exit_code == 0
        assert other.command.run("curl -s http://localhost:9333/json/version").exit_code != 0


@pytest.mark.parametrize("value", [None, 1, "text", [1], {"a": 1}])
def test_a_value_that_is_no_object_is_empty(value: object) -> None:
    assert object_of(value) == (value if isinstance(value, dict) else {})
