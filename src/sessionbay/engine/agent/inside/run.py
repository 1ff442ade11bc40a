"""Commands: run one to its end or its timeout, and collect its output."""

from __future__ import annotations

import os
import selectors
import subprocess

from .drain import DRAIN
from .frame_socket import Failure
from .process_tree import ProcessTree
from .starts import Starts, end_group, input_file
from .truncated_buffer import TruncatedBuffer

MAX_POLL_INTERVAL = 0.5  # seconds between two checks for a full or paused session
MIN_POLL_INTERVAL = 0.02


class Run:
    """One command."""

    def __init__(
        self,
        process_tree: ProcessTree,
        starts: Starts,
        command: str,
        timeout: float,
        max_output: int,
        keep: str = "head+tail",
        cwd: str | None = None,
        envs: dict[str, str] | None = None,
        key: str = "",
    ) -> None:
        self._process_tree = process_tree
        self._starts = starts
        self._key = key
        self._command = command
        self._timeout = timeout
        self._cwd = cwd
        self._envs = envs
        self._out, self._err = TruncatedBuffer(max_output, keep), TruncatedBuffer(max_output, keep)

    def result(self, stdin: bytes) -> dict[str, object]:
        """Run the command; return how it ended and what it wrote."""
        with input_file(stdin) as fd:
            return self._result(fd)

    def _result(self, stdin: int) -> dict[str, object]:
        process = self._starts.start(self._key, self._command, self._cwd, self._envs, stdin)
        self._process_tree.began(process.pid)
        end = os.pidfd_open(process.pid)
        try:
            timed_out = not self._collect(process, end, self._process_tree.clock() + self._timeout)
        finally:
            os.close(end)
            notes = self._process_tree.ended(process.pid)
            self._starts.forget(self._key)
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
        """Collect the output; return False if the command must be killed, for a timeout or a full session."""
        ended = False
        with selectors.DefaultSelector() as selector:
            for pipe, buffer in ((process.stdout, self._out), (process.stderr, self._err)):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, buffer)
            selector.register(end, selectors.EVENT_READ)
            while True:
                wrote = False
                left = deadline - self._process_tree.clock()
                for key, _ in selector.select(0 if ended else max(MIN_POLL_INTERVAL, min(left, MAX_POLL_INTERVAL))):
                    if key.fd == end:
                        ended = True
                        selector.unregister(end)
                    else:
                        wrote = self._read(selector, key)
                if ended and not wrote:
                    for key in selector.get_map().values():
                        DRAIN.add(key.fd)
                    return True
                if not ended and (self._process_tree.full or self._process_tree.clock() > deadline):
                    return False

    @staticmethod
    def _read(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> bool:
        data = os.read(key.fd, 65536)
        key.data.add(data)
        if not data:
            selector.unregister(key.fileobj)
        return True
