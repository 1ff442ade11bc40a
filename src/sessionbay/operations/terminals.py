"""Terminals: the messages to and from ``PTY_SERVER``."""

from base64 import b64decode, b64encode
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from ..core.wire_model import CamelWire

CREATE, CONNECT, LIST, KILL = "pty.create", "pty.connect", "pty.list", "pty.kill"
INPUT, RESIZE = "pty.input", "pty.resize"
OUTPUT, EXIT, ERROR = "pty.output", "pty.exit", "pty.error"
MAX_SIDE = 500
MAX_INPUT = 32 * 2**10  # bytes of input in one frame
KILLED_EXIT_CODE = -9  # the exit code of a shell that was killed
DEFAULT_ENVS = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}

Encoding = Literal["utf8", "base64"]


class TerminalRef(CamelWire):
    pty_session_id: str


class KillParams(CamelWire):
    """A terminal; or, on the local engine, the ``key`` of its creation, which may not have begun."""

    pty_session_id: str = ""
    key: str | None = None


class CreateParams(CamelWire):
    cols: int = Field(default=80, ge=1, le=MAX_SIDE)
    rows: int = Field(default=24, ge=1, le=MAX_SIDE)
    envs: dict[str, str] | None = None
    cwd: str | None = None
    shell: str | None = None
    key: str | None = None


class ResizeParams(TerminalRef):
    cols: int = Field(ge=1, le=MAX_SIDE)
    rows: int = Field(ge=1, le=MAX_SIDE)


class InputParams(TerminalRef):
    encoding: Encoding = "utf8"
    data: str

    def bytes(self) -> bytes:
        """Return the input; raise ``ValueError`` if it does not match its encoding."""
        return b64decode(self.data, validate=True) if self.encoding == "base64" else self.data.encode()


def encode(data: bytes) -> tuple[Encoding, str]:
    """Return the encoding and the text for bytes: UTF-8 if they are valid UTF-8."""
    try:
        return "utf8", data.decode()
    except UnicodeDecodeError:
        return "base64", b64encode(data).decode()


class CharacterDecoder:
    """Splits a byte stream between characters. An incomplete character is kept until its rest arrives."""

    def __init__(self) -> None:
        self._decoder = getincrementaldecoder("utf-8")()

    def add(self, data: bytes) -> bytes:
        """Return the bytes that can be sent; bytes that are not UTF-8 are returned unchanged."""
        whole = self._decoder.getstate()[0] + data
        try:
            self._decoder.decode(data)
        except UnicodeDecodeError:
            self._decoder.reset()
            return whole
        return whole[: len(whole) - len(self._decoder.getstate()[0])]

    def rest(self) -> bytes:
        """Return the incomplete character at the end."""
        kept = self._decoder.getstate()[0]
        self._decoder.reset()
        return kept


def decode_output(data: Mapping[str, Any]) -> bytes:
    """Return the bytes of an output event; raise ``ValueError`` if they do not match their encoding."""
    text = data.get("data")
    if not isinstance(text, str):
        return b""
    return b64decode(text, validate=True) if data.get("encoding") == "base64" else text.encode("utf-8", "surrogatepass")


def split_input(data: bytes) -> Iterator[bytes]:
    """Split input into frames, between characters if it is text."""
    characters = CharacterDecoder()
    for start in range(0, len(data), MAX_INPUT):
        yield characters.add(data[start : start + MAX_INPUT])
    yield characters.rest()


def size_error(cols: object, rows: object) -> str:
    """Return an error message for an invalid size; empty if the size is valid."""
    sides = (cols, rows)
    if all(isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= MAX_SIDE for side in sides):
        return ""
    return f"Invalid terminal size cols={cols!r}, rows={rows!r}: use whole numbers from 1 to {MAX_SIDE}."
