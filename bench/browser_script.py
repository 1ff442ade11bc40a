"""Fifty actions in a browser, by its debugging interface: ``python browser_script.py URL`` prints the seconds."""

import json
import sys
import time
import urllib.request
from typing import Any

sys.path.append("/run/sessionbay/packages")  # inside a session

from websockets.sync.client import ClientConnection, connect

PAGE = f"data:text/html,<title>Form</title><input autofocus><button>Order</button>{'<p>a</p>' * 50}"
ROUNDS = 10
ACTIONS: list[tuple[str, dict[str, Any]]] = [
    ("Page.navigate", {"url": PAGE}),
    ("Runtime.evaluate", {"expression": "new Promise(done => requestAnimationFrame(done))", "awaitPromise": True}),
    ("Runtime.evaluate", {"expression": "document.querySelector('input').focus()"}),
    ("Input.insertText", {"text": "typed"}),
    ("Page.captureScreenshot", {"format": "jpeg"}),
]


def main(url: str) -> None:
    """Act on the first page."""
    if url.startswith("http"):
        with urllib.request.urlopen(f"{url}/json/version") as answer:
            url = json.load(answer)["webSocketDebuggerUrl"]
    with connect(url, proxy=None, compression=None, max_size=None) as socket:
        pages = call(socket, "Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in pages if target["type"] == "page")
        session = call(socket, "Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        begun = time.perf_counter()
        for _ in range(ROUNDS):
            for method, params in ACTIONS:
                call(socket, method, session, **params)
        print(time.perf_counter() - begun)


def call(socket: ClientConnection, method: str, session: str = "", /, **params: Any) -> dict[str, Any]:
    """Send a command; return its result."""
    more = {"sessionId": session} if session else {}
    socket.send(json.dumps({"id": 1, "method": method, "params": params, **more}))
    while (answer := json.loads(socket.recv())).get("id") != 1:
        pass
    result: dict[str, Any] = answer["result"]
    return result


if __name__ == "__main__":
    main(sys.argv[1])
