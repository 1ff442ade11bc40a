"""What the options of a browser do, as its pages see it: extensions, a proxy, a profile that comes back, downloads."""

import base64
import json
import threading
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from sessionbay import BrowserContext, BrowserOption, BrowserProxy, CreateSessionParams, ExtensionsService, Session
from sessionbay.engine import LocalEngine

from ...inside import web
from ..conftest import client_of
from ..processes import eventually
from .page import Page

MANIFEST = {
    "manifest_version": 3,
    "name": "Marks pages",
    "version": "1.0",
    "content_scripts": [{"matches": ["<all_urls>"], "js": ["mark.js"], "run_at": "document_end"}],
}
PROXY = """
import http.server

class Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        login = self.headers["proxy-authorization"]
        self.send_response(200 if login else 407)
        if not login:
            self.send_header("proxy-authenticate", 'Basic realm="proxy"')
        self.end_headers()
        self.wfile.write(f"<title>{self.path} {login}</title>".encode())

server = http.server.ThreadingHTTPServer(("127.0.0.1", 3128), Proxy)
print("Serving", flush=True)
server.serve_forever()
"""


def connected(session: Session, page: Page, option: BrowserOption) -> Page:
    """Start a browser, and connect to its first page."""
    session.browser.initialize(option).raise_for_error()
    page.connect(session.browser.get_endpoint_url())
    return page


def test_the_content_script_of_an_extension_runs(fresh: Session, open_page: Page) -> None:
    fresh.file_system.write_file("/tmp/extensions/mark/manifest.json", json.dumps(MANIFEST)).raise_for_error()
    fresh.file_system.write_file("/tmp/extensions/mark/mark.js", "document.title = 'marked'").raise_for_error()
    fresh.command.run(web(8000)).raise_for_error()
    page = connected(fresh, open_page, BrowserOption())
    page.navigate("http://localhost:8000/")
    assert eventually(lambda: page.evaluate("document.title") == "marked")


def test_an_extension_of_the_service_is_unpacked_and_runs(
    browser_engine: LocalEngine, open_page: Page, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "mark.zip", "w") as archive:
        archive.writestr("manifest.json", json.dumps(MANIFEST))
        archive.writestr("mark.js", "document.title = 'marked'")
    with client_of(browser_engine) as bay:
        service = ExtensionsService(bay)
        created = service.create(tmp_path / "mark.zip")
        option = service.create_extension_option([created.id])
        context = bay.context.get("profile-with-extension", create=True).unwrap()
        browser_context = BrowserContext(context.id, extension_option=option)
        with bay.session(image_id="browser_latest", browser_context=browser_context) as session:
            session.command.run(web(8000)).raise_for_error()
            page = connected(session, open_page, BrowserOption())
            page.navigate("http://localhost:8000/")
            assert eventually(lambda: page.evaluate("document.title") == "marked")


def test_a_proxy_gets_its_password_and_the_request(fresh: Session, open_page: Page) -> None:
    fresh.file_system.write_file("proxy.py", PROXY).raise_for_error()
    fresh.command.run("nohup python3 proxy.py >log 2>&1 & until grep -q Serving log; do sleep 0.01; done")
    proxy = BrowserProxy("custom", server="http://localhost:3128", username="me", password="a secret")
    page = connected(fresh, open_page, BrowserOption(proxies=[proxy]))
    page.navigate("http://shop.example/path")
    login = base64.b64encode(b"me:a secret").decode()
    assert page.evaluate("document.title") == f"http://shop.example/path Basic {login}"


def test_a_profile_comes_back_in_a_second_session(browser_engine: LocalEngine) -> None:
    with client_of(browser_engine) as bay:
        context = bay.context.get("profile", create=True).unwrap()
        params = CreateSessionParams(image_id="browser_latest", browser_context=BrowserContext(context.id))
        found: list[list[str]] = []
        for _ in range(2):
            session = bay.create(params).unwrap()
            page = Page()
            try:
                connected(session, page, BrowserOption())
                cookies = page.call("Storage.getCookies")["cookies"]
                found.append([cookie["value"] for cookie in cookies])
                page.call("Network.setCookie", name="a", value="kept", url="http://shop.example/", expires=4e9)
            finally:
                page.close()
                session.browser.destroy()
                session.delete(sync_context=True).raise_for_error()
        assert found == [[], ["kept"]]


@dataclass
class Download:
    """What Playwright's download has, for a file that the browser of a session has saved."""

    where: str
    suggested_filename: str = "report.txt"

    def failure(self) -> None:
        return None

    def path(self) -> str:
        return self.where


def test_a_download_is_read_from_the_session(fresh: Session, open_page: Page) -> None:
    page = connected(fresh, open_page, BrowserOption())
    content = "x" * 200_000
    fresh.file_system.write_file("report.txt", content).raise_for_error()
    fresh.command.run(web(8000)).raise_for_error()
    page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath="/tmp/downloads")
    page.navigate("http://localhost:8000/")
    page.evaluate("Object.assign(document.createElement('a'), {href: 'report.txt', download: ''}).click()")
    assert eventually(lambda: fresh.file_system.get_file_info("/tmp/downloads/report.txt").success)
    assert fresh.browser.download(Download("/tmp/downloads/report.txt")).content == content.encode()


@pytest.mark.slow
def test_a_connection_and_a_call_in_flight_outlive_a_pause(fresh: Session, open_page: Page) -> None:
    page = connected(fresh, open_page, BrowserOption())
    page.call("Runtime.evaluate", expression="window.done = new Promise(done => setTimeout(done, 1000, 'done')); 0")
    page.send("Runtime.evaluate", expression="window.done", awaitPromise=True, returnByValue=True)
    fresh.pause().raise_for_error()
    threading.Event().wait(20)  # the browser must not be given up for dead
    fresh.resume().raise_for_error()
    assert page.answer()["result"]["value"] == "done"
