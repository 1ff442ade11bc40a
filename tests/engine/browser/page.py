"""A page of a browser, driven through the link as the libraries for browsers do."""

import json
from contextlib import ExitStack
from typing import Any

from websockets.sync.client import ClientConnection, connect

from ..processes import ENOUGH


class Page:
    """One page, and the connection to the browser."""

    socket: ClientConnection

    def __init__(self) -> None:
        self.session = ""
        self._number = 0
        self._open = ExitStack()

    def connect(self, url: str) -> None:
        """Connect to the browser's own target, and attach to its first page."""
        self.socket = self._open.enter_context(connect(url, proxy=None, max_size=None, close_timeout=1))
        targets = self.call("Target.getTargets")["targetInfos"]
        first = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=first, flatten=True)["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command; return its result."""
        self.send(method, **params)
        return self.answer()

    def send(self, method: str, **params: Any) -> None:
        """Send a command: one of the browser, or of the page."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self.session and method.partition(".")[0] not in ("Target", "Browser", "Storage"):
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))

    def answer(self) -> dict[str, Any]:
        """Return the result of the command that was sent last."""
        while (reply := json.loads(self.socket.recv(ENOUGH))).get("id") != self._number:
            pass
        assert "error" not in reply, reply["error"]
        result: dict[str, Any] = reply["result"]
        return result

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited if it is a promise."""
        done = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def navigate(self, url: str) -> None:
        """Open a URL, and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        self.evaluate(
            "new Promise(done => document.readyState == 'complete' ? done() : addEventListener('load', done))"
        )

    def close(self) -> None:
        """Disconnect."""
        self._open.close()
