"""The output of the Python kernel: capture of its descriptors, and interrupts that do not cut an event."""

from __future__ import annotations

import codecs
import io
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

DRAIN_TIMEOUT = 5.0  # seconds
MARK_NUMBER = 8  # bytes
SMALL = 4096  # bytes
COLLECT_TIME = 0.002  # seconds after a small chunk, so that many lines become one event


@contextmanager
def uninterrupted() -> Generator[None, None, None]:
    """Defer an interrupt of the main thread to the end of a block, which must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, frame: pending.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if pending:
            signal.raise_signal(signal.SIGINT)


class Pipe:
    """Captures one of the process's two outputs, including the output of child processes."""

    def __init__(self, number: int, send: Callable[[str], None]) -> None:
        self._number = number
        self._send = send
        self._secret = os.urandom(16)
        self._sent = self._seen = 0  # marks
        self._news, self._hurry = threading.Event(), threading.Event()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._end, self._begin = os.pipe()
        self.stream = self._open()
        threading.Thread(target=self._read, daemon=True).start()
        os.register_at_fork(after_in_child=lambda: os.close(self._end))

    def _open(self) -> io.TextIOWrapper:
        os.dup2(self._begin, self._number)
        errors = "strict" if self._number == 1 else "backslashreplace"  # as in any program
        return io.TextIOWrapper(io.FileIO(self._number, "w", closefd=False), "utf-8", errors, line_buffering=True)

    def reopen(self) -> io.TextIOWrapper:
        """Return the stream, a new one if code has closed it or its descriptor."""
        try:
            os.fstat(self._number)
            self.stream.flush()
        except (OSError, ValueError):
            self.stream = self._open()
        return self.stream

    def mark(self) -> None:
        """Write a mark, whose arrival shows that all output before it was read."""
        self._sent += 1
        self._hurry.set()
        os.write(self._begin, self._secret + self._sent.to_bytes(MARK_NUMBER, "big"))

    def drain(self) -> None:
        """Wait for the last mark to arrive."""
        while self._seen < self._sent and self._news.wait(DRAIN_TIMEOUT):
            self._news.clear()

    def _read(self) -> None:
        size = len(self._secret) + MARK_NUMBER
        held = b""
        while data := os.read(self._end, 65536):
            held += data
            while (place := held.find(self._secret)) >= 0 and len(held) >= place + size:
                self._emit(held[:place])
                self._seen = int.from_bytes(held[place + len(self._secret) : place + size], "big")
                held = held[place + size :]
                self._news.set()
            end = place if place >= 0 else len(held) - _overlap(held, self._secret)
            self._emit(held[:end])
            held = held[end:]
            if self._seen == self._sent:
                self._hurry.clear()
            if len(data) < SMALL:
                self._hurry.wait(COLLECT_TIME)

    def _emit(self, data: bytes) -> None:
        if chunk := self._decoder.decode(data):
            self._send(chunk)


def _overlap(data: bytes, mark: bytes) -> int:
    """Return how many bytes at the end of ``data`` may be the beginning of ``mark``."""
    return next((size for size in range(min(len(mark) - 1, len(data)), 0, -1) if mark.startswith(data[-size:])), 0)
