"""Running one command: its time, its output, its end."""

from __future__ import annotations

import errno
import os
import select
import selectors
import signal
import subprocess
import threading
from codecs import getincrementaldecoder

from .frame_socket import Failure
from .process_tree import ProcessTree

MAX_POLL_INTERVAL = 0.5  # seconds within which a command is told that the session is full, or stands still
MIN_POLL_INTERVAL = 0.02
UTF8_CONTINUATION = bytes(range(0x80, 0xC0))  # what goes on with a character of UTF-8
TOO_MANY_PROCESSES = "the session has all the processes that it may have: end some, or delete the session"
SHELL = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"


class Tail:
    """The beginning and the end of a stream; what is between is counted and dropped."""

    def __init__(self, keep: int) -> None:
        self._half = keep // 2
        self._head, self._tail = bytearray(), bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        """Take in more of the stream."""
        room = self._half - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * self._half:
            self._trim()

    def text(self) -> str:
        """Return what was kept."""
        head, omitted, tail = self._cut()
        note = f"\n[... {omitted} bytes left out ...]\n" if omitted else ""
        return head + note + tail

    def omitted(self) -> int:
        """Return how many bytes are not in the text."""
        return self._cut()[1]

    def _cut(self) -> tuple[str, int, str]:
        """Return the beginning, the number of bytes left out, and the end; no character is cut in two."""
        self._trim()
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace"), 0, ""
        decoder, first = getincrementaldecoder("utf-8")("replace"), self._tail[:3]
        head, over = decoder.decode(bytes(self._head)), len(first) - len(first.lstrip(UTF8_CONTINUATION))
        omitted = self._dropped + len(decoder.getstate()[0]) + over
        return head, omitted, self._tail[over:].decode("utf-8", "replace")

    def _trim(self) -> None:
        extra = len(self._tail) - self._half
        if extra > 0:
            del self._tail[:extra]
            self._dropped += extra


def spawn(command: str, cwd: str, envs: dict[str, str], stdin: int) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own, with pipes from its outputs."""
    try:
        return subprocess.Popen(
            [SHELL, "-c", command],
            cwd=cwd,
            env={**os.environ, **envs},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as exc:
        if isinstance(exc, OSError) and exc.errno == errno.EAGAIN:
            raise Failure(TOO_MANY_PROCESSES) from exc
        raise Failure(f"the command cannot be started in {cwd}: {exc}") from exc


class Run:
    """One command."""

    def __init__(
        self,
        process_tree: ProcessTree,
        command: str,
        timeout: float,
        keep: int,
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
    ) -> None:
        self._process_tree = process_tree
        self._command = command
        self._timeout = timeout
        self._cwd = cwd or os.getcwd()
        self._envs = envs or {}
        self._out, self._err = Tail(keep), Tail(keep)

    def result(self) -> dict[str, object]:
        """Run it; return how it ended and what it wrote."""
        with self._process_tree.starting():
            process = spawn(self._command, self._cwd, self._envs, subprocess.DEVNULL)
            self._process_tree.began(process.pid)
        end = os.pidfd_open(process.pid)
        try:
            timed_out = not self._collect(process, end, self._process_tree.clock() + self._timeout)
        finally:
            os.close(end)
            notes = self._process_tree.ended(process.pid)
        full = self._process_tree.full if timed_out else ""
        if timed_out:
            end_group(process.pid)
        code = process.wait()
        if full:
            raise Failure(f"the command was ended: {full}")
        return {
            "exit_code": 128 - code if code < 0 else code,
            "timed_out": timed_out,
            "omitted": self._out.omitted() + self._err.omitted(),
            "stdout": self._out.text(),
            "stderr": self._err.text() + "".join(f"{note}\n" for note in notes),
        }

    def _collect(self, process: subprocess.Popen[bytes], end: int, deadline: float) -> bool:
        """Take in what is written until the command ends (True), or has to: its time is over, or the session full."""
        ended = False
        with selectors.DefaultSelector() as selector:
            for pipe, tail in ((process.stdout, self._out), (process.stderr, self._err)):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, tail)
            selector.register(end, selectors.EVENT_READ)
            while True:
                wrote = False
                left = deadline - self._process_tree.clock()
                for key, _ in selector.select(0 if ended else max(MIN_POLL_INTERVAL, min(left, MAX_POLL_INTERVAL))):
                    if key.fd == end:
                        ended = True
                        selector.unregister(end)
                    else:
                        wrote = self._take(selector, key)
                if ended and not wrote:
                    for key in selector.get_map().values():
                        DRAIN.take(key.fd)
                    return True
                if not ended and (self._process_tree.full or self._process_tree.clock() > deadline):
                    return False

    @staticmethod
    def _take(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> bool:
        data = os.read(key.fd, 65536)
        key.data.add(data)
        if not data:
            selector.unregister(key.fileobj)
        return True


class Drain:
    """Keeps pipes open for what commands left in the background, and throws away what comes: one thread for all."""

    _poll: select.epoll

    def start(self) -> None:
        """Begin, before the session's processes can leave no room for a thread."""
        self._poll = select.epoll()
        threading.Thread(target=self._discard, daemon=True).start()

    def take(self, fd: int) -> None:
        """Read a pipe to its end, on a descriptor of its own."""
        self._poll.register(os.dup(fd), select.EPOLLIN)

    def _discard(self) -> None:
        while True:
            for fd, _ in self._poll.poll():
                if not os.read(fd, 65536):
                    self._poll.unregister(fd)
                    os.close(fd)


DRAIN = Drain()


def end_group(pid: int) -> None:
    """Kill a command and all that it started in its process group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
