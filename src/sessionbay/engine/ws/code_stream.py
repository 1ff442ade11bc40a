"""Code runs with streamed output."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ...operations.code import SERVER, CodeArgs
from ...operations.code_stream import CANCEL, MAX_ERROR_PART, RUN, StreamParams, write_events
from ..api_errors import ApiError, ToolFailure
from ..code_kernel import OnEvent, RunResult
from ..config import EngineConfig
from ..session import EngineSession
from ..tools.code import run as run_code
from .connection import Connection, IncomingCall, Methods

Run = Callable[[CodeArgs, OnEvent], Awaitable[RunResult]]
Key = tuple[Connection, str]


def serve_code(session: EngineSession, config: EngineConfig) -> None:
    """Register the code server at a session's hub."""

    def run(args: CodeArgs, on_event: OnEvent) -> Awaitable[RunResult]:
        return run_code(session, args, config.output_limit, "head", on_event)

    session.hub.targets[SERVER] = CodeStreams(run).methods


class CodeStreams:
    """The code server's methods for connections. A run ends with its connection."""

    def __init__(self, run: Run) -> None:
        self._run_code = run
        self._running: dict[Key, asyncio.Task[RunResult]] = {}
        self.methods: Methods = {RUN: self._run, CANCEL: self._cancel}

    async def _run(self, call: IncomingCall) -> None:
        params = call.params(StreamParams)
        args = CodeArgs(code=params.code, language=params.language, timeout_s=params.timeout_s)
        key = call.connection, call.frame.id
        if key in self._running:
            raise ApiError("InvalidParameter", "This id belongs to code that still runs: use another id.")
        events: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        sender = asyncio.create_task(_send_events(call, events))
        self._running[key] = work = asyncio.ensure_future(self._run_code(args, events.put_nowait))
        try:
            await asyncio.wait([work])
            events.put_nowait(None)
            await sender
        finally:
            del self._running[key]
            for task in (work, sender):
                task.cancel()
            await asyncio.gather(work, sender, return_exceptions=True)
        await self._send_end(call, work)

    async def _send_end(self, call: IncomingCall, work: "asyncio.Task[RunResult]") -> None:
        if work.cancelled():
            await call.end(status="failed", executionError="Cancelled: the code was interrupted")
            return
        try:
            result = work.result()
        except ToolFailure as exc:
            await call.fail(exc.text[:MAX_ERROR_PART])
            return
        await call.end(
            status="failed" if result.error else "finished",
            executionError=str(result.error)[:MAX_ERROR_PART] if result.error else None,
            executionCount=result.count,
            executionTime=result.seconds,
            omittedBytes=result.omitted,
        )

    async def _cancel(self, call: IncomingCall) -> None:
        """Interrupt the run with the id of this call; the run's stream then ends."""
        if work := self._running.get((call.connection, call.frame.id)):
            work.cancel()


async def _send_events(call: IncomingCall, events: "asyncio.Queue[Mapping[str, Any] | None]") -> None:
    """Send events in order, with sequence numbers."""
    number = 0
    while (event := await events.get()) is not None:
        for fields in write_events(event):
            number += 1
            await call.event(fields.pop("eventType"), seq=number, **fields)
