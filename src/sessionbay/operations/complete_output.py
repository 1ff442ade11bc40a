"""Command output that is parsed: framed by its size, which detects a cut, and read from a file if it is long."""

from base64 import b64decode
from dataclasses import dataclass

MAX_INLINE = 16 * 1024  # bytes of output in the response itself, which has room for 63 KB on the clouds


@dataclass(frozen=True)
class Frame:
    """A framed output.

    Attributes:
        size: The size of the output in bytes.
        path: The file in the session that holds it, which the reader removes; empty if ``data`` is the output.
        data: The output.
    """

    size: int
    path: str = ""
    data: bytes = b""


def framed(script: str) -> str:
    """Return a script that runs ``script`` and frames its output. A failed script keeps its exit code and has none.

    While ``script`` runs, ``$out`` is the file that collects its output.
    """
    return (
        f'out=$(mktemp) || exit; {{ {script}; }} > "$out"; code=$?; '
        f'if [ "$code" -ne 0 ]; then rm -f -- "$out"; exit "$code"; fi; '
        f'size=$(wc -c < "$out"); if [ "$size" -gt {MAX_INLINE} ]; then echo "$size $out"; '
        'else echo "$size"; base64 < "$out"; rm -f -- "$out"; fi'
    )


def parse_frame(text: str) -> Frame:
    """Parse the output of a framed script. Raise ValueError if it is incomplete."""
    head, _, body = text.partition("\n")
    size, _, path = head.partition(" ")
    if path:
        return Frame(int(size), path)
    frame = Frame(int(size), data=b64decode("".join(body.split()), validate=True))
    check_size(frame, frame.data)
    return frame


def check_size(frame: Frame, data: bytes) -> None:
    """Raise ValueError unless ``data`` is the whole output."""
    if len(data) != frame.size:
        raise ValueError(f"{len(data)} of {frame.size} bytes arrived")
