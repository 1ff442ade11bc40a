"""Background processes: the engine's tools, and the shell commands for machines without them."""

import shlex
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from ..core.output import HEAD_SHARES, MAX_OUTPUT, STREAMS, Keep, Stream
from ..core.tool import Tool, parse_done
from ..core.wire_model import Wire
from ..models.processes import (
    ProcessOutput,
    ProcessOutputResult,
    ProcessResult,
    ProcessStartResult,
    ProcessState,
    ProcessStateResult,
)
from .file_failures import strip_envelope
from .files import MAX_BINARY_CHUNK

W = TypeVar("W", bound=Wire)

SERVER = "sessionbay_process"
MAX_KEPT_OUTPUT = 8 * 2**20  # bytes of each stream that the engine keeps for process_wait
STREAMS_BY_NUMBER: dict[str, Stream] = {"1": "stdout", "2": "stderr"}


@dataclass(frozen=True)
class ProcessSpec:
    """What to start. ``stdin`` is the whole input; None leaves it open."""

    command: str
    cwd: str | None = None
    envs: Mapping[str, str] | None = None
    max_output: int = MAX_OUTPUT
    keep: Keep = "head+tail"
    stdin: bytes | None = None


class StartArgs(Wire):
    """``key`` names the start for ``KillArgs``; ``stdin`` is base64."""

    command: str
    cwd: str | None = None
    envs: dict[str, str] | None = None
    key: str | None = None
    max_output: int = Field(default=MAX_OUTPUT, ge=1)
    keep: Keep = "head+tail"
    stdin: str | None = None


class ReadArgs(Wire):
    """``after`` acknowledges the chunks up to that number; they are dropped."""

    pid: int
    after: int = 0
    wait_ms: int = 0


class WriteArgs(Wire):
    pid: int
    data: str = ""
    close: bool = False


class WaitArgs(Wire):
    pid: int
    wait_ms: int = 0


class KillArgs(Wire):
    """A process, or with ``key`` a start, which may not have begun."""

    pid: int = 0
    key: str | None = None


class ProcessOutputAnswer(Wire):
    """Chunks of output (number, stream, base64), and the exit code once the process has ended."""

    chunks: list[tuple[int, str, str]] = Field(default_factory=list[tuple[int, str, str]])
    exit_code: int | None = None


class ProcessStateAnswer(Wire):
    """The number of the last chunk, both streams (head, number of bytes dropped, tail), and the exit code."""

    last: int
    outputs: tuple[tuple[str, int, str], tuple[str, int, str]]
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


def parse_state(text: str) -> dict[str, Any]:
    """Parse the kept output of a process."""
    answer = _parse(ProcessStateAnswer, text)
    outputs: tuple[tuple[Stream, bytes, int, bytes], ...] = tuple(
        (stream, b64decode(head, validate=True), dropped, b64decode(tail, validate=True))
        for stream, (head, dropped, tail) in zip(STREAMS, answer.outputs, strict=True)
    )
    return {"data": ProcessState(outputs, answer.last, answer.exit_code)}


def parse_failure(text: str) -> dict[str, Any]:
    """Parse the text of a failed call."""
    return {"error_message": strip_envelope(text)}


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
    read_error=parse_failure,
)
READ = Tool(
    name="process_read",
    server=SERVER,
    about="Return the output of a process after a chunk; wait for more.",
    args=ReadArgs,
    result=ProcessOutputResult,
    read=parse_output,
    read_error=parse_failure,
)
WAIT = Tool(
    name="process_wait",
    server=SERVER,
    about="Wait for the exit of a process, and discard its unread output; return the part that was kept.",
    args=WaitArgs,
    result=ProcessStateResult,
    read=parse_state,
    read_error=parse_failure,
)
WRITE = Tool(
    name="process_write",
    server=SERVER,
    about="Write to a process's standard input (data is base64), or close it.",
    args=WriteArgs,
    result=ProcessResult,
    read=parse_done,
    read_error=parse_failure,
)
KILL = Tool(
    name="process_kill",
    server=SERVER,
    about="Kill a process and its process group, or cancel its start.",
    args=KillArgs,
    result=ProcessResult,
    read=parse_done,
    read_error=parse_failure,
)

# For machines without these tools: the command runs in the background and writes to files, which are polled. A second
# process keeps its input open, since a pipe ends when its last writer does; it exits once the folder is removed.
_RUNNER = (
    'echo $$ >"$0/pid" || exit; sh -c "$1" <"$0/in" >"$0/out" 2>"$0/err"; echo $? >"$0/part"; mv "$0/part" "$0/code"'
)
_FEEDER = 'exec 3>"$0/in"; while [ -p "$0/in" ] && [ ! -e "$0/eof" ] && [ ! -e "$0/code" ]; do sleep 0.2; done'
_FAIL_CLOSED = 'echo "the process has ended, or its input is closed" >&2; exit 1'
FOLDER = "/tmp/sessionbay-process-"  # and a random name
WAIT_STEP = 0.05  # seconds between two polls on the machine
MAX_SHELL_READ = 24_000  # bytes of each stream in one answer, before base64


