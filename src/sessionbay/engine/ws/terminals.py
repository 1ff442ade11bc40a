"""``PTY_SERVER``: the terminals of a session, and the connections attached to them."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ...core.output import cut_off
from ...operations import frames, terminals
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from ..api_errors import ApiError
from .connection import Connection, IncomingCall, Methods
from .pty import Pty

MAX_TERMINALS = 64
MAX_CANCELLED = 1000  # creations that are remembered until their request arrives
MAX_MISSED = 64 * 2**10  # bytes of output kept while no connection is attached
FIRST_OUTPUT_DELAY = 0.1  # seconds; the clouds' clients lose output sent right after the reply to pty.create
DRAIN_TIMEOUT = 0.05  # seconds to wait for output after the shell's end, while others hold its terminal
MAX_DRAINED_CHUNKS = 100  # that are read then


class Terminal:
    """A terminal: its shell, and the connections attached to it."""

    def __init__(self, agent: AgentConnection, pid: int, fd: int, watcher: Connection) -> None:
        self.key: str | None = None
        self.id = f"pty-{secrets.token_hex(8)}"
        self.pid = pid
        self.pty = Pty(fd)
        self.exit_code: int | None = None
        self.killed = False
        self.ending = asyncio.Lock()
        self.used = asyncio.Event()
        self._agent = agent
        self._watchers = {watcher}
        self._missed = b""
        self._push_lock = asyncio.Lock()
        self._characters = terminals.CharacterDecoder()

    async def run(self) -> None:
        """Push output until the shell has ended, then push its exit code."""
        ended: asyncio.Task[int] = asyncio.create_task(self._agent.wait_for_event("terminal_exit", pid=self.pid))
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.used.wait(), FIRST_OUTPUT_DELAY)
            await self._push_all(ended)
            self.exit_code = await ended
            async with self.ending:
                await self._push(terminals.EXIT, exitCode=self.exit_code)
        except (AgentFailure, AgentGone) as exc:
            self.exit_code = -1
            await self._push(terminals.ERROR, error=str(exc))
        finally:
            ended.cancel()
            self.pty.close()

    @property
    def is_attached(self) -> bool:
        """Whether a connection is attached."""
        return bool(self._watchers)

    def leave(self, connection: Connection) -> None:
        """Detach a closed connection."""
        self._watchers.discard(connection)

    async def attach(self, connection: Connection) -> None:
        """Attach a connection, and send it the output that no other connection received."""
        if connection in self._watchers:
            return
        async with self._push_lock:
            missed, self._missed = self._missed, b""
            self._watchers.add(connection)
            if missed:
                await self._push_output(missed)
            if self.exit_code is not None:
                await self._push(terminals.EXIT, exitCode=self.exit_code)

    async def _push_all(self, ended: "asyncio.Task[int]") -> None:
        drained = 0
        while drained < MAX_DRAINED_CHUNKS and (data := await self._next(ended)):
            drained += ended.done()
            await self._push_or_keep(self._characters.add(data))
        await self._push_or_keep(self._characters.rest())

    async def _next(self, ended: "asyncio.Task[int]") -> bytes:
        """Return the next output, empty when there will be no more."""
        read = asyncio.create_task(self.pty.read())
        try:
            both: set[asyncio.Task[Any]] = {read, ended}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not read.done():
                await asyncio.wait({read}, timeout=DRAIN_TIMEOUT)
            return read.result() if read.done() else b""
        finally:
            read.cancel()

    async def _push_or_keep(self, data: bytes) -> None:
        if not data:
            return
        async with self._push_lock:
            if self._watchers:
                await self._push_output(data)
            if not self._watchers:
                self._missed = cut(self._missed + data)

    async def _push_output(self, data: bytes) -> None:
        encoding, text = terminals.encode(data)
        await self._push(terminals.OUTPUT, encoding=encoding, data=text)

    async def _push(self, kind: str, **more: object) -> None:
        """Push to all attached connections, at the pace of the slowest, and detach closed ones."""
        for connection in tuple(self._watchers):
            await connection.push(frames.TERMINALS, kind, ptySessionId=self.id, **more)
            if connection.closed:
                self._watchers.discard(connection)


def cut(data: bytes) -> bytes:
    """Return the last ``MAX_MISSED`` bytes, from the first whole character on."""
    if len(data) <= MAX_MISSED:
        return data
    last = data[-MAX_MISSED:]
    return last[cut_off(last) :]


class Terminals:
    """The methods of ``PTY_SERVER``."""

    def __init__(self, agent: Callable[[], AgentConnection], envs: Callable[[], Mapping[str, str]]) -> None:
        self._agent = agent
        self._envs = envs
        self._open: dict[str, Terminal] = {}
        self._starting = 0
        self._cancelled: deque[str] = deque(maxlen=MAX_CANCELLED)
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
        """Detach a connection from all terminals, which keep running."""
        for terminal in self._open.values():
            terminal.leave(connection)

    async def close(self) -> None:
        """Close all terminals."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._open.clear()

    async def _create(self, call: IncomingCall) -> None:
        params = call.params(terminals.CreateParams)
        agent = self._agent()
        if len(self._open) + self._starting >= MAX_TERMINALS:
            raise ApiError("TooManyTerminals", f"The session has {MAX_TERMINALS} terminals: end one first.")
        self._starting += 1
        try:
            pid, fd = await agent.request_fd(
                "open_terminal",
                cols=params.cols,
                rows=params.rows,
                envs={**terminals.DEFAULT_ENVS, **self._envs(), **(params.envs or {})},
                cwd=params.cwd or None,
                shell=params.shell or None,
            )
        finally:
            self._starting -= 1
        terminal = Terminal(agent, pid, fd, call.connection)
        terminal.key, terminal.killed = params.key, params.key in self._cancelled
        self._open[terminal.id] = terminal
        task = asyncio.create_task(self._run(terminal))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if terminal.killed:
            await agent.request("kill_terminal", pid=pid)
        await call.reply(ptySessionId=terminal.id)

    async def _run(self, terminal: Terminal) -> None:
        await terminal.run()
        if terminal.is_attached:
            self._open.pop(terminal.id, None)

    async def _connect(self, call: IncomingCall) -> None:
        terminal = self._get(call.params(terminals.TerminalRef))
        await call.reply(ptySessionId=terminal.id)
        await terminal.attach(call.connection)
        if terminal.exit_code is not None:
            self._open.pop(terminal.id, None)

    async def _list(self, call: IncomingCall) -> None:
        running = [each.id for each in self._open.values() if each.exit_code is None and not each.killed]
        await call.reply(ptySessionIds=running)

    async def _kill(self, call: IncomingCall) -> None:
        params = call.params(terminals.KillParams)
        if params.key:
            self._cancelled.append(params.key)
            created = [each for each in self._open.values() if each.key == params.key]
            if not created:
                await call.reply()
                return
            params = terminals.KillParams(pty_session_id=created[0].id)
        terminal = self._get(params)
        agent = self._agent()
        async with terminal.ending:  # so that the exit is pushed after the reply
            await agent.request("kill_terminal", pid=terminal.pid)
            terminal.killed = True
            await call.reply()
        if terminal.exit_code is not None:
            self._open.pop(terminal.id, None)

    async def _input(self, call: IncomingCall) -> None:
        params = call.params(terminals.InputParams)
        try:
            data = params.bytes()
        except ValueError as exc:
            raise ApiError("InvalidParameter", f"The input is not valid {params.encoding}.") from exc
        terminal = self._get_running(params)
        await terminal.attach(call.connection)  # before the program can respond to the input
        if not terminal.pty.write(data):
            raise ApiError("TerminalBusy", f"Terminal {terminal.id} does not read its input: try again later.")

    async def _resize(self, call: IncomingCall) -> None:
        params = call.params(terminals.ResizeParams)
        terminal = self._get_running(params)
        await terminal.attach(call.connection)
        terminal.pty.resize(params.cols, params.rows)

    def _get_running(self, ref: terminals.TerminalRef) -> Terminal:
        """Return a running terminal, and end the delay of its first output."""
        self._agent()
        terminal = self._get(ref)
        if terminal.exit_code is not None:
            raise ApiError("PtySession.Ended", f"The shell of terminal {terminal.id} has ended: create another.")
        terminal.used.set()
        return terminal

    def _get(self, ref: terminals.TerminalRef | terminals.KillParams) -> Terminal:
        if ref.pty_session_id not in self._open:
            raise ApiError("PtySession.NotFound", f"The session has no terminal {ref.pty_session_id!r}.")
        return self._open[ref.pty_session_id]
