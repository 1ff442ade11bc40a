"""What the link to a browser does beyond other links, so that the libraries that drive browsers can use it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.types import Message, Scope, Send

BrowserPath = Callable[[], Awaitable[str]]
MAX_LIST = 4 * 2**20  # bytes of a list of targets


@dataclass(frozen=True)
class DevToolsLink:
    """The link to the debugging interface of a browser.

    Attributes:
        port: The port in the session.
        url: The link for WebSockets.
        browser_path: Returns the path of the browser's own target, to which the bare link leads: it differs with each
            start, and clients of the clouds connect to a link that has none.
    """

    port: int
    url: str
    browser_path: BrowserPath

    def lists_targets(self, scope: Scope, target: str) -> bool:
        """Return whether the response to a request has addresses of targets."""
        return scope["method"] == "GET" and (target == "/json" or target.startswith("/json/"))

    def rewriting(self, send: Send) -> Send:
        """Return a ``send`` for a response with targets, which puts the link in place of their addresses."""
        start: Message = {}
        body = bytearray()

        async def rewrite(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if len(body) > MAX_LIST:
                raise OSError(f"the browser's list of targets has more than {MAX_LIST} bytes")
            if not message.get("more_body"):
                whole = self._rewritten(bytes(body))
                headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
                headers.append((b"content-length", b"%d" % len(whole)))
                await send({**start, "headers": headers})
                await send({"type": "http.response.body", "body": whole, "more_body": False})

        return rewrite

    def _rewritten(self, body: bytes) -> bytes:
        link = self.url.encode()
        for host in (b"localhost", b"127.0.0.1"):
            inner = b"%b:%d/" % (host, self.port)
            body = body.replace(b"ws://" + inner, link + b"/").replace(b"ws=" + inner, b"ws=" + link[5:] + b"/")
        return body
