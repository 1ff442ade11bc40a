"""The Python kernel: runs code and keeps its variables, on IPython if that is installed.

Protocol, on the socket to the engine: a request is a line of three words: a mark, the code as base64, and variables of
the environment as base64 of JSON. The kernel sends lines of JSON with an ``event``: ``ready`` when it has started; then
``stdout``, ``stderr``, ``result``, ``error``, and at last ``end``, with the mark, for each request. The code can write
to that socket, too: the engine does not trust it.
"""

from __future__ import annotations

import base64
import builtins
import errno
import json
import os
import signal
import socket
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from .python_ipython import ipython
from .python_output import Pipe, uninterrupted
from .python_runner import Loop, Plain, Runner, describe, leave
from .search_path import SearchPath

STREAMS = ("stdout", "stderr")
MAX_ERROR = 2**20  # characters of an exception's text, and of its traceback


class Kernel:
    """Takes requests from the engine, and sends it the events of each run."""

    def __init__(self) -> None:
        self._socket = socket.socket(fileno=os.dup(0))
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        self._sending = threading.RLock()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._is_child = False
        os.register_at_fork(after_in_child=self._become_child)
        self._pipes = [Pipe(number, partial(self._send_chunk, name)) for number, name in enumerate(STREAMS, 1)]
        self.loop = Loop()

    def _become_child(self) -> None:
        """Leave the engine to the parent."""
        self._is_child = True
        self._socket.close()

    def serve(self, search_path: SearchPath) -> None:
        """Run the code of each request until the engine closes the connection."""
        sys.stdout, sys.stderr = [pipe.stream for pipe in self._pipes]
        warnings.filterwarnings("ignore", ".*multi-threaded, use of fork", DeprecationWarning)  # the kernel's threads
        builtins.exit = builtins.quit = leave  # type: ignore[assignment]
        runner: Runner
        try:
            runner = ipython(self)
        except ImportError:
            runner = Plain(self)
        except OSError as exc:  # IPython needs a folder for temporary files
            is_full = os.statvfs(os.environ.get("TMPDIR", "/tmp")).f_bavail == 0
            self._send("failed", reason=os.strerror(errno.ENOSPC) if is_full else str(exc))
            return
        self._send("ready")
        count = 0
        while request := self._receive():
            count += 1
            mark, *encoded = request.rstrip(b"\n").split(b" ")  # the word for empty code is empty
            code, envs = map(base64.b64decode, encoded)
            os.environ.update(json.loads(envs))
            search_path.refresh()
            begun = time.monotonic()
            self._run(runner, code.decode())
            self._send("end", mark=mark.decode(), count=count, seconds=time.monotonic() - begun)

    def _receive(self) -> bytes:
        """Return a line; an empty one at the end of the connection."""
        data = b""
        while not data.endswith(b"\n"):
            self.loop.wait_readable(self._socket)
            received = self._socket.recv(2**20)
            if not received:
                return b""
            data += received
        return data

    def _run(self, runner: Runner, code: str) -> None:
        """Run code, and send its output. In a child process that the code has forked, exit."""
        self._open_streams()
        self.loop.select()
        error: BaseException | None = None
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            error = runner.run(code)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except BaseException as exc:  # an interrupt; or the code has broken IPython
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            error = exc
            self.send_error(exc, traceback.format_exc())
        if self._is_child:
            self._exit(error)
        self._flush()

    def _open_streams(self) -> None:
        """Replace the streams that code has closed or deleted."""
        for name, pipe in zip(STREAMS, self._pipes):  # noqa: B905  # Python 3.9
            old, new = pipe.stream, pipe.reopen()
            if getattr(sys, name, None) in (None, old):
                setattr(sys, name, new)
            setattr(sys, f"__{name}__", new)

    @staticmethod
    def _exit(error: BaseException | None) -> NoReturn:
        """End a child process where its code has ended, as a script does."""
        raise error if isinstance(error, SystemExit) else SystemExit(0 if error is None else 1)

    def _flush(self) -> None:
        """Wait until all output so far was sent."""
        streams: list[Any] = [getattr(sys, name, None) for name in STREAMS]
        for stream in (*streams, *(pipe.stream for pipe in self._pipes)):
            with suppress(Exception):  # the code's own, closed, or deleted
                stream.flush()
        for pipe in self._pipes:
            pipe.mark()
        for pipe in self._pipes:
            pipe.drain()

    def send_result(self, forms: Mapping[str, object], *, main: bool) -> None:
        """Send a displayed value; ``main`` for that of the code's last expression."""
        plain = {
            mime: base64.b64encode(form).decode() if isinstance(form, bytes) else form for mime, form in forms.items()
        }
        self._send_in_order("result", main=main, mime=plain)

    def send_error(self, error: BaseException, trace: str) -> None:
        """Send the exception that ended a run. In a child process, print it."""
        if self._is_child and not isinstance(error, SystemExit):
            print(trace, file=sys.stderr)  # noqa: T201
        value = describe(error)[:MAX_ERROR]
        self._send_in_order("error", name=type(error).__name__, value=value, traceback=trace[-MAX_ERROR:])

    def _send_in_order(self, event: str, **fields: object) -> None:
        """Send an event after all output so far."""
        with uninterrupted():
            if not self._is_child:
                self._flush()
                self._send(event, **fields)

    def _send_chunk(self, name: str, chunk: str) -> None:
        self._send(name, chunk=chunk)

    def _send(self, event: str, **fields: object) -> None:
        line = json.dumps({"event": event, **fields}, default=str).encode() + b"\n"
        with self._sending:
            self._socket.sendall(line)


def main(packages: str) -> None:
    """Run code until the engine is gone; ``packages`` is a folder of further modules, or empty."""
    sys.argv = [""]
    Kernel().serve(SearchPath(packages))