def shell_start(folder: str, command: str) -> str:
    """Return the command that starts another in the background, with its files in a new folder, and prints its pid."""
    runner, feeder = shlex.quote(_RUNNER), shlex.quote(_FEEDER)
    aside = ">/dev/null 2>&1 </dev/null &"
    return (
        f'd={folder}; mkdir -m 700 "$d" && echo $$ >"$d/starter" && mkfifo "$d/in" && : >"$d/out" && : >"$d/err" && '
        f'{{ setsid sh -c {runner} "$d" {shlex.quote(command)} {aside} setsid sh -c {feeder} "$d" {aside} }} && '
        'while [ ! -s "$d/pid" ]; do sleep 0.02; done && cat "$d/pid"'
    )


def shell_read(folder: str, out: int, err: int) -> str:
    """Return the command that prints both streams from the given offsets, and the exit code if there is one."""
    parts = (
        f'tail -c +{seen + 1} "$d/{name}" | head -c {MAX_SHELL_READ} | base64 -w0; echo; '
        for name, seen in (("out", out), ("err", err))
    )
    return f'd={folder}; c=$(cat "$d/code" 2>/dev/null); {"".join(parts)}printf %s "$c"'


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
            f'd={folder}; if [ -e "$d/eof" ] || [ -e "$d/code" ]; then {_FAIL_CLOSED}; fi; '
            f'printf %s {piece} | base64 -d >"$d/in"'
        )


def staging_path(name: str) -> str:
    """Return the path of a temporary file."""
    return f"/tmp/sessionbay-staged-{name}"  # the name is random


def shell_append(path: str, data: bytes) -> Iterator[str]:
    """Yield the commands that write a temporary file, in pieces."""
    for start in range(0, len(data), MAX_BINARY_CHUNK):
        piece = b64encode(data[start : start + MAX_BINARY_CHUNK]).decode()
        yield f"umask 077; printf %s {piece} | base64 -d >>{path}"


def shell_close(folder: str) -> str:
    """Return the command that closes a process's input."""
    return f": >{folder}/eof"


def shell_kill(folder: str, pid: int) -> str:
    """Return the command that kills a process group and removes its files."""
    return f"kill -KILL -- -{pid} 2>/dev/null; : >{folder}/eof; rm -rf -- {folder}"


def shell_cancel(folder: str) -> str:
    """Return the command that kills a process whose start may be running, or prevents that by taking its folder."""
    return (
        f'd={folder}; mkdir -m 700 "$d" 2>/dev/null && exit; i=0; '
        'while [ ! -s "$d/pid" ] && [ $i -lt 40 ] && { [ ! -s "$d/starter" ] || kill -0 $(cat "$d/starter"); }; '
        "do sleep 0.05; i=$((i + 1)); done 2>/dev/null; "
        'kill -KILL -- "-$(cat "$d/pid")" 2>/dev/null; : >"$d/eof"; rm -rf -- "$d"'
    )


def shell_find(pid: int) -> str:
    """Return the command that prints the folder of a process."""
    return (
        f'for f in {FOLDER}*/pid; do [ "$(cat "$f")" = {pid} ] && printf %s "${{f%/pid}}" && exit; done 2>/dev/null; '
        f'echo "no process {pid} was started by command.start" >&2; exit 1'
    )


def shell_wait(folder: str, seconds: float) -> str:
    """Return the command that waits for the exit, and prints the sizes of both streams and the exit code."""
    return (
        f'd={folder}; i=0; while [ -p "$d/in" ] && [ ! -e "$d/code" ] && [ $i -lt {int(seconds / WAIT_STEP)} ]; '
        f"do sleep {WAIT_STEP}; i=$((i + 1)); done; "
        'wc -c <"$d/out" && wc -c <"$d/err" && cat "$d/code" 2>/dev/null || :'
    )


def shell_range(folder: str, stream: Stream, start: int, size: int) -> str:
    """Return the command that prints a part of a stream."""
    return f"tail -c +{start + 1} {folder}/{stream.removeprefix('std')} | head -c {size} | base64 -w0"


def kept_ranges(size: int, spec: ProcessSpec) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the bounds of the beginning and of the end to keep of a stream."""
    if size <= spec.max_output:
        return (0, size), (size, size)
    head = int(spec.max_output * HEAD_SHARES[spec.keep])
    return (0, head), (size - spec.max_output + head, size)
