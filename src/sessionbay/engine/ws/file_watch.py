"""News of files: what changes in the folders that clients subscribed to."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ...operations import file_events as news
from ...operations.files import SERVER, PathArgs
from ..agent.connection import AgentConnection, AgentFailure, AgentGone
from .connection import Connection, IncomingCall, Methods

log = logging.getLogger("sessionbay.engine")
PATIENCE = 5.0  # seconds for which the agent looks before it says that nothing happened
MOST_EVENTS = 100  # in one frame, which paths of the greatest length do not make too large
MOST_KEPT = 1000  # events of a folder that are kept for whoever lost its connection before it read them


class Watch:
    """One folder, and who wants to know.

    What goes over a connection that breaks is lost, and nobody notices. So pushes are numbered, and the last ones are
    kept: a client that subscribes again says which one it saw last, and gets those after it.
    """

    def __init__(self, agent: AgentConnection, path: str, numbers: Iterator[int]) -> None:
        self.watchers: set[Connection] = set()
        self.wanted = asyncio.Event()
        self.path = path
        self.last = next(numbers)
        self._agent = agent
        self._numbers = numbers
        self._told: deque[tuple[int, list[list[str]]]] = deque()
        self._forgotten = self.last  # what happened up to that push is not kept

    async def begin(self) -> None:
        """Have the agent look for the first time."""
        await self._request(0.0)

    async def run(self) -> None:
        """Tell of changes; while nobody listens they gather."""
        while True:
            await self.wanted.wait()
            changes = await self._request(PATIENCE)
            await self.wanted.wait()  # whoever listened may be gone meanwhile
            for start in range(0, len(changes), MOST_EVENTS):
                await self._tell(changes[start : start + MOST_EVENTS])

    async def repeat(self, connection: Connection, after: int) -> bool:
        """Tell a client what was told after a push; return whether that is all there was."""
        for number, changes in tuple(self._told):
            if number > after:
                await self._push(connection, number, changes)
        return after >= self._forgotten

    async def end(self) -> None:
        """Have the agent forget the folder."""
        await self._agent.request("forget_changes", watch=self._name)

    async def _request(self, patience: float) -> list[list[str]]:
        found: list[list[str]] = await self._agent.wait_for_event(
            "changes", watch=self._name, path=self.path, patience=patience
        )
        return found

    async def _tell(self, changes: list[list[str]]) -> None:
        self.last = number = next(self._numbers)
        self._told.append((number, changes))
        while sum(len(kept) for _, kept in self._told) > MOST_KEPT:
            self._forgotten, _ = self._told.popleft()
        for connection in tuple(self.watchers):
            await self._push(connection, number, changes)

    async def _push(self, connection: Connection, number: int, changes: list[list[str]]) -> None:
        events: list[dict[str, Any]] = [
            {"eventType": event, "path": path, "pathType": kind} for event, path, kind in changes
        ]
        await connection.push(SERVER, news.PUSH, path=self.path, events=events, number=number)

    @property
    def _name(self) -> str:
        return f"pushed {self.path}"


class FileWatches:
    """The methods of the file server that need a connection."""

    def __init__(self, agent: Callable[[], AgentConnection]) -> None:
        self._agent = agent
        self._watches: dict[str, Watch] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._changing = asyncio.Lock()
        self._numbers = itertools.count(1)
        self.methods: Methods = {news.SUBSCRIBE: self._subscribe, news.UNSUBSCRIBE: self._unsubscribe}

    def leave(self, connection: Connection) -> None:
        """Take a connection off; what it subscribed to waits for the next one."""
        for watch in self._watches.values():
            watch.watchers.discard(connection)
            if not watch.watchers:
                watch.wanted.clear()

    def adopt(self, connection: Connection) -> None:
        """Give a new connection what was subscribed to over one that broke: the clouds' clients do not ask again."""
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
        params = call.params(news.SubscribeParams)
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
