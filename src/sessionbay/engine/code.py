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
from .agent.line import AgentFailure, AgentGone, AgentLine

INTERRUPTING = 3.0  # seconds that interrupted code has to stop
MOST_LINE = 32 * 2**20
Tell = Callable[[Mapping[str, Any]], None]


@dataclass
class Ran:
    """What one run has come to."""

    stdout: list[str] = field(default_factory=list[str])
    stderr: list[str] = field(default_factory=list[str])
    results: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    error: ExecutionError | None = None
    count: int = 0
    seconds: float = 0.0


class CodeContext:
    """One process that runs code. What it says is the session's own word, and is taken for no more."""

    def __init__(self, agent: AgentLine, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._agent = agent
        self._pid = pid
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self.lost = False

    @classmethod
    async def open(cls, agent: AgentLine, language: str, packages: str, envs: Mapping[str, str]) -> "CodeContext":
        """Start the process."""
        told, fd = await agent.ask_fd("open_context", language=language, packages=packages, envs=dict(envs))
        streams = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=MOST_LINE)
        return cls(agent, told["pid"], *streams)

    def leave(self) -> None:
        """Give up the line to the process, which ends with its session."""
        self._writer.close()

    async def close(self) -> None:
        """End the process."""
        self.lost = True
        self.leave()
        with suppress(AgentFailure, AgentGone):
            await self._agent.ask("interrupt", pid=self._pid, kill=True)

    async def run(self, code: str, timeout: float, envs: Mapping[str, str], budget: int, tell: Tell) -> Ran:
        """Run code; one run at a time. ``tell`` hears what happens as it does; AgentFailure means a lost process."""
        async with self._turn:
            mark = secrets.token_hex(16)
            encoded = (b64encode(text.encode("utf-8", "replace")) for text in (code, json.dumps(dict(envs))))
            self._writer.write(b" ".join([mark.encode(), *encoded]) + b"\n")
            ran, kept, begun = Ran(), _Budget(budget), time.monotonic()
            try:
                async with asyncio.timeout(timeout):
                    await self._follow(mark, ran, kept, tell)
            except TimeoutError:
                await self._stop(mark, ran, kept, tell, timeout)
            except asyncio.CancelledError:
                await self._abandon(mark, ran, kept, tell)
                raise
            ran.seconds = time.monotonic() - begun
            return ran

    async def _stop(self, mark: str, ran: Ran, kept: "_Budget", tell: Tell, timeout: float) -> None:
        """Interrupt code whose time is over; end its process when it does not listen."""
        await self._agent.ask("interrupt", pid=self._pid)
        told = f"[timeout] the code was interrupted after {timeout:g} s"
        try:
            async with asyncio.timeout(INTERRUPTING):
                await self._follow(mark, ran, kept, tell)
        except TimeoutError:
            await self.close()
            told += "; it did not listen: its variables are lost"
        ran.error = ExecutionError("TimeoutError", told, ran.error.traceback if ran.error else "")
        tell({"event": "error", "name": "TimeoutError", "value": told})

    async def _abandon(self, mark: str, ran: Ran, kept: "_Budget", tell: Tell) -> None:
        """Interrupt code that nobody waits for any more, so that the next run finds its variables and no old output."""
        try:
            async with asyncio.timeout(INTERRUPTING):
                await self._agent.ask("interrupt", pid=self._pid)
                await self._follow(mark, ran, kept, tell)
        except (TimeoutError, AgentFailure, AgentGone):
            await self.close()
        except BaseException:
            self.lost = True
            self.leave()
            raise

    async def _line(self) -> bytes:
        try:
            return await self._reader.readline()
        except ValueError as exc:
            raise AgentFailure(f"what the code has shown is longer than {MOST_LINE} bytes") from exc
        except OSError:
            return b""

    async def _follow(self, mark: str, ran: Ran, kept: "_Budget", tell: Tell) -> None:
        """Take in what happens until the run has ended."""
        while True:
            event = _event(await self._line())
            if event.get("event") == "end" and event.get("mark") == mark:
                ran.count = int(event.get("count", 0))
                for name in ("stdout", "stderr"):
                    for note in kept.note(name):
                        getattr(ran, name).append(note)
                        tell({"event": name, "chunk": note})
                return
            if _taken(event, ran, kept):
                tell(event)


def _event(line: bytes) -> dict[str, Any]:
    """Return what a line tells; an AgentFailure says that the process has ended, or says nonsense."""
    try:
        event: Any = json.loads(line) if line else None
    except ValueError:
        event = None
    if not isinstance(event, dict):
        raise AgentFailure("the process that ran the code has ended: its variables are lost")
    return cast("dict[str, Any]", event)


def _taken(event: dict[str, Any], ran: Ran, kept: "_Budget") -> bool:
    """Add an event to a run; return whether it is one that others are to hear of."""
    kind = event.get("event")
    if kind in ("stdout", "stderr"):
        chunk = kept.cut(kind, str(event.get("chunk", "")))
        getattr(ran, kind).extend([chunk] if chunk else [])
        return bool(chunk)
    if kind == "result" and isinstance(event.get("mime"), dict):
        ran.results.append({**event["mime"], "isMainResult": event.get("main") is True})
        return True
    if kind == "error":
        name, value, trace = (str(event.get(key, "")) for key in ("name", "value", "traceback"))
        ran.error = ExecutionError(name or "Error", value, trace)
        return True
    return False


class _Budget:
    """How much of each output is kept: its beginning, and a note of what was left out."""

    def __init__(self, size: int) -> None:
        self._left = {"stdout": size, "stderr": size}
        self._dropped = {"stdout": 0, "stderr": 0}

    def cut(self, name: str, chunk: str) -> str:
        """Return what is kept of a chunk."""
        kept = chunk[: self._left[name]]
        self._left[name] -= len(kept)
        self._dropped[name] += len(chunk) - len(kept)
        return kept

    def note(self, name: str) -> list[str]:
        """Return the word on what was left out, if there is one."""
        dropped = self._dropped[name]
        return [f"\n[... {dropped} characters left out ...]\n"] if dropped else []
