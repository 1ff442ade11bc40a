"""An empty page on the loopback that records the headers with which a browser requests it."""

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = b"<!doctype html><meta charset=utf-8><title>sessionbay</title>"


class LoopbackPage:
    """The page's URL, and the headers of the last request for it, by lower-case name."""

    def __init__(self, port: int) -> None:
        self.path = f"/{secrets.token_hex(16)}"
        self.url = f"http://127.0.0.1:{port}{self.path}"
        self.headers: dict[str, str] = {}


@contextmanager
def loopback_page() -> Generator[LoopbackPage]:
    """Serve the page within the block. Its address is secret, and other paths are not found."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the base class calls
            if self.path != page.path:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            page.headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(HTTPStatus.OK)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        page = LoopbackPage(server.server_port)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield page
        finally:
            server.shutdown()
            thread.join()
