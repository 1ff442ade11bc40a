"""A client of a session's hub that knows frames only: what any client of the clouds may send."""

import contextlib
import json
import time
import uuid
from base64 import b64decode
from collections.abc import Callable, Generator
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from sessionbay import Session
from sessionbay.engine import LocalEngine

from .processes import ENOUGH

PATIENCE = ENOUGH
FILES, TERMINALS = "wuying_filesystem", "PTY_SERVER"
Data = dict[str, Any]


def access_of(engine: LocalEngine, session: Session) -> tuple[str, str]:
    """Return the address of a session's hub, and its token."""
    form = {"Authorization": f"Bearer {engine.api_key.reveal()}", "SessionId": session.session_id}
    answer = httpx.post(f"{engine.endpoint}/?Action=GetSession", data=form, trust_env=False, timeout=PATIENCE)
    data = answer.json()["Data"]
    return data["WsUrl"], data["Token"]


class HubClient:
    """One connection; frames that were skipped while another was looked for are kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._kept: list[Data] = []

    def say(self, target: str, method: str, **params: Any) -> str:
        """Send a call; return its id."""
        call_id = uuid.uuid4().hex
        data = {"method": method, "params": params}
        self.socket.send(json.dumps({"invocationId": call_id, "source": "SDK", "target": target, "data": data}))
        return call_id

    def call(self, target: str, method: str, **params: Any) -> Data:
        """Send a call; return the data of its answer."""
        call_id = self.say(target, method, **params)
        found: Data = self.frame(lambda frame: frame["invocationId"] == call_id)["data"]
        return found

    def frame(self, wanted: Callable[[Data], bool], timeout: float = PATIENCE) -> Data:
        """Return the next frame that is wanted."""
        for kept in self._kept:
            if wanted(kept):
                self._kept.remove(kept)
                return kept
        deadline = time.monotonic() + timeout
        while True:
            frame: Data = json.loads(self.socket.recv(max(0.0, deadline - time.monotonic())))
            if wanted(frame):
                return frame
            self._kept.append(frame)

    def event(self, kind: str, timeout: float = PATIENCE) -> Data:
        """Return the data of the next push of a kind."""
        found: Data = self.frame(lambda frame: frame["data"].get("eventType") == kind, timeout)["data"]
        return found

    def terminal(self, **params: Any) -> str:
        """Open a terminal; return its id."""
        found: str = self.call(TERMINALS, "pty.create", **params)["result"]["ptySessionId"]
        return found

    def type(self, terminal: str, text: str) -> None:
        """Type into a terminal."""
        self.say(TERMINALS, "pty.input", ptySessionId=terminal, encoding="utf8", data=text)

    def read_until(self, terminal: str, text: str, timeout: float = PATIENCE) -> str:
        """Return what a terminal shows, up to the frame with which ``text`` is there."""
        shown = b""
        deadline = time.monotonic() + timeout
        while text.encode() not in shown:
            data = self.event("pty.output", deadline - time.monotonic())
            if data["ptySessionId"] == terminal:
                shown += b64decode(data["data"]) if data["encoding"] == "base64" else data["data"].encode()
        return shown.decode("utf-8", "replace")


@contextlib.contextmanager
def hub_of(engine: LocalEngine, session: Session) -> Generator[HubClient]:
    """Connect to a session's hub."""
    url, token = access_of(engine, session)
    with connect(url, additional_headers={"X-Access-Token": token}, proxy=None, open_timeout=PATIENCE) as socket:
        yield HubClient(socket)
