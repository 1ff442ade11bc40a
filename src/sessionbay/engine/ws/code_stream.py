"""Code whose output comes as it is written."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ...operations.code import SERVER, CodeArgs
from ...operations.code_stream import CANCEL, MOST_SAID, RUN, StreamParams, write_events
from ..api_errors import ApiError, ToolFailure
from ..code_kernel import RunResult, Tell
from ..config import EngineConfig
from ..session import EngineSession
from ..tools.code import run as run_code
from .connection import Connection, IncomingCall, Methods

Run = Callable[[CodeArgs, Tell], Awaitable[RunResult]]
Key = tuple[Connection, str]


def serve_code(session: EngineSession, config: EngineConfig) -> None:
    """Have a session's hub run code."""

    def run(args: CodeArgs, tell: Tell) -> Awaitable[RunResult]:
        return run_code(session, args, config.output_limit, tell)

    session.hub.targets[SERVER] = CodeStreams(run).methods


class CodeStreams:
    """The methods of the code server that need a connection. A connection that ends takes its runs with it."""

    def __init__(self, run: Run) -> None:
        self._run_code = run
        self._running: dict[Key, asyncio.Task[RunResult]] = {}
        self.methods: Methods = {RUN: self._run, CANCEL: self._cancel}

    async def _run(self, call: IncomingCall) -> None:
        asked = call.params(StreamParams)
        args = CodeArgs(code=asked.code, language=asked.language, timeout_s=asked.timeout_s)
        key = call.connection, call.frame.id
        if key in self._running:
            raise ApiError("InvalidParameter", "the id is that of code which runs already")
        told: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        showing = asyncio.create_task(_show(call, told))
        self._running[key] = work = asyncio.ensure_future(self._run_code(args, told.put_nowait))
        try:
            await asyncio.wait([work])
            told.put_nowait(None)
            await showing
        finally:
            del self._running[key]
            for task in (work, showing):
                task.cancel()
            await asyncio.gather(work, showing, return_exceptions=True)
        await self._tell_end(call, work)

    async def _tell_end(self, call: IncomingCall, work: "asyncio.Task[RunResult]") -> None:
        if work.cancelled():
            await call.end(status="failed", executionError="Cancelled: the code was interrupted")
            return
        try:
            ran = work.result()
        except ToolFailure as exc:
            await call.fail(exc.text[:MOST_SAID])
            return
        await call.end(
            status="failed" if ran.error else "finished",
            executionError=str(ran.error)[:MOST_SAID] if ran.error else None,
            executionCount=ran.count,
            executionTime=ran.seconds,
        )

    async def _cancel(self, call: IncomingCall) -> None:
        """Interrupt the run that has the id of this call; its end tells when that is done."""
        if work := self._running.get((call.connection, call.frame.id)):
            work.cancel()


async def _show(call: IncomingCall, told: "asyncio.Queue[Mapping[str, Any] | None]") -> None:
    """Send what is told, in order and with numbers."""
    number = 0
    while (event := await told.get()) is not None:
        for said in write_events(event):
            number += 1
            await call.event(said.pop("eventType"), seq=number, **said)
