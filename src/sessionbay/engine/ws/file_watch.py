"""File events: the changes in folders to which clients have subscribed."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ...core.escaping_filter import escaping_logger
from ...operations import file_events
from ...operations.files import SERVER, PathArgs
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from .connection import Connection, IncomingCall, Methods

log = escaping_logger("sessionbay.engine")
POLL_TIMEOUT = 5.0  # seconds that the agent waits for changes in one call
MAX_EVENTS = 100  # in one frame, which then fits even with paths of the maximum length
MAX_KEPT_EVENTS = 1000  # kept for each folder, for clients that lost their connection


class Watch:
    """A watched folder and its subscribers.

    Frames are lost with a connection that breaks. Pushes are therefore numbered, and the last ones are kept: a client
    that subscribes again sends the number of its last push, and receives those after it.
    """

    def __init__(self, agent: AgentConnection, path: str, numbers: Iterator[int]) -> None:
        self.watchers: set[Connection] = set()
        self.wanted = asyncio.Event()
        self.path = path
        self.last = next(numbers)
        self._agent = agent
        self._numbers = numbers
        self._kept: deque[tuple[int, list[list[str]]]] = deque()
        self._forgotten = self.last  # pushes up to this number are not kept

    async def begin(self) -> None:
        """Have the agent take the first snapshot."""
        await self._request(0.0)

    async def run(self) -> None:
        """Push changes to subscribers; without any, changes accumulate."""
        while True:
            await self.wanted.wait()
            changes = await self._request(POLL_TIMEOUT)
            await self.wanted.wait()  # the subscribers may have left meanwhile
            for start in range(0, len(changes), MAX_EVENTS):
                await self._publish(changes[start : start + MAX_EVENTS])

    async def repeat(self, connection: Connection, after: int) -> bool:
        """Send a client the pushes after a number; return whether none of them is missing."""
        for number, changes in tuple(self._kept):
            if number > after:
                await self._push(connection, number, changes)
        return after >= self._forgotten

    async def end(self) -> None:
        """Have the agent stop watching the folder."""
        await self._agent.request("forget_changes", watch=self._name)

    async def _request(self, patience: float) -> list[list[str]]:
        found: list[list[str]] = await self._agent.wait_for_event(
            "changes", watch=self._name, path=self.path, patience=patience
        )
        return found

    async def _publish(self, changes: list[list[str]]) -> None:
        self.last = number = next(self._numbers)
        self._kept.append((number, changes))
        while sum(len(kept) for _, kept in self._kept) > MAX_KEPT_EVENTS:
            self._forgotten, _ = self._kept.popleft()
        for connection in tuple(self.watchers):
            await self._push(connection, number, changes)

    async def _push(self, connection: Connection, number: int, changes: list[list[str]]) -> None:
        events: list[dict[str, Any]] = [
            {"eventType": event, "path": path, "pathType": kind} for event, path, kind in changes
        ]
        await connection.push(SERVER, file_events.PUSH, path=self.path, events=events, number=number)

    @property
    def _name(self) -> str:
        return f"pushed {self.path}"


class FileWatches:
    """The file server's methods for connections."""

    def __init__(self, agent: Callable[[], AgentConnection]) -> None:
        self._agent = agent
        self._watches: dict[str, Watch] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._changing = asyncio.Lock()
        self._numbers = itertools.count(1)
        self.methods: Methods = {file_events.SUBSCRIBE: self._subscribe, file_events.UNSUBSCRIBE: self._unsubscribe}

    def leave(self, connection: Connection) -> None:
        """Remove a connection; its subscriptions wait for the next one."""
        for watch in self._watches.values():
            watch.watchers.discard(connection)
            if not watch.watchers:
                watch.wanted.clear()

    def adopt(self, connection: Connection) -> None:
        """Move subscriptions of a broken connection to a new one, as the clouds' clients do not subscribe again."""
        for watch in self._watches.values():
            if not watch.watchers:
                watch.watchers.add(connection)
                watch.wanted.set()

    async def close(self) -> None:
        """Stop watching."""
        running, self._running = tuple(self._running.values()), {}
        self._watches.clear()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _subscribe(self, call: IncomingCall) -> None:
        params = call.params(file_events.SubscribeParams)
        agent = self._agent()
        async with self._changing:
            watch = self._watches.get(params.path)
            if watch is None:
                watch = Watch(agent, params.path, self._numbers)
                await watch.begin()
                self._watches[params.path] = watch
                self._running[params.path] = asyncio.create_task(self._run(watch))
            last = watch.last
            watch.watchers.add(call.connection)
            watch.wanted.set()
        whole = params.after is None or await watch.repeat(call.connection, params.after)
        await call.end(status="ok", number=last, whole=whole)

    async def _unsubscribe(self, call: IncomingCall) -> None:
        path = call.params(PathArgs).path
        async with self._changing:
            watch = self._watches.get(path)
            if watch is not None:
                watch.watchers.discard(call.connection)
                if not watch.watchers:
                    await self._stop(watch)
        await call.end(status="ok")

    async def _stop(self, watch: Watch) -> None:
        del self._watches[watch.path]
        self._running.pop(watch.path).cancel()
        await watch.end()

    async def _run(self, watch: Watch) -> None:
        try:
            await watch.run()
        except AgentGone:
            return
        except AgentFailure as exc:
            log.warning("%r is no longer watched: %s", watch.path, exc)
            self._watches.pop(watch.path, None)
            self._running.pop(watch.path, None)
