"""The engine's end of the code kernels: one process for each language of a session, which keeps variables."""

import asyncio
import json
import re
import secrets
import signal
import socket
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from ..core.output import STREAMS, Keep, OutputLimit
from ..models.code import ExecutionError
from ..operations.code import KERNEL_DIED, VALUE_TOO_LARGE
from .agent.connection import AgentConnection, AgentFailure, AgentGone
from .json_limit import has_more_values

POLL_INTERVAL = 0.25  # seconds between two checks whether the session is paused
INTERRUPT_TIMEOUT = 3.0  # seconds that interrupted code has to stop
MAX_LINE_BYTES = 32 * 2**20
MAX_VALUES = 50_000  # of the JSON of a line
MAX_RESULT_BYTES = 32 * 2**20  # of all displayed values of a run
TOO_LARGE = "displayed values of more than 32 MiB cannot be returned: return a part of them, or write them to a file"
OVERSIZED = json.dumps({"event": "error", "name": VALUE_TOO_LARGE, "value": TOO_LARGE}).encode()
START_TIMEOUT = 60.0  # seconds
ESCAPED_SURROGATE = re.compile(rb"\\u[dD]")
OnEvent = Callable[[Mapping[str, Any]], None]
IsPaused = Callable[[], bool]


@dataclass
class RunResult:
    """The result of one run."""

    stdout: list[str] = field(default_factory=list[str])
    stderr: list[str] = field(default_factory=list[str])
    results: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    error: ExecutionError | None = None
    count: int = 0
    seconds: float = 0.0
    omitted: int = 0  # bytes of output


class KernelLost(Exception):
    """The process had ended before the run: start another one."""


class CodeKernel:
    """A process that runs code. Its events are untrusted input from the session."""

    def __init__(
        self, agent: AgentConnection, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._agent = agent
        self._pid = pid
        self._reader = reader
        self._writer = writer
        self._lock = asyncio.Lock()
        self._ready = self._is_oversized = False
        self.lost = False

    @classmethod
    async def open(cls, agent: AgentConnection, language: str, packages: str, envs: Mapping[str, str]) -> "CodeKernel":
        """Start the process."""
        opened, fd = await agent.request_fd("open_kernel", language=language, packages=packages, envs=dict(envs))
        streams = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=MAX_LINE_BYTES)
        return cls(agent, opened["pid"], *streams)

    def leave(self) -> None:
        """Close the connection to the process, which ends with its session."""
        self._writer.close()

    async def close(self) -> int | None:
        """End the process; return its exit code, negative for a signal, or None if it is unknown."""
        if self.lost:
            return None
        self.lost = True
        self.leave()
        with suppress(AgentFailure, AgentGone):
            exit_code: int = await self._agent.request("interrupt", pid=self._pid, kill=True)
            return exit_code
        return None

    async def run(
        self, code: str, timeout: float, envs: Mapping[str, str], collector: "OutputCollector", is_paused: IsPaused
    ) -> RunResult:
        """Run code, one run at a time; raise KernelLost if the process has ended, AgentFailure if it does not start."""
        async with self._lock:
            if self.lost:
                raise KernelLost
            await self._wait_ready()
            begun = time.monotonic()
            encoded = (b64encode(text.encode("utf-8", "replace")) for text in (code, json.dumps(dict(envs))))
            self._writer.write(b" ".join([collector.mark.encode(), *encoded]) + b"\n")
            try:
                remaining = timeout
                while not await self._ended(collector, min(remaining, POLL_INTERVAL)):
                    remaining -= 0 if is_paused() else POLL_INTERVAL
                    if remaining <= 0:
                        await self._stop(collector, timeout)
                        break
            except AgentFailure:
                await self._report_death(collector)
            except asyncio.CancelledError:
                await self._abandon(collector)
                raise
            collector.result.seconds = time.monotonic() - begun
            return collector.finish()

    async def _wait_ready(self) -> None:
        """Wait for the start of the process, whose duration is no part of the first run's timeout."""
        reason = ""
        try:
            async with asyncio.timeout(START_TIMEOUT):
                while not self._ready:  # a module that is imported at the start may write output
                    event = _event(await self._line())
                    self._ready = event.get("event") == "ready"
                    if event.get("event") == "failed":
                        reason = f": {event.get('reason')}"
                        raise AgentFailure(reason)
        except (TimeoutError, AgentFailure) as exc:
            raise AgentFailure(f"the process that runs the code did not start{reason}") from exc

    async def _report_death(self, collector: "OutputCollector") -> None:
        """Report the end of the process as the error of the run."""
        exit_code = await self.close()
        how = "has ended" if exit_code is None else f"exited with code {exit_code}"
        if exit_code is not None and exit_code < 0:
            how = f"was killed by signal {-exit_code} ({signal.strsignal(-exit_code)})"
        message = f"the process that ran the code {how}: its variables are lost"
        collector.take({"event": "error", "name": KERNEL_DIED, "value": message})

    async def _stop(self, collector: "OutputCollector", timeout: float) -> None:
        """Interrupt code after its timeout, and end the process if that does not stop it."""
        await self._agent.request("interrupt", pid=self._pid)
        message = f"[timeout] the code was interrupted after {timeout:g} s"
        if not await self._ended(collector, INTERRUPT_TIMEOUT):
            await self.close()
            message += "; it did not stop: its process was killed, and its variables are lost"
        trace = collector.result.error.traceback if collector.result.error else ""
        collector.take({"event": "error", "name": "TimeoutError", "value": message, "traceback": trace})

    async def _abandon(self, collector: "OutputCollector") -> None:
        """Interrupt cancelled code, so that the next run keeps its variables and gets no old output."""
        try:
            async with asyncio.timeout(INTERRUPT_TIMEOUT):
                await self._agent.request("interrupt", pid=self._pid)
                await self._follow(collector)
        except (TimeoutError, AgentFailure, AgentGone):
            await self.close()
        except BaseException:
            self.lost = True
            self.leave()
            raise

    async def _ended(self, collector: "OutputCollector", limit: float) -> bool:
        """Collect events; return whether the run ended within ``limit`` seconds."""
        try:
            async with asyncio.timeout(limit):
                await self._follow(collector)
        except TimeoutError:
            return False
        return True

    async def _follow(self, collector: "OutputCollector") -> None:
        """Collect events until the run has ended."""
        while not collector.take(_event(await self._line())):
            pass

    async def _line(self) -> bytes:
        """Return a line, an error in place of one that is too long, or nothing at the end of the connection."""
        await asyncio.sleep(0)  # to read a line that is already there does not yield to the event loop
        while True:
            try:
                line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError as exc:
                await self._reader.readexactly(exc.consumed)
                self._is_oversized = True  # also if the wait for the rest is cancelled
            except (asyncio.IncompleteReadError, OSError):
                return b""
            else:
                is_oversized, self._is_oversized = self._is_oversized, False
                return OVERSIZED if is_oversized else line


