"""Code that keeps its variables: the engine's end of the processes that run it, one for each language of a session."""

import asyncio
import json
import secrets
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from ..models.code import ExecutionError
from .agent.connection import AgentConnection, AgentFailure, AgentGone

POLL_INTERVAL = 0.25  # seconds between two looks at whether the code stands still with its session
INTERRUPT_TIMEOUT = 3.0  # seconds that interrupted code has to stop
MAX_LINE_BYTES = 32 * 2**20
Tell = Callable[[Mapping[str, Any]], None]
Paused = Callable[[], bool]


@dataclass
class RunResult:
    """What one run has come to."""

    stdout: list[str] = field(default_factory=list[str])
    stderr: list[str] = field(default_factory=list[str])
    results: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    error: ExecutionError | None = None
    count: int = 0
    seconds: float = 0.0


class CodeKernel:
    """One process that runs code. What it says is the session's own word, and is taken for no more."""

    def __init__(
        self, agent: AgentConnection, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._agent = agent
        self._pid = pid
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self.lost = False

    @classmethod
    async def open(cls, agent: AgentConnection, language: str, packages: str, envs: Mapping[str, str]) -> "CodeKernel":
        """Start the process."""
        told, fd = await agent.request_fd("open_kernel", language=language, packages=packages, envs=dict(envs))
        streams = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=MAX_LINE_BYTES)
        return cls(agent, told["pid"], *streams)

    def leave(self) -> None:
        """Give up the line to the process, which ends with its session."""
        self._writer.close()

    async def close(self) -> None:
        """End the process."""
        self.lost = True
        self.leave()
        with suppress(AgentFailure, AgentGone):
            await self._agent.request("interrupt", pid=self._pid, kill=True)

    async def run(
        self, code: str, timeout: float, envs: Mapping[str, str], heard: "OutputCollector", paused: Paused
    ) -> RunResult:
        """Run code; one run at a time. AgentFailure means a lost process."""
        async with self._turn:
            begun = time.monotonic()
            encoded = (b64encode(text.encode("utf-8", "replace")) for text in (code, json.dumps(dict(envs))))
            self._writer.write(b" ".join([heard.mark.encode(), *encoded]) + b"\n")
            try:
                left = timeout
                while not await self._ended(heard, min(left, POLL_INTERVAL)):
                    left -= 0 if paused() else POLL_INTERVAL
                    if left <= 0:
                        await self._stop(heard, timeout)
                        break
            except asyncio.CancelledError:
                await self._abandon(heard)
                raise
            heard.ran.seconds = time.monotonic() - begun
            return heard.ran

    async def _stop(self, heard: "OutputCollector", timeout: float) -> None:
        """Interrupt code whose time is over; end its process when it does not listen."""
        await self._agent.request("interrupt", pid=self._pid)
        told = f"[timeout] the code was interrupted after {timeout:g} s"
        if not await self._ended(heard, INTERRUPT_TIMEOUT):
            await self.close()
            told += "; it did not listen: its variables are lost"
        trace = heard.ran.error.traceback if heard.ran.error else ""
        heard.take({"event": "error", "name": "TimeoutError", "value": told, "traceback": trace})

    async def _abandon(self, heard: "OutputCollector") -> None:
        """Interrupt code that nobody waits for any more, so that the next run finds its variables and no old output."""
        try:
            async with asyncio.timeout(INTERRUPT_TIMEOUT):
                await self._agent.request("interrupt", pid=self._pid)
                await self._follow(heard)
        except (TimeoutError, AgentFailure, AgentGone):
            await self.close()
        except BaseException:
            self.lost = True
            self.leave()
            raise

    async def _ended(self, heard: "OutputCollector", limit: float) -> bool:
        """Take in what happens; return whether the run has ended in time."""
        try:
            async with asyncio.timeout(limit):
                await self._follow(heard)
        except TimeoutError:
            return False
        return True

    async def _follow(self, heard: "OutputCollector") -> None:
        """Take in what happens until the run has ended."""
        while not heard.take(_event(await self._line())):
            pass

    async def _line(self) -> bytes:
        try:
            return await self._reader.readline()
        except ValueError as exc:
            raise AgentFailure(f"what the code has shown is longer than {MAX_LINE_BYTES} bytes") from exc
        except OSError:
            return b""


def _event(line: bytes) -> dict[str, Any]:
    """Return what a line tells; an AgentFailure says that the process has ended, or says nonsense."""
    try:
        event: Any = json.loads(line) if line else None
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise AgentFailure("the process that ran the code has ended: its variables are lost")
    return cast("dict[str, Any]", event)


class OutputCollector:
    """What is heard of one run: kept within a budget for each output, and told on as it comes."""

    def __init__(self, budget: int, tell: Tell) -> None:
        self.mark = secrets.token_hex(16)
        self.ran = RunResult()
        self._tell = tell
        self._left: dict[str, int] = {"stdout": budget, "stderr": budget}
        self._dropped: dict[str, int] = {"stdout": 0, "stderr": 0}

    def take(self, event: dict[str, Any]) -> bool:
        """Take in an event; return whether it ends the run."""
        kind = str(event.get("event"))
        if kind == "end" and event.get("mark") == self.mark:
            self.ran.count = int(event.get("count", 0))
            self._note_what_was_dropped()
            return True
        if kind in self._left:
            self._add(kind, str(event.get("chunk", "")))
        elif kind == "result" and isinstance(event.get("mime"), dict):
            self.ran.results.append({**event["mime"], "isMainResult": event.get("main") is True})
            self._tell(event)
        elif kind == "error":
            name, value, trace = (str(event.get(key, "")) for key in ("name", "value", "traceback"))
            self.ran.error = ExecutionError(name or "Error", value, trace)
            self._tell(event)
        return False

    def _add(self, output: str, chunk: str) -> None:
        kept = chunk[: self._left[output]]
        self._left[output] -= len(kept)
        self._dropped[output] += len(chunk) - len(kept)
        if kept:
            self._say(output, kept)

    def _note_what_was_dropped(self) -> None:
        for output, dropped in self._dropped.items():
            if dropped:
                self._say(output, f"\n[... {dropped} characters left out ...]\n")

    def _say(self, output: str, chunk: str) -> None:
        getattr(self.ran, output).append(chunk)
        self._tell({"event": output, "chunk": chunk})
