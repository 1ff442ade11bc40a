"""A hub of a session that runs a script, to misbehave on purpose."""

import json
from collections.abc import Callable
from typing import Any

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Ping, Request, TextMessage

from .raw_server import GONE, Peer, Script

Frame = dict[str, Any]


class RawHub:
    """The hub's end of one connection.

    Attributes:
        pongs: How many signs of life the client gave.
        closed: The code with which the client closed, or 0.
    """

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.pongs = 0
        self.closed = 0
        self.headers: dict[bytes, bytes] = {}
        self._protocol = WSConnection(ConnectionType.SERVER)
        self._frames: list[Frame] = []
        self._text = ""

    def accept(self, *headers: tuple[bytes, bytes]) -> None:
        """Do the handshake."""
        while True:
            self._protocol.receive_data(self.peer.sock.recv(65536))
            for event in self._protocol.events():
                assert isinstance(event, Request)
                self.headers = {name.lower(): value for name, value in event.extra_headers}
                self.peer.write(self._protocol.send(AcceptConnection(extra_headers=list(headers))))
                return

    def frame(self) -> Frame:
        """Return what the client says next; empty when it says no more."""
        while not self._frames:
            data = self.peer.sock.recv(65536)
            if not data:
                return {}
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                self._take(event)
            if self.closed:
                return {}
        return self._frames.pop(0)

    def _take(self, event: object) -> None:
        if isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                self._frames.append(json.loads(self._text))
                self._text = ""
        elif isinstance(event, Ping):
            self.peer.write(self._protocol.send(event.response()))
        elif isinstance(event, CloseConnection):
            self.closed = event.code
        else:
            self.pongs += 1

    def reply(self, to: Frame, /, **data: Any) -> None:
        """Answer a frame."""
        self.send({"invocationId": to["invocationId"], "source": to["target"], "target": "SDK", "data": data})

    def push(self, source: str, /, **data: Any) -> None:
        """Send an unsolicited frame."""
        self.send({"invocationId": "push", "source": source, "target": "SDK", "data": data})

    def send(self, frame: object) -> None:
        """Send any JSON."""
        self.text(json.dumps(frame))

    def text(self, message: str) -> None:
        """Send any text."""
        self.peer.write(self.bytes_of(message))

    def bytes_of(self, message: str) -> bytes:
        """Return the bytes of a message."""
        return self._protocol.send(TextMessage(data=message))

    def ping(self) -> None:
        """Ask for a pong."""
        self.peer.write(self._protocol.send(Ping(payload=b"there?")))

    def part(self, text: str) -> None:
        """Send the beginning of a message."""
        self.peer.write(self._protocol.send(Message(data=text, message_finished=False)))

    def close(self, code: int, reason: str) -> None:
        """Close."""
        self.peer.write(self._protocol.send(CloseConnection(code=code, reason=reason)))


def hub(script: Callable[[RawHub], object], *headers: tuple[bytes, bytes]) -> Script:
    """Return the script of a connection that is accepted, and then does as ``script`` says."""

    def serve(peer: Peer) -> None:
        raw = RawHub(peer)
        raw.accept(*headers)
        script(raw)

    return serve


def echo(raw: RawHub) -> None:
    """Answer each call with its parameters."""
    while frame := raw.frame():
        raw.reply(frame, result=frame["data"]["params"])


def until_gone(raw: RawHub) -> None:
    """Read until the client is gone."""
    try:
        while raw.frame():
            pass
    except GONE:
        return