def _event(line: bytes) -> dict[str, Any]:
    """Decode an event; raise AgentFailure when the process has ended or the line is invalid."""
    try:
        if has_more_values(line, MAX_VALUES):
            line = OVERSIZED
        event: Any = json.loads(line, parse_constant=str) if line else None
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise AgentFailure("the process that ran the code has ended: its variables are lost")
    return cast("dict[str, Any]", _escaped(event) if ESCAPED_SURROGATE.search(line) else event)


def _escaped(value: Any) -> Any:
    """Escape lone surrogates, which UTF-8 cannot encode, as Python does in its error output."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_escaped(key): _escaped(item) for key, item in cast("dict[str, Any]", value).items()}
    return list(map(_escaped, cast("Any", value))) if isinstance(value, list) else value


class OutputCollector:
    """Collects the events of one run, limits each output to ``budget`` bytes, and forwards events to ``on_event``."""

    def __init__(self, budget: int, keep: Keep, on_event: OnEvent) -> None:
        self.mark = secrets.token_hex(16)
        self.result = RunResult()
        self._on_event = on_event
        self._limits: dict[str, OutputLimit] = {name: OutputLimit(budget, keep) for name in STREAMS}
        self._result_bytes = 0

    def take(self, event: dict[str, Any]) -> bool:
        """Process an event; return whether it ends the run."""
        kind = str(event.get("event"))
        if kind == "end" and event.get("mark") == self.mark:
            self.result.count = int(event.get("count", 0))
            return True
        if kind in self._limits:
            self._emit(kind, self._limits[kind].take(str(event.get("chunk", ""))))
        elif kind == "result" and isinstance(event.get("mime"), dict):
            self._add_result(event)
        elif kind == "error":
            name, value, trace = (str(event.get(key, "")) for key in ("name", "value", "traceback"))
            self.result.error = ExecutionError(name or "Error", value, trace)
            self._on_event(event)
        return False

    def finish(self) -> RunResult:
        """Return the result, after the end of a run."""
        for name, limit in self._limits.items():
            self._emit(name, limit.end())
            self.result.omitted += limit.omitted
        return self.result

    def _add_result(self, event: dict[str, Any]) -> None:
        """Add a displayed value, or an error in its place when there were too many."""
        self._result_bytes += sum(len(str(form)) for form in event["mime"].values())
        if self._result_bytes > MAX_RESULT_BYTES:
            self.take(json.loads(OVERSIZED))
            return
        self.result.results.append({**event["mime"], "isMainResult": event.get("main") is True})
        self._on_event(event)

    def _emit(self, output: str, chunk: str) -> None:
        if chunk:
            getattr(self.result, output).append(chunk)
            self._on_event({"event": output, "chunk": chunk})
