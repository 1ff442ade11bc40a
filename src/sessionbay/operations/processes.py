"""Background processes: the engine's tools, and the shell commands for machines without them."""

import shlex
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from ..core.output import STREAMS, Stream
from ..core.tool import Tool
from ..core.wire_model import Wire
from ..models.processes import ProcessOutput, ProcessOutputResult, ProcessResult, ProcessStartResult
from .files import MAX_BINARY_CHUNK

W = TypeVar("W", bound=Wire)

SERVER = "sessionbay_process"
STREAMS_BY_NUMBER: dict[str, Stream] = {"1": "stdout", "2": "stderr"}


class StartArgs(Wire):
    command: str
    cwd: str | None = None
    envs: dict[str, str] | None = None


class ReadArgs(Wire):
    """``after`` acknowledges the chunks up to that number; they are dropped."""

    pid: int
    after: int = 0
    wait_ms: int = 0


class WriteArgs(Wire):
    pid: int
    data: str = ""
    close: bool = False


class PidArgs(Wire):
    pid: int


class ProcessOutputAnswer(Wire):
    """Chunks of output (number, stream, base64), and the exit code once the process has ended."""

    chunks: list[tuple[int, str, str]] = Field(default_factory=list[tuple[int, str, str]])
    exit_code: int | None = None


class StartAnswer(Wire):
    pid: int


def parse_start(text: str) -> dict[str, Any]:
    """Parse the process id of a started process."""
    return {"data": _parse(StartAnswer, text).pid}


def parse_output(text: str) -> dict[str, Any]:
    """Parse the output of a process."""
    answer = _parse(ProcessOutputAnswer, text)
    chunks: list[tuple[Stream, bytes]] = [
        (STREAMS_BY_NUMBER[stream], b64decode(data, validate=True)) for _, stream, data in answer.chunks
    ]
    last = answer.chunks[-1][0] if answer.chunks else 0
    return {"data": ProcessOutput(tuple(chunks), last, answer.exit_code)}


def _parse(kind: type[W], text: str) -> W:
    try:
        return kind.model_validate_json(text)
    except ValidationError as exc:
        raise ValueError("the answer does not have the tool's format") from exc


START = Tool(
    name="process_start",
    server=SERVER,
    about="Start a command and return at once; process_read returns its output. Only the local engine has this tool.",
    args=StartArgs,
    result=ProcessStartResult,
    read=parse_start,
)
READ = Tool(
    name="process_read",
    server=SERVER,
    about="Return the output of a process after a chunk; wait for more.",
    args=ReadArgs,
    result=ProcessOutputResult,
    read=parse_output,
)
WRITE = Tool(
    name="process_write",
    server=SERVER,
    about="Write to a process's standard input (data is base64), or close it.",
    args=WriteArgs,
    result=ProcessResult,
    read=lambda text: {"data": True},
)
KILL = Tool(
    name="process_kill",
    server=SERVER,
    about="Kill a process and its process group.",
    args=PidArgs,
    result=ProcessResult,
    read=lambda text: {"data": True},
)

# For machines without these tools: the command runs in the background and writes to files, which are polled. A second
# process keeps its input open, since a pipe ends when its last writer does; it exits once the folder is removed.
_RUNNER = 'echo $$ >"$0/pid"; sh -c "$1" <"$0/in" >"$0/out" 2>"$0/err"; echo $? >"$0/part"; mv "$0/part" "$0/code"'
_FEEDER = 'exec 3>"$0/in"; while [ -p "$0/in" ] && [ ! -e "$0/eof" ] && [ ! -e "$0/code" ]; do sleep 0.2; done'
_FAIL_CLOSED = 'echo "the process has ended, or its input is closed" >&2; exit 1'
MAX_SHELL_READ = 24_000  # bytes of each stream in one answer, before base64


def shell_start(command: str) -> str:
    """Return the command that starts another in the background, and prints the folder of its files and its pid."""
    runner, feeder = shlex.quote(_RUNNER), shlex.quote(_FEEDER)
    aside = ">/dev/null 2>&1 </dev/null &"
    return (
        'd=$(mktemp -d) && mkfifo "$d/in" && : >"$d/out" && : >"$d/err" && '
        f'{{ setsid sh -c {runner} "$d" {shlex.quote(command)} {aside} setsid sh -c {feeder} "$d" {aside} }} && '
        'while [ ! -s "$d/pid" ]; do sleep 0.02; done && printf "%s %s" "$d" "$(cat "$d/pid")"'
    )


def shell_read(folder: str, out: int, err: int) -> str:
    """Return the command that prints both streams from the given offsets, and the exit code if there is one."""
    parts = (
        f'tail -c +{seen + 1} "$d/{name}" | head -c {MAX_SHELL_READ} | base64 -w0; echo; '
        for name, seen in (("out", out), ("err", err))
    )
    return f'd={shlex.quote(folder)}; c=$(cat "$d/code" 2>/dev/null); {"".join(parts)}printf %s "$c"'


def parse_shell_output(text: str) -> ProcessOutput:
    """Parse the output of ``shell_read``; the exit code is returned once all output was read."""
    out, err, code = text.split("\n")
    found = b64decode(out, validate=True), b64decode(err, validate=True)
    pairs: Iterable[tuple[Stream, bytes]] = zip(STREAMS, found, strict=True)
    chunks = tuple(pair for pair in pairs if pair[1])
    more = any(len(data) == MAX_SHELL_READ for data in found)
    return ProcessOutput(chunks, exit_code=int(code) if code and not more else None)


def shell_writes(folder: str, data: bytes) -> Iterator[str]:
    """Yield the commands that write to a process's input, in pieces: arguments have a size limit."""
    for start in range(0, len(data), MAX_BINARY_CHUNK):
        piece = b64encode(data[start : start + MAX_BINARY_CHUNK]).decode()
        yield (
            f'd={shlex.quote(folder)}; if [ -e "$d/eof" ] || [ -e "$d/code" ]; then {_FAIL_CLOSED}; fi; '
            f'printf %s {piece} | base64 -d >"$d/in"'
        )


def shell_close(folder: str) -> str:
    """Return the command that closes a process's input."""
    return f": >{shlex.quote(folder + '/eof')}"


def shell_kill(folder: str, pid: int) -> str:
    """Return the command that kills a process group and removes its files."""
    return f"kill -KILL -- -{pid} 2>/dev/null; : >{shlex.quote(folder + '/eof')}; rm -rf -- {shlex.quote(folder)}"
