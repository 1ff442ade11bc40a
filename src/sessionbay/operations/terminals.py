"""Terminals: what goes over the session's WebSocket to and from ``PTY_SERVER``."""

from base64 import b64decode, b64encode
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from ..core.wire_model import CamelWire

CREATE, CONNECT, LIST, KILL = "pty.create", "pty.connect", "pty.list", "pty.kill"
INPUT, RESIZE = "pty.input", "pty.resize"
OUTPUT, EXIT, ERROR = "pty.output", "pty.exit", "pty.error"
MOST_SIDE = 500
MOST_TYPED = 32 * 2**10  # bytes of input in one frame
KILLED = -9  # the exit code of a shell that was killed
DEFAULT_ENVS = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}

Encoding = Literal["utf8", "base64"]


class TerminalRef(CamelWire):
    pty_session_id: str


class CreateParams(CamelWire):
    cols: int = Field(default=80, ge=1, le=MOST_SIDE)
    rows: int = Field(default=24, ge=1, le=MOST_SIDE)
    envs: dict[str, str] | None = None
    cwd: str | None = None
    shell: str | None = None


class ResizeParams(TerminalRef):
    cols: int = Field(ge=1, le=MOST_SIDE)
    rows: int = Field(ge=1, le=MOST_SIDE)


class InputParams(TerminalRef):
    encoding: Encoding = "utf8"
    data: str

    def bytes(self) -> bytes:
        """Return what was typed; raise ``ValueError`` when the text is not what its encoding says."""
        return b64decode(self.data, validate=True) if self.encoding == "base64" else self.data.encode()


def encoded(data: bytes) -> tuple[Encoding, str]:
    """Return how bytes go over: as text where they are text."""
    try:
        return "utf8", data.decode()
    except UnicodeDecodeError:
        return "base64", b64encode(data).decode()


class CharacterDecoder:
    """Cuts a stream of bytes between characters: the first bytes of one are kept until the rest comes."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")()

    def add(self, data: bytes) -> bytes:
        """Return what can be sent now; bytes that are no text at all go as they are."""
        whole = self._decoder.getstate()[0] + data
        try:
            self._decoder.decode(data)
        except UnicodeDecodeError:
            self._decoder.reset()
            return whole
        return whole[: len(whole) - len(self._decoder.getstate()[0])]

    def rest(self) -> bytes:
        """Return the character that was never finished."""
        kept = self._decoder.getstate()[0]
        self._decoder.reset()
        return kept


def shown(data: Mapping[str, Any]) -> bytes:
    """Return the bytes of a push of output; raise ``ValueError`` when they are not what their encoding says."""
    text = data.get("data")
    if not isinstance(text, str):
        return b""
    return b64decode(text, validate=True) if data.get("encoding") == "base64" else text.encode("utf-8", "surrogatepass")


def typed(data: bytes) -> Iterator[bytes]:
    """Cut input into what frames carry, between characters where it is text."""
    characters = CharacterDecoder()
    for start in range(0, len(data), MOST_TYPED):
        yield characters.add(data[start : start + MOST_TYPED])
    yield characters.rest()


def size_problem(cols: object, rows: object) -> str:
    """Return what is wrong with a terminal's size, empty when nothing is."""
    sides = (cols, rows)
    if all(isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= MOST_SIDE for side in sides):
        return ""
    return f"cols={cols!r}, rows={rows!r} is no size of a terminal: each must be a whole number from 1 to {MOST_SIDE}"
