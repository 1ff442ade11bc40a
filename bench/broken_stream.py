"""Connections of the client's own core that break, for ``bench.soak``."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sessionbay._async.http import pool
from sessionbay._concurrency._async import Stream
from sessionbay._http.errors import ReceiveError, SendError

UNSENT, RESET, CUT, GARBAGE, BAD_GATEWAY = range(5)
BREAKS = 5


@dataclass
class Breaker:
    """Breaks a share of the requests on connections that are made in its block."""

    share: float
    seed: int
    fired: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._connect = vars(pool)["connect"]

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Connect by it for the length of a block."""
        vars(pool)["connect"] = self
        try:
            yield
        finally:
            vars(pool)["connect"] = self._connect

    def decide(self) -> int | None:
        """Return how the next request breaks, None if it does not."""
        if self._chance.random() >= self.share:
            return None
        self.fired += 1
        return self._chance.randrange(BREAKS)

    async def __call__(self, *args: Any) -> Stream:
        """Connect."""
        return BrokenStream(await self._connect(*args), self)


class BrokenStream(Stream):
    """A connection, some of whose requests break."""

    def __init__(self, stream: Stream, breaker: Breaker) -> None:
        super().__init__(stream._stream)
        self._breaker = breaker
        self._fault: int | None = None
        self._is_cut = False

    async def send(self, data: bytes, timeout: float | None) -> None:
        self._fault = self._breaker.decide()
        if self._fault == UNSENT:
            raise SendError("it broke before the request was sent")
        await super().send(data, timeout)

    async def receive(self, timeout: float | None) -> bytes:
        if self._fault == UNSENT:
            raise ReceiveError("it broke before the request was sent")
        data = b"" if self._is_cut else await super().receive(timeout)
        if self._fault is None:
            return data
        if self._fault == RESET:
            raise ReceiveError("it broke after the request was sent")
        if self._fault == CUT:
            self._is_cut = True
            return data[: len(data) // 2]
        return b"\0 no protocol" if self._fault == GARBAGE else b"HTTP/1.1 502 x\r\nContent-Length: 0\r\n\r\n"
