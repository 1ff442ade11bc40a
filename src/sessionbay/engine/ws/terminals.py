"""``PTY_SERVER``: the terminals of one session, and the connections that look at them."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from typing import Any

from ...core.output import cut_off
from ...operations import frames, terminals
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError
from .connection import Connection, IncomingCall, Methods
from .pty import Pty

MOST_TERMINALS = 64
MOST_MISSED = 64 * 2**10  # bytes of output that are kept for those who look later
HOLD_BACK = 0.1  # the clouds' own clients lose output that comes right behind the answer to pty.create
LINGER = 0.05  # how long output is waited for after the shell's end, while others still hold its terminal
MOST_LINGERING = 100  # chunks that are still read then


class Terminal:
    """One terminal: its shell, and who looks at it."""

    def __init__(self, agent: AgentConnection, pid: int, fd: int, watcher: Connection) -> None:
        self.id = f"pty-{secrets.token_hex(8)}"
        self.pid = pid
        self.pty = Pty(fd)
        self.exit_code: int | None = None
        self.killed = False
        self.ending = asyncio.Lock()
        self.heard = asyncio.Event()
        self._agent = agent
        self._watchers = {watcher}
        self._missed = b""
        self._telling = asyncio.Lock()
        self._characters = terminals.CharacterDecoder()

    async def run(self) -> None:
        """Show what is written until the shell has ended, then tell how it did."""
        ended: asyncio.Task[int] = asyncio.create_task(self._agent.wait_for_event("terminal_exit", pid=self.pid))
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.heard.wait(), HOLD_BACK)
            await self._show_all(ended)
            self.exit_code = await ended
            async with self.ending:
                await self._tell(terminals.EXIT, exitCode=self.exit_code)
        except (AgentFailure, AgentGone) as exc:
            self.exit_code = -1
            await self._tell(terminals.ERROR, error=str(exc))
        finally:
            ended.cancel()
            self.pty.close()

    @property
    def seen(self) -> bool:
        """Whether anybody looks at it."""
        return bool(self._watchers)

    def leave(self, connection: Connection) -> None:
        """Take a connection off that is gone."""
        self._watchers.discard(connection)

    async def attach(self, connection: Connection) -> None:
        """Let a connection look on; if nobody did, it gets what was missed."""
        if connection in self._watchers:
            return
        async with self._telling:
            missed, self._missed = self._missed, b""
            self._watchers.add(connection)
            if missed:
                await self._push_output(missed)
            if self.exit_code is not None:
                await self._tell(terminals.EXIT, exitCode=self.exit_code)

    async def _show_all(self, ended: "asyncio.Task[int]") -> None:
        lingering = 0
        while lingering < MOST_LINGERING and (data := await self._next(ended)):
            lingering += ended.done()
            await self._show(self._characters.add(data))
        await self._show(self._characters.rest())

    async def _next(self, ended: "asyncio.Task[int]") -> bytes:
        """Return the next output, empty when there will be no more."""
        read = asyncio.create_task(self.pty.read())
        try:
            both: set[asyncio.Task[Any]] = {read, ended}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not read.done():
                await asyncio.wait({read}, timeout=LINGER)
            return read.result() if read.done() else b""
        finally:
            read.cancel()

    async def _show(self, data: bytes) -> None:
        if not data:
            return
        async with self._telling:
            if self._watchers:
                await self._push_output(data)
            if not self._watchers:
                self._missed = cut(self._missed + data)

    async def _push_output(self, data: bytes) -> None:
        encoding, text = terminals.encoded(data)
        await self._tell(terminals.OUTPUT, encoding=encoding, data=text)

    async def _tell(self, kind: str, **more: object) -> None:
        """Tell all that look; the slowest of them sets the pace, and one that is gone is found to be."""
        for connection in tuple(self._watchers):
            await connection.push(frames.TERMINALS, kind, ptySessionId=self.id, **more)
            if connection.closed:
                self._watchers.discard(connection)


def cut(data: bytes) -> bytes:
    """Return the last of what was missed, from the first whole character on."""
    if len(data) <= MOST_MISSED:
        return data
    last = data[-MOST_MISSED:]
    return last[cut_off(last) :]


class Terminals:
    """The methods of ``PTY_SERVER``."""

    def __init__(self, agent: Callable[[], AgentConnection]) -> None:
        self._agent = agent
        self._open: dict[str, Terminal] = {}
        self._starting = 0
        self._running: set[asyncio.Task[None]] = set()
        self.methods: Methods = {
            terminals.CREATE: self._create,
            terminals.CONNECT: self._connect,
            terminals.LIST: self._list,
            terminals.KILL: self._kill,
            terminals.INPUT: self._input,
            terminals.RESIZE: self._resize,
        }

    def leave(self, connection: Connection) -> None:
        """Take a connection off all terminals; they go on."""
        for terminal in self._open.values():
            terminal.leave(connection)

    async def close(self) -> None:
        """Let go of all terminals."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._open.clear()

    async def _create(self, call: IncomingCall) -> None:
        params = call.params(terminals.CreateParams)
        agent = self._agent()
        if len(self._open) + self._starting >= MOST_TERMINALS:
            raise ApiError("TooManyTerminals", f"the session has {MOST_TERMINALS} terminals already: end one first")
        self._starting += 1
        try:
            pid, fd = await agent.request_fd(
                "open_terminal",
                cols=params.cols,
                rows=params.rows,
                envs={**terminals.DEFAULT_ENVS, **(params.envs or {})},
                cwd=params.cwd or None,
                shell=params.shell or None,
            )
        finally:
            self._starting -= 1
        terminal = Terminal(agent, pid, fd, call.connection)
        self._open[terminal.id] = terminal
        task = asyncio.create_task(self._run(terminal))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await call.answer(ptySessionId=terminal.id)

    async def _run(self, terminal: Terminal) -> None:
        await terminal.run()
        if terminal.seen:
            self._open.pop(terminal.id, None)

    async def _connect(self, call: IncomingCall) -> None:
        terminal = self._found(call.params(terminals.TerminalRef))
        await call.answer(ptySessionId=terminal.id)
        await terminal.attach(call.connection)
        if terminal.exit_code is not None:
            self._open.pop(terminal.id, None)

    async def _list(self, call: IncomingCall) -> None:
        running = [each.id for each in self._open.values() if each.exit_code is None and not each.killed]
        await call.answer(ptySessionIds=running)

    async def _kill(self, call: IncomingCall) -> None:
        terminal = self._found(call.params(terminals.TerminalRef))
        agent = self._agent()
        async with terminal.ending:  # so that the end is told after the answer
            await agent.request("kill_terminal", pid=terminal.pid)
            terminal.killed = True
            await call.answer()
        if terminal.exit_code is not None:
            self._open.pop(terminal.id, None)

    async def _input(self, call: IncomingCall) -> None:
        params = call.params(terminals.InputParams)
        try:
            data = params.bytes()
        except ValueError as exc:
            raise ApiError("InvalidParameter", f"the input is not {params.encoding}") from exc
        terminal = self._in_use(params)
        await terminal.attach(call.connection)  # before what is typed is answered
        if not terminal.pty.write(data):
            raise ApiError("TerminalBusy", f"{terminal.id} does not read what is typed")

    async def _resize(self, call: IncomingCall) -> None:
        params = call.params(terminals.ResizeParams)
        terminal = self._in_use(params)
        await terminal.attach(call.connection)
        terminal.pty.resize(params.cols, params.rows)

    def _in_use(self, ref: terminals.TerminalRef) -> Terminal:
        """Return a terminal whose shell runs; from now on its output is not held back."""
        self._agent()
        terminal = self._found(ref)
        if terminal.exit_code is not None:
            raise ApiError("PtySession.Ended", f"the shell of {terminal.id} has ended")
        terminal.heard.set()
        return terminal

    def _found(self, ref: terminals.TerminalRef) -> Terminal:
        if ref.pty_session_id not in self._open:
            raise ApiError("PtySession.NotFound", f"the session has no terminal {ref.pty_session_id!r}")
        return self._open[ref.pty_session_id]
